"""The staff's side with a large treatment: 20 sections, 300 statements, 2,000 revisions.

Prints the milliseconds of CPU time of each thing that a person waits for, as JSON in the last line. `make bench`
runs it in a process of its own: `python -m tests.benches.staff`.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable

SECTIONS, STATEMENTS, REVISIONS = 20, 15, 2000
ROUNDS = 5
GOALS_MS = {"change page": 1000, "section page": 1000, "history": 1000, "difference": 500, "freeze": 300}


def prepare(folder: str) -> None:
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "VAR_DIR": f"{folder}/var",
        "ALLOWED_HOSTS": "testserver",
    }
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosma.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("loadcontent", "--publish-unreviewed", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def large_treatment():
    """Mesotherapy with more words than anybody will write."""
    from treatments import anatomy
    from treatments.models import Revision, Section, Statement, Treatment, freeze

    treatment = Treatment.objects.get(slug="mesotherapy")
    treatment.sections.all().delete()
    for anchor in anatomy.SECTION_ANCHORS[:SECTIONS]:
        section = Section.objects.create(treatment=treatment, anchor=anchor, heading=anchor.capitalize())
        Statement.objects.bulk_create(
            Statement(section=section, position=place, text=text(anchor, place)) for place in range(STATEMENTS)
        )
    first = freeze(treatment, by=None)
    columns = [field.attname for field in Revision._meta.fields if field.attname not in ("id", "number")]
    copied = {name: getattr(first, name) for name in columns}
    later = (Revision(**copied, number=first.number + number) for number in range(1, REVISIONS))
    Revision.objects.bulk_create(later, batch_size=50)
    for statement in Statement.objects.filter(position__lt=5):
        statement.text = statement.text.replace("two", "three")
        statement.save()
    return treatment


def text(anchor: str, place: int) -> str:
    return f"Statement {place} of {anchor}: it takes two visits and {{sessions}}, and what helps one may not help all."


def milliseconds(work: Callable[[], object]) -> float:
    """The least of the rounds: others on the machine can only add to it. The first one warms up."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.process_time()
        work()
        taken.append((time.process_time() - began) * 1000)
    return round(min(taken[1:]), 1)


def measured() -> dict[str, float]:
    from django.db import transaction

    from tests.staff.people import staff_client
    from treatments.models import Revision, freeze
    from treatments.models.restoring import restore

    treatment, client = large_treatment(), staff_client("manager")
    pages = f"/admin/treatments/treatment/{treatment.pk}"
    oldest = Revision.objects.of(treatment).order_by("number").last()

    def opened(path: str) -> Callable[[], object]:
        def get():
            response = client.get(path)
            assert response.status_code == 200, (path, response.status_code)

        return get

    def undone(work: Callable[[], object]) -> Callable[[], object]:
        def run():
            with transaction.atomic():
                work()
                transaction.set_rollback(True)

        return run

    return {
        "change page": milliseconds(opened(f"{pages}/change/")),
        "section page": milliseconds(opened(f"/admin/treatments/section/{treatment.sections.first().pk}/change/")),
        "history": milliseconds(opened(f"{pages}/history/")),
        "difference": milliseconds(opened(f"{pages}/compare/?a=2&b=draft")),
        "preview": milliseconds(opened(f"{pages}/preview/")),
        "public page": milliseconds(opened("/treatments/mesotherapy/")),
        "freeze": milliseconds(undone(lambda: freeze(treatment, by=None))),
        "restore": milliseconds(undone(lambda: restore(oldest, by=None))),
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cosma-bench-") as folder:
        prepare(folder)
        print(json.dumps(measured()))


if __name__ == "__main__":
    main()
