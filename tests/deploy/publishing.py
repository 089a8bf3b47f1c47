"""Publishes without a pause and is killed at random moments; after each kill, looks whether all that is live is whole.

`python -m tests.deploy.publishing KILLS`, on the empty database that DATABASE_URL names.
"""

import json
import os
import random
import signal
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosma.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.factories import make_treatment  # noqa: E402
from treatments.admin import publishing  # noqa: E402
from treatments.models import Publication, Revision, SearchEntry, Stamp, Treatment  # noqa: E402

SLUG = "often-published"
LONGEST = 4
"""A publisher lives as long as it takes to publish so often, at most; the first ones not as long as once."""


def write(number: int) -> None:
    """The same mark in four places of the draft."""
    treatment = Treatment.objects.get(slug=SLUG)
    treatment.heading, treatment.summary = f"First mark-{number}.", f"Second mark-{number}."
    treatment.save(update_fields=["heading", "summary"])
    for section in treatment.sections.all():
        section.statements.update(text=f"Third mark-{number}.\n\nFourth mark-{number}.")


def publish() -> None:
    """As the button does."""
    shown = publishing.plans([Treatment.objects.get(slug=SLUG)])
    publishing.publish(shown, by=None, seen=publishing.seen(shown))


def publish_until_killed(number: int, told: int) -> None:
    while True:
        number += 1
        write(number)
        os.write(told, json.dumps(["begun", number]).encode() + b"\n")
        publish()
        os.write(told, json.dumps(["done", number]).encode() + b"\n")


def one_life(number: int, seconds: float) -> tuple[int, int]:
    """The last number that was published for certain, and the last that may have been."""
    connection.close()
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        os.close(heard)
        try:
            publish_until_killed(number, told)
        finally:
            os._exit(1)
    os.close(told)
    with os.fdopen(heard) as lines:
        said = [json.loads(lines.readline())]
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        _, how = os.waitpid(child, 0)
        assert os.WIFSIGNALED(how), "it ended by itself"
        said += [json.loads(line) for line in lines]
    done = [one for what, one in said if what == "done"]
    return max(done, default=number), max([one for _, one in said], default=number)


def settle() -> None:
    """PostgreSQL may still be busy with what the dead process asked for last: a commit, say."""
    if connection.vendor == "postgresql":
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with connection.cursor() as cursor:
            while cursor.execute(f"{others} AND backend_type = 'client backend'") or cursor.fetchone()[0]:
                time.sleep(0.01)


def live() -> tuple[int, int]:
    """The number that patients read and the stamp of its address; AssertionError if anything of it is in halves."""
    [revision] = Revision.objects.live(at=timezone.now()).filter(slug=SLUG)
    page = revision.page
    places = " ".join((page.heading, page.summary, *(one.text for part in page.sections for one in part.statements)))
    marks = [word.rstrip(".") for word in places.split() if word.startswith("mark-")]
    assert len(marks) == 4 and len(set(marks)) == 1, places
    assert marks[0] in revision.summary_card.summary
    entries = SearchEntry.objects.filter(path__startswith=f"/treatments/{SLUG}/")
    assert {entry.revision_id for entry in entries} == {revision.pk}, "search knows other words"
    assert any(f"Third {marks[0]}" in entry.text for entry in entries)
    ends, begins = zip(*Publication.objects.order_by("live_from").values_list("live_until", "live_from"), strict=True)
    assert ends == (*begins[1:], None), "a gap, or two at once"
    assert len(begins) == Revision.objects.count(), "frozen for nothing"
    return int(marks[0].removeprefix("mark-")), Stamp.objects.get(name=f"/treatments/{SLUG}/").version


def main(kills: int) -> None:
    call_command("migrate", verbosity=0)
    make_treatment(SLUG)
    write(0)
    began = time.monotonic()
    publish()
    took = time.monotonic() - began
    (number, stamp), begun = live(), 0
    for life in range(kills):
        certain, perhaps = one_life(begun, (life + random.random()) / kills * LONGEST * took)
        settle()
        before, (number, moved) = number, live()
        assert max(certain, before) <= number <= perhaps or number == before == certain, (certain, number, perhaps)
        assert (moved > stamp) == (number > before), "the stamp and the words do not agree"
        stamp, begun = moved, number
    assert number, "nothing was ever published"
    print(f"{kills} kills, {number} publishes, {Revision.objects.count()} revisions")


if __name__ == "__main__":
    main(int(sys.argv[1]))
