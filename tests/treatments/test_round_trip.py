"""Any content that staff could write survives rows, YAML and snapshots unchanged."""

import datetime
import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_concern, make_source, make_treatment
from treatments import anatomy, choices, content, files, loading, markup
from treatments.models import Treatment, drafts

TURNING = "".join(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=f"\u200b\ufeff{TURNING}")


def line(*, most=60, least=1):
    stripped = st.text(LETTERS, min_size=least, max_size=most).map(str.strip)
    return stripped.filter(lambda text: len(text) >= least and not names_something(text))


def names_something(text: str) -> bool:
    names = markup.named_facts(text) or markup.cited_sources(text) or markup.unfinished_names(text)
    return bool(names or markup.strange_addresses(text))


def maybe(strategy):
    return st.none() | strategy


def listed(strategy, *, by=None, least=0, most=3):
    return st.lists(strategy, min_size=least, max_size=most, unique_by=by).map(tuple)


def lines(least=0):
    return listed(line(), least=least)


def a(kind: type, **fields):
    return st.builds(kind, **fields)


def choice(kind: type):
    return st.sampled_from(kind)


def both_ends(name: str, low: int, high: int, *, per: int = 1):
    """`{name}_min` and `{name}_max` in order, or neither."""
    ends = st.lists(st.integers(low, high), min_size=2, max_size=2).map(sorted)
    return st.just({}) | ends.map(lambda pair: {f"{name}_min": pair[0] / per, f"{name}_max": pair[1] / per})


def whole(values: dict) -> dict:
    return {name: int(value) for name, value in values.items()}


prose = st.lists(line(), min_size=1, max_size=3).map("\n".join) | st.just(
    "Cite [@trial], name {sessions}.\n\n* one\n* two"
)
some_prose = st.just("") | prose
some_line = st.just("") | line()
evidence = maybe(choice(choices.Evidence))
days = st.dates(datetime.date(2000, 1, 1), datetime.date(2026, 1, 1))
hours_in_order = st.lists(st.integers(0, 2160), min_size=2, max_size=2, unique=True).map(sorted)
fact_ids = listed(st.integers(1, 138).map("F{:03}".format), by=str)

statement = a(
    content.Statement,
    label=some_line,
    text=prose,
    said_by=choice(choices.SaidBy),
    strength=choice(choices.Strength),
    evidence=evidence,
    verdict=maybe(choice(choices.Verdict)),
    qualification=some_line,
    facts=fact_ids,
)
section = a(
    content.Section,
    anchor=st.sampled_from(anatomy.SECTION_ANCHORS),
    heading=line(),
    statements=listed(statement, most=2),
)
sections = st.lists(section, max_size=3, unique_by=lambda part: part.anchor).map(
    lambda found: tuple(sorted(found, key=lambda part: anatomy.ANCHORS.index(part.anchor)))
)
side_effect = st.tuples(
    st.booleans(),
    maybe(st.tuples(st.integers(1, 50), st.integers(50, 1000))),
    both_ends("duration_hours", 0, 1000),
    line(),
    some_prose,
).map(
    lambda made: content.SideEffect(
        name_plain=made[3],
        text=made[4],
        serious=made[0],
        care_level=choices.CareLevel.URGENT if made[0] else None,
        **({"rate_x": made[1][0], "rate_n": made[1][1], "source": "trial"} if made[1] else {}),
        **whole(made[2]),
    )
)
price = st.tuples(st.integers(1, 1_000_000), st.integers(1, 1_000_000), lines(least=1), lines(), maybe(days)).map(
    lambda made: content.Price(
        min=min(made[:2]), max=max(made[:2]), factors=made[2], includes=made[3], checked_on=made[4]
    )
)
comparison_fact = st.tuples(choice(choices.Attribute), maybe(prose), evidence).map(
    lambda made: content.ComparisonFact(
        attribute=made[0], text=made[1] or "", unknown=made[1] is None, evidence=made[2]
    )
)
parts = st.fixed_dictionaries(
    {
        "name": line(least=3),
        "heading": line(),
        "summary": line(),
        "also_called": lines(),
        "terms_explained": lines(),
        "procedure_type": choice(choices.ProcedureType),
        "evidence": evidence,
        "insurance_note": some_prose,
        "price": maybe(price),
        "sections": sections,
        "indications": listed(
            a(
                content.Indication,
                concern=st.sampled_from(["", "dull-skin"]),
                name=line(),
                aim=some_prose,
                evidence=choice(choices.Evidence),
            )
        ),
        "contraindications": listed(
            a(
                content.Contraindication,
                name_plain=line(),
                severity=choice(choices.Severity),
                reason=some_prose,
                origin=choice(choices.Origin),
            ),
            by=lambda part: part.name_plain,
        ),
        "side_effects": listed(side_effect),
        "healing": listed(
            st.tuples(hours_in_order, prose).map(
                lambda made: content.HealingStage(from_hours=made[0][0], until_hours=made[0][1], text=made[1])
            )
        ),
        "questions": listed(
            a(content.Question, question=line(most=100, least=10).map(lambda text: f"{text}?"), answer=prose)
        ),
        "alternatives": st.sampled_from([(), (content.Alternative(other="peeling"),)]),
        "comparison": listed(comparison_fact, by=lambda part: part.attribute),
    }
)
figures = st.tuples(
    both_ends("sessions", 1, 20).map(whole),
    both_ends("interval_weeks", 1, 26).map(whole),
    both_ends("depth_mm", 1, 130, per=10),
    both_ends("downtime_hours", 0, 4380).map(whole),
).map(lambda ranges: {name: value for values in ranges for name, value in values.items()})
treatments = st.builds(lambda parts, figures: content.Treatment(slug="needling", **parts, **figures), parts, figures)


@given(treatment=treatments)
def test_a_snapshot_keeps_every_field(treatment):
    assert content.decode(content.encode(treatment), content.Treatment) == treatment


@given(treatment=treatments)
def test_a_file_keeps_every_field_and_reads_back_to_the_same_text(treatment):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / files.file_name(treatment)
        path.write_text(files.dump(treatment))

        read = files.ContentFile(path).convert(content.Treatment)

    assert read == treatment
    assert files.dump(read) == files.dump(treatment)


@pytest.fixture
def neighbours(db):
    make_source("trial")
    make_concern("dull-skin")
    make_treatment("peeling")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(treatment=treatments)
def test_rows_keep_every_field(neighbours, treatment):
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        path = Path(folder) / "treatments" / files.file_name(treatment)
        path.parent.mkdir()
        path.write_text(files.dump(treatment))

        loading.load(Path(folder))

        assert drafts.read(Treatment.objects.get(slug="needling")) == treatment
        transaction.set_rollback(True)
