"""The site's own server: granian, set up for us. `manage.py serve` becomes it; PORT and WEB_CONCURRENCY say where.

A terminal sends Ctrl-C to the workers as well as to their master, whose own word to stop then makes them hang.
In process groups of their own they hear it from the master alone.
"""

import ctypes
import os
import signal
import sys
import time

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger
from granian.server.mp import MPServer, WorkerProcess

from cosma.preflight import HOST, port, workers

PR_SET_PDEATHSIG = 1
STARTING = 15.0
"""A worker that ends by itself so soon after the start of the site will do so again: the site is broken."""
THREADS = 12
"""Of a worker. Some are always kept for readers (`cosma/gate.py`): the others may hang on a slow upload or a slow
database. Their number makes no difference to what a stored page costs."""
LOOK_EVERY, PAUSE = 1.0, 0.2


class Server(MPServer):
    """Replaces every worker that ends, at whatever rhythm they are killed.

    granian takes two deaths within 5.5 seconds for a broken site and ends, and it can miss a worker that dies while it
    replaces another. So we look at the workers themselves, not at what was noted about them.
    """

    in_terminal = False

    def _serve_loop(self, spawn_target, target_loader) -> None:
        began = time.monotonic()
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(LOOK_EVERY)
            self.main_loop_interrupt.clear()
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

    def signal_handler_reload(self, *_) -> None:
        """A closed terminal stops the site, instead of leaving it behind with freshly loaded workers."""
        if self.in_terminal:
            self.signal_handler_interrupt()
        else:
            super().signal_handler_reload()


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
        # How long a new worker has to get ready before the one that it replaces is stopped.
        respawn_interval=5,
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
