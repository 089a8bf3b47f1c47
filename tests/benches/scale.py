"""What a page costs among 50 treatments and among 100,000 on PostgreSQL: part of `make bench`.

CPU time of Python and of PostgreSQL for all of Django, without the page store: a stored page never asks how many there
are. `python -m tests.benches.scale 20000` tries it with fewer.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from tests.benches.searching import prepare

FEW, MANY, TIMES = 50, 100_000, 20
MOST_GROWTH, MOST_SECONDS, MOST_MEGABYTES = 1.2, 1, 100


def main(many: int = MANY) -> bool:
    """True when the goals are met."""
    prepare()
    from tests.benches.many import make_many, slug
    from treatments.list_views import PAGE_SIZE

    middle, last = many // (2 * PAGE_SIZE), many // PAGE_SIZE
    small = [f"/treatments/{slug(1)}/", "/", "/treatments/", "/treatments/?page=2"]
    make_many(FEW, search=False)
    few = costs(small)
    make_many(many - FEW, start=FEW, search=False)
    grown = costs([*small, f"/treatments/?page={middle}", f"/treatments/?page={last}"])
    figures = {
        f"{path}, times the cost of {FEW}": (cost / few.get(path, few["/treatments/?page=2"]), MOST_GROWTH)
        for path, cost in grown.items()
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    maps = ["/sitemap.xml", *(f"/sitemap-{number}.xml" for number in range(1, many // 10_000 + 1))]
    figures |= {f"{path}, seconds of CPU": (seconds / 1000, MOST_SECONDS) for path, seconds in costs(maps, 2).items()}
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return report(figures | {"megabytes that the maps took": (taken, MOST_MEGABYTES)}, grown)


def costs(addresses: Iterable[str], times: int = TIMES) -> dict[str, float]:
    """Milliseconds of CPU time of each: the least of several, for what else runs here makes each one dearer."""
    from django.db import connection

    from tests.wire import ask

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    found = {}
    for address in addresses:
        path, _, query = address.partition("?")
        assert ask(path, query=query).status == 200, address
        found[address] = min(cost(backend, partial(ask, path, query=query)) for _ in range(times))
    return found


def cost(backend: int, asking: Callable) -> float:
    before = time.process_time_ns() + nanoseconds(backend)
    asking()
    return (time.process_time_ns() + nanoseconds(backend) - before) / 1e6


def nanoseconds(backend: int) -> int:
    """CPU time of the one process of PostgreSQL that serves us; `stat` counts in hundredths of a second."""
    return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0])


def report(figures: dict[str, tuple[float, float]], grown: dict[str, float]) -> bool:
    for path, cost in grown.items():
        print(f"{path:50} {cost:8.1f} ms")
    for name, (figure, goal) in figures.items():
        print(f"{name:70} {figure:8.2f}, at most {goal}{'' if figure <= goal else ': MISSED'}")
    return all(figure <= goal for figure, goal in figures.values())


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if sys.argv[1:] else MANY))
