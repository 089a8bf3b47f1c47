"""The pages that a worker holds in memory, within a bound."""

import threading

from cosma.storedpage import Page


class Memory:
    def __init__(self, most_bytes: int):
        self.most_bytes = most_bytes
        self.size = 0
        # Read without the lock: looking a key up in a dict is safe while others write it.
        self.pages: dict[str, Page] = {}
        self.lock = threading.Lock()

    def get(self, key: str) -> Page | None:
        return self.pages.get(key)

    def put(self, page: Page) -> None:
        with self.lock:
            self._pop(page.key)
            self.pages[page.key] = page
            self.size += page.size
            self._make_room()

    def drop(self, key: str) -> None:
        with self.lock:
            self._pop(key)

    def _pop(self, key: str) -> None:
        if old := self.pages.pop(key, None):
            self.size -= old.size

    def _make_room(self) -> None:
        """The oldest go, but a page that was read since its last turn stays for another."""
        while self.size > self.most_bytes and len(self.pages) > 1:
            oldest = next(iter(self.pages.values()))
            if oldest.used:
                oldest.used = False
                self.pages[oldest.key] = self.pages.pop(oldest.key)
            else:
                self._pop(oldest.key)
