"""How `make test` runs its phases: all of them, whatever fails, and nothing is left when it is stopped."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.deploy.nodes import family, wait_until
from tests.phases import BASE_DIR

PHASE = "import os, sys, time; print('said by {0}'); open(os.environ['TEST_SUMMARY'], 'w').write('{1}'); {2}"
RUN = """
import sys
from tests.phases import Phase, run_all
beside, first, last = (Phase(name, [sys.executable, "-c", code]) for name, code in {0!r}.items())
sys.exit(run_all(beside, [first], [last], cores={1}))
"""


def start(cores=2, **codes: str) -> subprocess.Popen:
    codes = {"Servers": PHASE.format("servers", "1 0 0", "time.sleep(0.2)")} | codes
    command = [sys.executable, "-c", RUN.format(codes, cores)]
    return subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("cores", [1, 2])
def test_each_is_shown_whole_and_one_that_fails_fails_all(cores):
    first, last = PHASE.format("first", "4 1 0", "sys.exit(1)"), PHASE.format("last", "5 0 2", "pass")

    run = start(cores, First=first, Last=last)
    shown = run.communicate(timeout=60)[0].splitlines()

    order = ["servers", "last"] if cores > 1 else ["last", "servers"]
    assert [line for line in shown if "said" in line] == [f"said by {name}" for name in ("first", *order)]
    assert [line.rpartition(",")[0] for line in shown[-4:]] == [
        "First        4 passed, 1 failed, 0 skipped",
        "Last         5 passed, 0 failed, 2 skipped",
        "Servers      1 passed, 0 failed, 0 skipped",
        "10 passed, 1 failed",
    ]
    assert run.returncode == 1


def test_one_that_cannot_even_begin_fails_all():
    run = start(First="raise SystemExit(3)", Last=PHASE.format("last", "5 0 0", "pass"))

    assert (
        "First        0 passed, 0 failed, 0 skipped, 0 s, and it ended with an error" in run.communicate(timeout=60)[0]
    )
    assert run.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_stops_it_stops_all_of_it(number):
    asleep = "import subprocess, sys; subprocess.run(['sleep', '300'])"
    run = start(Servers=asleep, First=asleep, Last=asleep)
    wait_until(lambda: len(family(run.pid)) == 5, 30, "two phases and what they started")
    everyone = family(run.pid)

    os.kill(run.pid, number)
    began = time.monotonic()
    said = run.communicate(timeout=60)[0]

    assert said.endswith("Stopping ...\n") and run.returncode == 130
    assert time.monotonic() - began < 10
    wait_until(lambda: not any(map(alive, everyone)), 10, "somebody was left behind")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
