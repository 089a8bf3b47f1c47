"""Bringing a backup back: all of it or nothing, and nobody who asked to be forgotten with it."""

from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection, transaction

from cosma import roles
from cosma.backups import archive, making, tables
from cosma.backups.archive import BrokenArchive, Manifest
from enquiries import forgetting
from treatments.models.guards import lifted
from treatments.models.stamps import move_all

SIGNS_OF_LIFE = ("auth.User", "treatments.Treatment", "treatments.Revision", "enquiries.Enquiry")


class NotNow(Exception):
    """In a sentence that says what to do first."""


class Restored(NamedTuple):
    manifest: Manifest
    files: int
    forgotten: int
    same_secret_key: bool
    knows_erasures: bool


def restore(path: Path, *, replace: bool) -> Restored:
    """`replace` takes away what is there. Whatever goes wrong, the database stays as it was."""
    manifest = archive.check(path)
    make_ready(manifest, replace=replace)
    with archive.opened(path) as (file, _):
        files = sum(put_file(file, name) for name in manifest.members if name.startswith(making.MEDIA))
        forgotten = put_rows(file, manifest)
    same_key = manifest.secret_key == making.secret_key_mark()
    return Restored(manifest, files, forgotten, same_key, forgetting.marks_file().exists())


def make_ready(manifest: Manifest, *, replace: bool) -> None:
    """The tables as the archive knows them, in a database that may be filled."""
    if newer := tables.unknown(manifest.migrations):
        names = archive.first(".".join(node) for node in newer)
        raise NotNow(f"The backup was made by a newer release ({names}): install that release, then restore.")
    here = tables.applied()
    if not here:
        tables.migrate_to(manifest.migrations)
    elif here != manifest.migrations:
        raise NotNow(OTHER_RELEASE)
    elif not replace and any(apps.get_model(name)._base_manager.exists() for name in SIGNS_OF_LIFE):
        raise NotNow("There is a site in this database already. To put the backup in its place, add --replace.")


OTHER_RELEASE = (
    "The backup was made by another release than the one that prepared this database. Run manage.py migrate; if this "
    "sentence comes again, set DATABASE_URL to an empty database: restore fills it and brings it up to date."
)


def put_file(file: ZipFile, name: str) -> int:
    """Counts 1 for a file that was not there as it is in the backup."""
    target, content = name.removeprefix(making.MEDIA), file.read(name)
    if default_storage.exists(target):
        with default_storage.open(target) as there:
            if there.read() == content:
                return 0
        default_storage.delete(target)
    default_storage.save(target, ContentFile(content))
    return 1


def put_rows(file: ZipFile, manifest: Manifest) -> int:
    """Returns how many enquiries were erased again."""
    found = tables.models_of(manifest.migrations)
    if manifest.rows.keys() != found.keys():
        raise BrokenArchive("The backup holds other tables than its release had.")
    try:
        with lifted("restore"):
            tables.empty(found)
            for name, model in found.items():
                put_table(file, name, model, manifest.rows[name])
            tables.count_on(found)
            connection.check_constraints()
            if tables.are_current():
                return settle()
    except DatabaseError as error:
        raise BrokenArchive(f"The database refused the rows ({str(error).strip()}): nothing was changed.") from None
    call_command("migrate", interactive=False, verbosity=0)
    roles.establish()
    return settle()


@transaction.atomic
def settle() -> int:
    """What was erased since is gone, and no page that was stored before passes for new."""
    forgotten = forgetting.forget_again()
    move_all()
    return forgotten


def put_table(file: ZipFile, name: str, model, rows: int) -> None:
    with file.open(f"{making.ROWS}{name}.jsonl") as lines:
        if tables.fill(model, lines) != rows:
            raise BrokenArchive(f"The backup holds another number of rows of {name} than it says.")
