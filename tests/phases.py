"""Runs every test, on both databases where it touches one, in a browser and against the real servers.

It goes on after a failure, so that one run shows all there is to mend, and says at the end what ran. The tests of the
real servers mostly wait, so they run beside the others where there is a second core, and ahead of them: they look at
the clock. What they say is shown once they are over.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
STOPS_WITHIN = 20
PATIENT = ("nice", "-n", "10")
"""What waits for whoever is in more of a hurry."""


class Phase:
    def __init__(self, name: str, command: list[str], **environment: str):
        self.name, self.command, self.environment = name, command, environment
        self.process: subprocess.Popen | None = None
        self.counts = (0, 0, 0)
        self.began = self.seconds = 0.0

    def start(self, folder: Path, output=None, *, patient=False) -> "Phase":
        """In a session of its own: then a signal reaches all of it, and the system shares its time out between two."""
        self.began, self.summary = time.monotonic(), folder / self.name
        self.process = subprocess.Popen(
            [*(PATIENT if patient else ()), *self.command],
            cwd=BASE_DIR,
            env=os.environ | self.environment | {"TEST_SUMMARY": str(self.summary)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        return self

    def finish(self) -> None:
        self.process.wait()
        self.seconds = time.monotonic() - self.began
        with suppress(FileNotFoundError):
            self.counts = tuple(map(int, self.summary.read_text().split()))

    def signal(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    @property
    def failed(self) -> bool:
        return not self.process or self.process.returncode != 0

    def __str__(self) -> str:
        broken = ", and it ended with an error" if self.failed and not self.counts[1] else ""
        return f"{self.name:<12} {counted(self.counts)}, {self.seconds:.0f} s{broken}"


def counted(counts) -> str:
    return "{} passed, {} failed, {} skipped".format(*counts)


def say(line: str) -> None:
    print(line, flush=True)


def run_beside(phase: Phase, others: list[Phase], alone: list[Phase], folder: Path) -> None:
    """`alone` are those with limits in time of their own: nothing else runs then."""
    say(f"\n== {phase.name}: runs beside what follows, and is shown once it is over")
    with open(folder / "output", "w+b") as output:
        phase.start(folder, output)
        watch = threading.Thread(target=phase.finish, daemon=True)
        watch.start()
        for other in others:
            run(other, folder, patient=watch.is_alive())
        watch.join()
        output.seek(0)
        say(f"\n== {phase.name}")
        sys.stdout.buffer.write(output.read())
        say(f"-- {phase.name}: {phase.seconds:.0f} s")
    for other in alone:
        run(other, folder)


def run(phase: Phase, folder: Path, *, patient=False) -> None:
    say(f"\n== {phase.name}")
    phase.start(folder, patient=patient).finish()
    say(f"-- {phase.name}: {phase.seconds:.0f} s")


def stop(phases: list[Phase]) -> None:
    """As Ctrl-C does it, and who does not listen is ended."""
    for phase in phases:
        phase.signal(signal.SIGINT)
    until = time.monotonic() + STOPS_WITHIN
    with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        for phase in phases:
            if phase.process:
                phase.process.wait(max(0.0, until - time.monotonic()))
    for phase in phases:
        phase.signal(signal.SIGKILL)


def interrupt(*_) -> None:
    raise KeyboardInterrupt


def run_all(beside: Phase, others: list[Phase], alone: list[Phase], *, cores: int) -> int:
    began, phases = time.monotonic(), [*others, *alone, beside]
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TEST_SHARED"] = folder
        try:
            if cores > 1:
                run_beside(beside, others, alone, Path(folder))
            else:
                for phase in phases:
                    run(phase, Path(folder))
        except KeyboardInterrupt:
            say("\nStopping ...")
            return 130
        finally:
            stop(phases)
    say(f"\n== All, in {time.monotonic() - began:.0f} s")
    for phase in phases:
        say(str(phase))
    say(counted(map(sum, zip(*(phase.counts for phase in phases), strict=True))))
    return int(any(phase.failed for phase in phases))


def tests(name: str, marked: str, database: str, *options: str) -> Phase:
    return Phase(name, [sys.executable, "-m", "pytest", "-q", *options, "-m", marked], TEST_DATABASE=database)


def main() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # What is only for a browser or real servers is not even loaded.
    shared = ("-n", "auto", "--dist", "worksteal", "--ignore=tests/browser", "--ignore=tests/deploy")
    plain = "not browser and not deploy and not soak"
    return run_all(
        tests("Deployment", "deploy and not browser and not soak", "postgresql"),
        [
            tests("SQLite", plain, "sqlite", *shared),
            # What touches no database cannot differ between two, and ran above.
            tests("PostgreSQL", f"{plain} and database", "postgresql", *shared),
        ],
        [tests("Browser", "browser and not soak", "sqlite", "-n", "auto", "--dist", "worksteal")],
        cores=cores,
    )


if __name__ == "__main__":
    sys.exit(main())
