"""What a worker does for its stored pages while nobody waits: render, compress better, trim.

One thread. It rests after each piece of work as long as the work took, so that readers come first. What they ask for
again and again is done before what has only grown old, and that before what could be smaller.
"""

import itertools
import logging
import queue
import threading
import time

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 300
REST, A_WHILE = 1.0, 0.25
TRIM_EVERY = 3600
IN_ORDER = ("give", "refresh", "improve")


class Housekeeper:
    def __init__(self, store):
        self.store = store
        self.tasks: queue.PriorityQueue = queue.PriorityQueue()
        self.numbers = itertools.count()
        self.waiting: set[tuple[str, str]] = set()

    def start(self) -> None:
        threading.Thread(target=self.run, name="housekeeper", daemon=True).start()

    def moved(self, names: list[str]) -> None:
        """After a publish: its page, and those in memory that have grown old with it. At first, all."""
        in_memory = [key for key, page in list(self.store.memory.pages.items()) if not self.store.is_fresh(page)]
        for key in [*names, *in_memory[:MOST_AT_ONCE]]:
            self.add("refresh", key)

    def improve(self, page) -> None:
        if not page.best:
            self.add("improve", page.key)

    def add(self, task: str, key: str) -> None:
        if (task, key) not in self.waiting:
            self.waiting.add((task, key))
            self.tasks.put((IN_ORDER.index(task), next(self.numbers), task, key))

    def run(self) -> None:
        trimmed = 0.0
        while True:
            try:
                task, key = self.next()
                began = time.monotonic()
                self.do(task, key)
                time.sleep(REST * (time.monotonic() - began))
                if time.monotonic() > trimmed + TRIM_EVERY or self.store.files.is_due():
                    self.store.files.trim()
                    trimmed = time.monotonic()
            except queue.Empty:
                continue
            except Exception:
                logger.exception("Housekeeping failed")

    def next(self) -> tuple[str, str]:
        """The next piece of work, once there is one."""
        _, _, *task = self.tasks.get(timeout=TRIM_EVERY)
        self.waiting.discard(tuple(task))
        return tuple(task)

    def do(self, task: str, key: str) -> None:
        if self.store.stamps.blind:
            self.later(task, key)
        elif task == "refresh":
            self.store.refresh(key)
        elif task == "give":
            self.give(key)
        else:
            self.improve_now(key)

    def give(self, key: str) -> None:
        self.improve_now(key)
        folder = self.store.live.current
        page = self.store.memory.get(key)
        if page and self.store.is_fresh(page):
            self.store.live.put(page, folder)

    def later(self, task: str, key: str) -> None:
        time.sleep(A_WHILE)
        self.add(task, key)

    def improve_now(self, key: str) -> None:
        store = self.store
        with store.files.lock(key, patience=1.0) as mine:
            page = store.held(key)
            stored = store.files.read(key) if page and not page.best else None
            if stored and stored.best and stored.as_of >= page.as_of:
                store.memory.put(stored)  # another worker was quicker
            elif mine and page and not page.best and store.is_fresh(page):
                better = page.improved()
                store.memory.put(better)
                store.files.write(better)
            elif page and not (mine or page.best):
                self.later("improve", key)
