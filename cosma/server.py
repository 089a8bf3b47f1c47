"""The site's own server: granian, set up for us. `manage.py serve` becomes it; PORT and WEB_CONCURRENCY say where.

A terminal sends Ctrl-C to the workers as well as to their master, whose own word to stop then makes them hang.
In process groups of their own they hear it from the master alone.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from functools import partial

if __name__ == "__main__":  # Ctrl-C ends it without a traceback until granian listens to it
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from granian._internal import load_target
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger
from granian.server.mp import MPServer, WorkerProcess

from cosma.preflight import HOST, port, workers

PR_SET_PDEATHSIG = 1
STARTING = 30.0
"""A worker that ends by itself so soon after the start of the site will do so again: the site is broken."""
THREADS = 12
"""Of a worker. Some are always kept for readers (`cosma/gate.py`): the others may hang on a slow upload or a slow
database. Their number makes no difference to what a stored page costs."""
LOOK_EVERY, PAUSE = 1.0, 0.3


class Wakening(threading.Event):
    """A signal sets it in the thread that may be setting it already, and would wait for Event's own lock for ever."""

    def __init__(self):
        super().__init__()
        self._cond = threading.Condition(threading.RLock())


class Server(MPServer):
    """Replaces every worker that ends, at whatever rhythm they are killed.

    granian takes two deaths within 5.5 seconds for a broken site and ends, and it can miss a worker that dies while it
    replaces another. So we look at the workers themselves, not at what was noted about them.
    """

    in_terminal = False

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.main_loop_interrupt = Wakening()
        # Not an Event: a worker that is killed while it holds its lock would stop all others.
        self.news, self.word = multiprocessing.Pipe(duplex=False)

    def serve(self, *_) -> None:
        super().serve(target_loader=partial(load, word=self.word))

    def _serve_loop(self, spawn_target, target_loader) -> None:
        began = time.monotonic()
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(LOOK_EVERY)
            self.main_loop_interrupt.clear()
            self.forget_news()
            ended = [worker for worker in self.wrks if not worker.is_alive()]
            if any(map(ended_by_itself, ended)) and time.monotonic() - began < STARTING:
                logger.error("The workers cannot start: the reason is above.")
                return
            if ended and not self.interrupt_signal:
                self._respawn_workers([worker.idx for worker in ended], spawn_target, target_loader)
                time.sleep(PAUSE)
            if self.reload_signal:
                self._reload(spawn_target, target_loader)
        self.interrupt_children.clear()  # whoever died on the way is no reason to call this a failure

    def _reload(self, spawn_target, target_loader) -> None:
        """New workers one by one: each old one goes only when the one that replaces it can answer."""
        self.reload_signal = False
        for number, old in enumerate(list(self.wrks)):
            self.forget_news()
            new = self._spawn_worker(number, spawn_target, target_loader)
            new.start()
            if not self.news.poll(STARTING) or not new.is_alive():
                logger.error("The new code does not start: the workers that are left go on with the old.")
                new.kill()
                return
            time.sleep(PAUSE)  # from loaded to listening
            self.wrks[number] = new
            old.terminate()
            old.join(self.workers_kill_timeout)
            if old.is_alive():
                old.kill()

    def forget_news(self) -> None:
        while self.news.poll():
            self.news.recv_bytes()

    def signal_handler_reload(self, *_) -> None:
        """A closed terminal stops the site, instead of leaving it behind with freshly loaded workers."""
        if self.in_terminal:
            self.signal_handler_interrupt()
        else:
            super().signal_handler_reload()


def load(target: str, word):
    """In a worker: the application, and word of it to the master."""
    application = load_target(target)
    word.send_bytes(b"loaded")
    return application


def ended_by_itself(worker: WorkerProcess) -> bool:
    """Not killed: those have the signal as a negative code."""
    return (worker.inner.exitcode or 0) > 0


def has_terminal() -> bool:
    """A service has none."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY))
    except OSError:
        return False
    return True


def main() -> None:
    server = Server(
        "cosma.wsgi:application",
        address=HOST,
        port=port(),
        workers=workers(),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        blocking_threads=THREADS,
        # Counts open connections, idle ones too: a small number would let a few open browsers lock out the rest.
        backpressure=512,
        # Also how long an idle connection is kept: a proxy in front must let go sooner.
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        # A request that hangs must not keep a stopping server alive.
        workers_kill_timeout=10,
        log_level=LogLevels.error,  # its warnings are about the number of threads and cores
        log_access=False,
    )
    server.in_terminal = has_terminal()
    server.serve()


def begin_worker() -> None:
    os.setpgrp()
    # The master's handlers would only make a note: one that is stopped before granian has set its own must go.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        # A master that was killed takes its workers along: they would hold the port with nobody to stop them.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__mp_main__":  # a worker, where Python starts those afresh
    begin_worker()
else:
    os.register_at_fork(after_in_child=begin_worker)
if __name__ == "__main__":
    main()
