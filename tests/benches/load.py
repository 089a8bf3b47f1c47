"""Load on one server from another core, by wrk where there is one, and what it cost the server's processes."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests.benches.targets import CLIENT_CPU, Target, pinned
from tests.deploy.nodes import family

TICKS = os.sysconf("SC_CLK_TCK")
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Sample(NamedTuple):
    cpu_us: float
    per_second: float
    p50: float
    p99: float
    errors: int


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of its children, and of those it has buried."""
    ticks = 0
    for one in family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:13]))
    return ticks / TICKS


class Load:
    def __init__(self, target: Target, *, connections: int):
        self.target, self.connections = target, connections

    def run(self, seconds: float) -> Sample:
        before = sum(map(cpu_seconds, self.target.pids))
        count, errors, p50, p99 = (self.by_wrk if shutil.which("wrk") else self.by_python)(seconds)
        time.sleep(0.2)  # requests that were on their way when the time was up
        used = sum(map(cpu_seconds, self.target.pids)) - before
        return Sample(used * 1e6 / max(count, 1), count / seconds, p50, p99, errors)

    def by_wrk(self, seconds: float):
        headers = [part for pair in self.target.headers.items() for part in ("-H", f"{pair[0]}: {pair[1]}")]
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{max(1, round(seconds))}s", "--latency", *headers]
        out = subprocess.run(
            [*pinned(CLIENT_CPU), *command, self.target.url], capture_output=True, text=True, check=True
        ).stdout
        found = [re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", out) for share in (50, 99)]
        times = [float(match[1]) * UNITS[match[2]] for match in found]
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        return int(re.search(r"(\d+) requests in", out)[1]), int(refused[1]) if refused else 0, *times

    def by_python(self, seconds: float):
        """A tenth as quick, so the server is idle at times; its CPU time for one request stays comparable."""
        command = [sys.executable, "-m", "tests.benches.small_load", self.target.url, str(seconds)]
        headers = [f"{name}: {value}" for name, value in self.target.headers.items()]
        out = subprocess.run([*pinned(CLIENT_CPU), *command, *headers], capture_output=True, text=True, check=True)
        count, errors, p50, p99 = out.stdout.split()
        return int(count), int(errors), float(p50), float(p99)
