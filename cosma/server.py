"""The site's own server: granian, set up for us. `manage.py serve` becomes it; PORT and WEB_CONCURRENCY say where.

A terminal sends Ctrl-C to the workers as well as to their master, whose own word to stop then makes them hang.
In process groups of their own they hear it from the master alone.
"""

import ctypes
import os
import signal
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from cosma.preflight import HOST, port, workers

PR_SET_PDEATHSIG = 1


def main() -> None:
    # A closed terminal stops the site, instead of leaving it behind with freshly loaded workers.
    Granian.signal_handler_reload = Granian.signal_handler_interrupt  # type: ignore[method-assign]
    Granian(
        "cosma.wsgi:application",
        address=HOST,
        port=port(),
        workers=workers(),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        # Measured: 1 to 8 cost the same. One is always kept for readers (storefront.AT_ONCE): the others may hang
        # on a slow upload or a slow database.
        blocking_threads=4,
        # Counts open connections, idle ones too: a small number would let a few open browsers lock out the rest.
        backpressure=512,
        # Also how long an idle connection is kept: a proxy in front must let go sooner.
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        # A request that hangs must not keep a stopping server alive.
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve()


def begin_worker() -> None:
    os.setpgrp()
    if sys.platform == "linux":
        # A master that was killed takes its workers along: they would hold the port with nobody to stop them.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__mp_main__":  # a worker, where Python starts those afresh
    begin_worker()
else:
    os.register_at_fork(after_in_child=begin_worker)
if __name__ == "__main__":
    main()
