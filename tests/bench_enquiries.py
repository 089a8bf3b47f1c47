"""How the form stands a rush: 50 enquiries a second on PostgreSQL, each pressed when its turn comes.

`python -m tests.bench_enquiries [seconds]` starts a PostgreSQL and the real site, sends, counts rows, and says how
long an answer took. None may be lost, and 95 of 100 answers come within 300 ms.
"""

import os
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

RATE = 50
SECONDS = 60
SLOWEST_P95 = 300
SENDERS = 40


def main(seconds: int = SECONDS) -> bool:
    """True when the goals are met."""
    prepare()
    from tests.enquiries.running import running_site

    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder), OUTBOX_AT_ONCE="false") as site:
        slips = [site.slip() for _ in range(20)]
        time.sleep(3.5)
        began, spent = time.monotonic(), processor_time(site)
        times, answers = rush(site, slips, seconds)
        took, spent = time.monotonic() - began, processor_time(site) - spent
        [rows] = site.rows("enquiries.enquiry")
    return report(times, answers, len(rows), took, spent)


def prepare() -> None:
    from tests.servers import prepare_environment

    os.environ |= {"TEST_DATABASE": "postgresql", "DJANGO_SETTINGS_MODULE": "cosma.settings"}
    prepare_environment()
    import django

    django.setup()


def rush(site, slips: list[str], seconds: int) -> tuple[list[float], Counter]:
    """Presses by the clock, however slow the answers are: time spent waiting for a turn counts as well."""
    times: list[float] = []
    statuses: list[int] = []
    start = time.monotonic() + 0.5

    def press(number: int) -> None:
        due = start + number / RATE
        time.sleep(max(0, due - time.monotonic()))
        statuses.append(one(site, slips[number % len(slips)], number))
        times.append(time.monotonic() - due)

    with ThreadPoolExecutor(SENDERS) as crowd:
        list(crowd.map(press, range(RATE * seconds)))
    return times, Counter(statuses)


def one(site, slip: str, number: int) -> int:
    from tests.enquiries.patient import words

    fields = {"slip": slip, **words(message=f"number {number}", treatment="", phone=f"98{number:08}")}
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return site.send(fields, address=address)[0]


def processor_time(site) -> float:
    """Seconds that the site's own processes have used; 0 where the system does not say."""
    ticks = 0
    for pid in [site.server.pid, *site.workers()]:
        try:
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        except OSError:
            return 0
    return ticks / os.sysconf("SC_CLK_TCK")


def report(times: list[float], answers: Counter, rows: int, took: float, spent: float) -> bool:
    times.sort()
    p50, p95, worst = (1000 * times[int(len(times) * share)] for share in (0.5, 0.95, 0.9999))
    sent = len(times)
    print(f"enquiries   {sent} sent in {took:.0f} s ({sent / took:.0f} a second), {rows} rows")
    print(f"            answers by status: {dict(answers)}")
    print(f"            p50 {p50:.0f} ms, p95 {p95:.0f} ms, slowest {worst:.0f} ms")
    print(f"            {1000 * spent / sent:.1f} ms of processor time each")
    met = sent == answers[303] == rows and p95 < SLOWEST_P95
    print(f"            {'as it must be' if met else 'NOT as it must be'}: none lost, p95 under {SLOWEST_P95} ms")
    return met


if __name__ == "__main__":
    threading.stack_size(512 * 1024)
    sys.exit(not main(int(sys.argv[1]) if sys.argv[1:] else SECONDS))
