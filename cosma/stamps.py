"""When published pages last changed, as far as this worker knows: asked by a thread, never by a request.

`treatments/models/stamps.py` says what the rows mean. A page is new enough when no stamp of it is later than the one
that was known before it was rendered. When the database does not answer, the worker is blind after a second or so: it
goes on with what it has, and sees again as soon as an answer comes.
"""

import logging
import threading
import time

from django.db import Error as DatabaseError
from django.db import connection

from cosma import patience

logger = logging.getLogger(__name__)

EVERY = 0.45
TRUSTED_FOR = 1.5
RETRY_AFTER = 0.2
SQL = "SELECT name, version FROM treatments_stamp WHERE version > %s OR name = ''"
PUSH = (
    "INSERT INTO treatments_stamp (name, version) VALUES ('', %s), ('/', %s) "
    "ON CONFLICT (name) DO UPDATE SET version = excluded.version"
)


class Stamps:
    def __init__(self, on_move=lambda names: None, after_look=lambda: None):
        self.versions: dict[str, int] = {}
        self.latest = 0
        # Counts up whenever a stamp moved: pages that were compared since then need not be compared again.
        self.generation = 0
        self.trusted_until = self.seen_at = 0.0
        self.on_move, self.after_look = on_move, after_look
        self.wake = threading.Event()
        self.first_answer = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self.run, name="stamps", daemon=True).start()

    def run(self) -> None:
        while True:
            pause = EVERY if self.look() else RETRY_AFTER
            self.after_look()
            self.wake.wait(pause)
            self.wake.clear()

    def look(self) -> bool:
        """Reads what moved since the last look; False when the database did not answer."""
        began = time.monotonic()
        try:
            with patience.seconds(patience.FOR_STAMPS):
                rows = self.read()
        except Exception as error:
            self.lose_sight(error)
            return False
        moved = self.take(rows)
        self.trusted_until, self.seen_at = began + TRUSTED_FOR, time.time()
        patience.shorten(False)
        self.first_answer.set()
        if moved:
            self.on_move(moved)
        return True

    def read(self) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(SQL, [self.latest])
            rows = dict(cursor.fetchall())
            if rows.get("", 0) < self.latest:
                # The database was set back to an older copy: what was stored since must not pass for new.
                later = max(self.latest + 1, time.time_ns() // 1000)
                cursor.execute(PUSH, [later, later])
                rows = {"": later, "/": later}
        return rows

    def take(self, rows: dict[str, int]) -> list[str]:
        """Notes what moved, and names it."""
        counter = rows.pop("", self.latest)
        if counter == self.latest and self.generation:
            return []
        # In this order: who reads the later ones has the earlier ones too.
        self.versions.update(rows)
        self.latest = counter
        self.generation += 1
        return list(rows)

    def lose_sight(self, error: Exception) -> None:
        self.first_answer.set()
        if self.blind:
            patience.shorten(True)
        elif not isinstance(error, DatabaseError):
            logger.exception("Stamps could not be read")
        try:
            connection.close()
        except DatabaseError:
            pass

    @property
    def blind(self) -> bool:
        return time.monotonic() > self.trusted_until

    def unmoved(self, names: tuple[str, ...], since: int) -> bool:
        return all(self.versions.get(name, 0) <= since for name in names)
