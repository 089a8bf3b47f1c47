"""`make bench`: our pages beside nginx's static file and a plain Django page, measured in turns in one run.

What counts is the CPU time of a server for one request, user and system, read from /proc: it hardly changes when
others use the machine, which the wall clock does. Each server is one worker on one core; the load comes from another.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benches.load import Load, Sample
from tests.benches.staff import GOALS_MS as STAFF_GOALS
from tests.benches.targets import Target, started
from tests.tools import BASE_DIR

GOALS = {"stored": 0.40, "behind nginx": 0.85}
KEPT = Path("var") / "bench"


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="cosma-bench-") as folder, started(Path(folder)) as targets:
        samples = measure(targets, options)
    results = {target.name: summary(target, samples[target.name]) for target in targets}
    print_table(results, last())
    failed = print_goals(results) + print_staff(measure_staff())
    keep(results)
    sys.exit(1 if failed and options.strict else 0)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--strict", action="store_true", help="fail when a goal is missed")
    return parser.parse_args()


def measure(targets: list[Target], options) -> dict[str, list[Sample]]:
    """Each round visits every target, from another one first, so that a busy minute hits all alike."""
    samples: dict[str, list[Sample]] = {target.name: [] for target in targets}
    for number in range(options.rounds):
        for target in targets[number % len(targets) :] + targets[: number % len(targets)]:
            load = Load(target, connections=min(options.connections, target.most_connections))
            load.run(0.5)
            samples[target.name].append(load.run(options.seconds))
            print(f"round {number + 1}: {target.name}: {samples[target.name][-1].cpu_us:.0f} µs", flush=True)
    return samples


def summary(target: Target, samples: list[Sample]) -> dict:
    """The least CPU time counts: others on the machine can only add to it."""
    return {
        "cpu_us": round(min(sample.cpu_us for sample in samples), 1),
        "cpu_us_median": round(statistics.median(sample.cpu_us for sample in samples), 1),
        "per_second": round(statistics.median(sample.per_second for sample in samples)),
        "p50_ms": round(statistics.median(sample.p50 for sample in samples), 2),
        "p99_ms": round(statistics.median(sample.p99 for sample in samples), 2),
        "bytes": target.bytes_on_the_wire,
        "errors": sum(sample.errors for sample in samples),
        "reference": target.reference,
    }


def ratio(results: dict, name: str) -> float | None:
    reference = results[name]["reference"]
    return results[reference]["cpu_us"] / results[name]["cpu_us"] if reference else None


def print_table(results: dict, before: dict) -> None:
    columns = "{:30} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9}"
    print("\n" + columns.format("", "CPU µs", "median", "of nginx", "req/s", "p50 ms", "p99 ms", "bytes", "last time"))
    for name, one in results.items():
        share = ratio(results, name)
        told = (f"{share:.3f}" if share else "", one["per_second"], one["p50_ms"], one["p99_ms"], one["bytes"])
        then = before.get(name, {}).get("cpu_us", "")
        print(columns.format(name, one["cpu_us"], one["cpu_us_median"], *told, then))
        if one["errors"]:
            print(f"{'':30} {one['errors']} requests failed")
    print("\nCPU µs: the least of the rounds, for one request. req/s and times are by the wall clock, their medians.")


def print_goals(results: dict) -> list[str]:
    missed = []
    for name in results:
        for start, goal in GOALS.items():
            share = ratio(results, name)
            if share and name.startswith(start) and share < goal:
                missed.append(f"{name}: {share:.3f} of nginx, the goal is {goal}")
    print("\n".join(missed) or "Every goal is met.")
    return missed


def measure_staff() -> dict[str, float]:
    """What staff wait for with a large treatment; in a process of its own, with a database of its own."""
    command = [sys.executable, "-m", "tests.benches.staff"]
    said = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True).stdout
    return json.loads(said.splitlines()[-1])


def print_staff(taken: dict[str, float]) -> list[str]:
    print("\nA treatment with 20 sections, 300 statements and 2,000 revisions, ms of CPU time:")
    print("\n".join(f"{name:30} {ms:>9} {STAFF_GOALS.get(name, ''):>9}" for name, ms in taken.items()))
    missed = [
        f"{name}: {taken[name]} ms, the goal is {goal}" for name, goal in STAFF_GOALS.items() if taken[name] > goal
    ]
    print("\n".join(missed) or "Every goal is met.")
    return missed


def last() -> dict:
    files = sorted((BASE_DIR / KEPT).glob("*.json"))
    return json.loads(files[-1].read_text()) if files else {}


def keep(results: dict) -> None:
    path = BASE_DIR / KEPT / f"{time.strftime('%Y-%m-%d-%H%M%S')}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1))
    print(f"Kept in {path.relative_to(BASE_DIR)}")


if __name__ == "__main__":
    main()
