import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cosma import preflight, release, roles

PREPARING = 80_000_000_001
"""Among the locks of a database; those of our triggers are smaller."""


class Command(BaseCommand):
    help = "Prepares the database and the static files, then serves the site on this machine."
    # The checks of the whole project come after those of the machine, which explain themselves better.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--reload", action="store_true", help="for development: restart when code changes")

    def handle(self, **options):
        # Ctrl-C while the site is being prepared ends it at once; nothing here needs to be tidied up.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        port = preflight.port()
        preflight.workers()
        preflight.need_free(port)
        held = None if options["reload"] else preflight.hold(port)  # noqa: F841  (given on to the server)
        self.check()
        with self.alone():
            if self.has_database():
                with self.alone_among_machines():
                    self.prepare(static=not options["reload"])
        self.greet(port)
        if options["reload"]:
            become("manage.py", "runserver", f"{preflight.HOST}:{port}")
        become("-m", "cosma.server")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Two that migrate one database at once would each meet what the other has half done."""
        with open(settings.VAR_DIR / "preparing", "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.progress("The site is being prepared by another start of it: waiting ...")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def alone_among_machines(self) -> Iterator[None]:
        """The same for several that share one server. A transaction of its own ends with us, pools or not."""
        if connection.vendor != "postgresql":
            yield
            return
        with closing(connection.copy()) as own:
            own.set_autocommit(False)
            with own.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PREPARING])
                if not cursor.fetchone()[0]:
                    self.progress("The site is being prepared by another machine: waiting ...")
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PREPARING])
            yield

    def has_database(self) -> bool:
        """A machine that has served before serves its stored pages while the database is away."""
        try:
            preflight.need_database()
        except CommandError as error:
            if not (Path(settings.STATIC_ROOT).is_dir() and any((settings.VAR_DIR / "pages" / "store").glob("*"))):
                raise
            self.stderr.write(f"{error}\nUntil it answers, published pages are served as they were stored.")
            return False
        return True

    def prepare(self, *, static: bool):
        try:
            self.migrate()
            call_command("loadcontent", "--publish-unreviewed", "--once", stdout=self.stdout)
            call_command("rebuild_search", "--missing", stdout=self.stdout)
            if static:
                self.collect_static()
        except PermissionError as error:
            raise CommandError(f"{error.filename} cannot be written: does it belong to another user?") from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or settings.VAR_DIR} cannot be written ({error.strerror}): see to that first."
            ) from error

    def migrate(self):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.progress(f"Preparing the database: {len(plan)} migrations ...")
        if plan or not roles.are_established():
            call_command("migrate", interactive=False, verbosity=0)  # makes permissions after the last of them
            roles.establish()  # a new release may name new permissions

    def collect_static(self):
        stamp = settings.VAR_DIR / "static.stamp"
        wanted = static_fingerprint()
        if stamp.exists() and stamp.read_text() == wanted and Path(settings.STATIC_ROOT).is_dir():
            return
        self.progress("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(wanted)

    def greet(self, port: int):
        address = f"http://{preflight.HOST}:{port}"
        self.progress(
            f"\n  Site    {address}/\n"
            f"  Staff   {address}/admin/\n"
            "  To make a staff account:\n"
            "          .venv/bin/python manage.py createstaff you@example.org --role editor\n"
            "  Ctrl-C stops the site.\n"
        )

    def progress(self, line: str):
        self.stdout.write(line)
        self.stdout.flush()


def static_fingerprint() -> str:
    """Differs when collectstatic would have something to do."""
    seen = [repr(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            seen.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return release.digest(seen)


def become(*python_arguments: str) -> NoReturn:
    """Replaces this process by the server: signals reach it directly, and nothing lives on beside it."""
    connection.close()
    sys.stdout.flush()
    os.chdir(settings.BASE_DIR)
    os.execv(sys.executable, [sys.executable, *python_arguments])
