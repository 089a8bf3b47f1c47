"""A site of any size, made up: `make_many(10_000)` adds published treatments in bulk, for benches alone.

`python -m tests.benches.many 100000` fills the database that DATABASE_URL names; `--without-search` leaves search
out, which takes most of the time. What is made depends on nothing but the numbers, so it is the same every time.
"""

import argparse
import itertools
import os
import random
from collections.abc import Iterator

AT_ONCE = 500
BEGINNINGS = [first + second for first in "bdfgklmnprs" for second in "aeio"]
MIDDLES = [first + last for first in ("ce", "do", "ga", "ri", "tu") for last in "lnr"]
ENDINGS = ("therapy", "lift", "peel", "plasty", "needling", "ol", "ine", "ose", "ate", "ium")
EVERYWHERE = "skin doctor session pain redness swelling clinic week needle cream laser face cost result study risk"
COMMON = EVERYWHERE.split()
ANCHORS = {
    "overview": "In brief",
    "what-it-is": "What it is",
    "evidence": "Results of studies",
    "who-should-avoid": "Who should not have it",
    "common-side-effects": "Common side effects",
    "procedure": "What happens in a session",
    "aftercare": "Care for your skin afterwards",
    "cost": "Price of a course",
}


def made_up_words() -> list[str]:
    parts = itertools.product(BEGINNINGS, MIDDLES, ENDINGS)
    return ["".join(one) for one in parts]


WORDS = made_up_words()
NAMES = [word for word in WORDS if word.endswith(tuple(ENDINGS[:5]))]


def name(number: int) -> str:
    """Of its own for each number."""
    first, second = divmod(number, len(NAMES))
    return f"{NAMES[second]} {WORDS[first * 7 % len(WORDS)]}".capitalize()


def sentence(chance: random.Random) -> str:
    """Words that stand everywhere, and some that stand on few pages."""
    words = [chance.choice(COMMON if chance.random() < 0.6 else WORDS) for _ in range(chance.randint(6, 14))]
    return f"{' '.join(words).capitalize()}."


def page(number: int):
    from treatments import choices, content

    chance, own = random.Random(number), name(number)
    sections = tuple(
        content.Section(
            anchor=anchor,
            heading=heading,
            statements=tuple(content.Statement(text=" ".join(sentence(chance) for _ in range(3))) for _ in range(2)),
        )
        for anchor, heading in ANCHORS.items()
    )
    questions = tuple(
        content.Question(question=f"Does {own.lower()} {chance.choice(WORDS)}?", answer=sentence(chance))
        for _ in range(3)
    )
    return content.TreatmentPage(
        slug=slug(number),
        name=own,
        heading=f"{own} in plain words",
        summary=sentence(chance),
        procedure_type=choices.ProcedureType.PERCUTANEOUS,
        evidence=chance.choice(list(choices.Evidence)),
        sessions_min=chance.randint(1, 3),
        sessions_max=chance.randint(3, 8),
        sections=sections,
        questions=questions,
        schema=content.SCHEMA,
    )


def slug(number: int) -> str:
    return f"{name(number).lower().replace(' ', '-')}-{number}"


def make_many(count: int, *, search: bool = True, start: int = 0) -> None:
    """Published treatments, numbered from `start`. Past the verbs, so all in one go."""
    from django.db import connection

    for first in range(start, start + count, AT_ONCE):
        make_some(range(first, min(first + AT_ONCE, start + count)), search=search)
        if first % 5_000 == 0:
            # Or PostgreSQL takes the tables for small ones, and triggers read them whole for each row.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")


def make_some(numbers: range, *, search: bool) -> None:
    from django.db import transaction
    from django.utils import timezone

    from treatments.models import Publication, searching

    now = timezone.now()
    with transaction.atomic():
        revisions = list(frozen(numbers))
        Publication.objects.bulk_create(
            Publication(revision=revision, made_at=now, live_from=now) for revision in revisions
        )
        if search:
            searching.write(revisions)


def frozen(numbers: range) -> Iterator:
    from treatments import content
    from treatments.fingerprint import fingerprint
    from treatments.models import Revision, Treatment
    from treatments.models.composing import card

    pages = [page(number) for number in numbers]
    shared = ("slug", "name", "heading", "summary", "procedure_type")
    rows = [Treatment(**{field: getattr(one, field) for field in shared}) for one in pages]
    treatments = Treatment.objects.bulk_create(rows)
    revisions = (
        Revision(
            treatment=treatment,
            number=1,
            slug=one.slug,
            language=one.language,
            snapshot=content.encode(one),
            card=content.encode(card(one)),
            fingerprint=fingerprint(one),
        )
        for treatment, one in zip(treatments, pages, strict=True)
    )
    return Revision.objects.bulk_create(revisions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--start", type=int, default=0, help="number of the first one")
    parser.add_argument("--without-search", action="store_true")
    options = parser.parse_args()

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosma.settings")
    django.setup()
    make_many(options.count, search=not options.without_search, start=options.start)


if __name__ == "__main__":
    main()
