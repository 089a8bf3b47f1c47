"""How long the search page takes on PostgreSQL, with 1,000 treatments and with 10,000: part of `make bench`.

Server time: all of Django, from the request's bytes to the answer's, without the network. Each search is asked twice
after a first round; half of them are mistyped, of several words, or of words that stand on every page.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from urllib.parse import quote_plus

SIZES = {1_000: ("median", 25), 10_000: ("p95", 80)}
"""How many treatments, and the goal in milliseconds."""
SEARCHES = 120


def main() -> None:
    prepare()
    missed = []
    made = 0
    for size, (what, goal) in SIZES.items():
        grow(made, size)
        made = size
        found = measured(size)
        print(
            f"{size:6} treatments: " + ", ".join(f"{name} {value:.1f} ms" for name, value in found.items()), flush=True
        )
        if found[what] >= goal:
            missed.append(f"Search among {size} treatments: {what} {found[what]:.1f} ms, the goal is {goal}")
    print("\n".join(missed) or "Every goal of search is met.")
    sys.exit(1 if missed and "--strict" in sys.argv else 0)


def prepare() -> None:
    from tests.servers import prepare_environment

    os.environ |= {"TEST_DATABASE": "postgresql", "DJANGO_SETTINGS_MODULE": "cosma.settings"}
    prepare_environment()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    call_command("migrate", verbosity=0)
    call_command("loadcontent", "--publish-unreviewed", verbosity=0)


def grow(made: int, size: int) -> None:
    from django.db import connection

    from tests.benches.many import make_many

    make_many(size - made, start=made)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def searches(size: int) -> Iterator[str]:
    from tests.benches.many import COMMON, WORDS, name

    chance = random.Random(1)
    for number in range(SEARCHES):
        own = name(chance.randrange(size))
        rare, known = chance.choice(WORDS), chance.choice(COMMON)
        mistyped = own[:3] + own[4:]
        yield (own, mistyped, rare, known, f"{known} {chance.choice(COMMON)}", f"{own} {known}", "mesotherpy pain")[
            number % 7
        ]


def measured(size: int) -> dict[str, float]:
    """Also the CPU time of Python and of PostgreSQL, which others on the machine hardly change."""
    from django.db import connection

    from tests.benches.load import cpu_seconds

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    asked = list(searches(size))
    timed(asked)
    before = time.process_time(), cpu_seconds(backend)
    times = sorted(timed(asked) + timed(asked))
    spent = time.process_time() - before[0], cpu_seconds(backend) - before[1]
    cpu = [1000 * seconds / len(times) for seconds in spent]
    shares = {"median": statistics.median(times), "p95": times[int(len(times) * 0.95)], "slowest": times[-1]}
    return shares | {"CPU of Python": cpu[0], "CPU of PostgreSQL": cpu[1]}


def timed(asked: list[str]) -> list[float]:
    """Milliseconds that each took."""
    from tests.wire import ask

    times = []
    for typed in asked:
        began = time.perf_counter()
        answer = ask("/search/", query=f"q={quote_plus(typed)}")
        times.append(1000 * (time.perf_counter() - began))
        assert answer.status == 200 and b"<mark>" in answer.body, typed
    return times


if __name__ == "__main__":
    main()
