"""A page about nothing, with each part in all its states: staff look at it when a template or the style sheet changes.

Its words are plainly made up, so that nobody takes them for advice.
"""

import datetime
from typing import Any

import msgspec

from treatments import content, facts, layout, markup, parts
from treatments.choices import (
    AftercareKind,
    AgentClass,
    Approval,
    Attribute,
    Band,
    CareLevel,
    Evidence,
    InsuranceCover,
    Origin,
    Permanence,
    Phase,
    ProcedureType,
    ReturnToWork,
    SaidBy,
    Severity,
    SourceKind,
    TaxIncluded,
)

CHECKED = datetime.date(2026, 1, 1)
KNOWN: tuple[dict[str, Any], ...] = (
    {"onset_hours_min": 0, "duration_hours_max": 72},
    {"onset_hours_min": 24, "duration_hours_min": 24},
    {"onset_hours_max": 48, "duration_hours_max": 0},
    {"onset_hours_max": 0},
)
"""When it starts and how long it lasts, where one end is known."""
SOURCES = (
    parts.Source(key="a", title="An example with an address", url="https://example.org/", kind=SourceKind.TRIAL),
    parts.Source(
        key="b",
        title="An example that was paid for",
        publisher="A journal",
        year=2020,
        kind=SourceKind.REVIEW,
        conflict=True,
    ),
)


def page() -> content.TreatmentPage:
    made = content.TreatmentPage(
        schema=content.SCHEMA,
        slug="example",
        name="Example",
        also_called=("Specimen", "Sample"),
        heading="Example: a page about nothing",
        summary="Every part of a treatment page in all its states, with words that are made up.",
        body_location="Face",
        procedure_type=ProcedureType.PERCUTANEOUS,
        evidence=Evidence.SOME,
        permanence=Permanence.TEMPORARY,
        return_to_work=ReturnToWork.NEXT_DAY,
        insurance_covered=InsuranceCover.SOMETIMES,
        insurance_note="A note on insurance.",
        **figures(),
        price=price(CHECKED),
        sections=sections(),
        sources=SOURCES,
        terms=(parts.Term(term="Weight", definition="a word that the glossary explains where it is met first."),),
        beside=(content.Beside(slug="other-example", name="Other example", summary="Another one."),),
        comparison=(
            parts.ComparisonFact(attribute=Attribute.NEEDLES, text="An answer [@a].", evidence=Evidence.GOOD),
            parts.ComparisonFact(attribute=Attribute.GOES_IN, unknown=True),
        ),
        **typed_parts(),
    )
    numbers = {source.key: place for place, source in enumerate(SOURCES, start=1)}
    known = facts.frozen(made)
    html = {text: markup.to_html(text, facts=known, numbers=numbers) for text in layout.texts(made)}
    return msgspec.structs.replace(made, html=html)


def other() -> content.TreatmentPage:
    """One of which little is known, to set beside it."""
    return content.TreatmentPage(
        schema=content.SCHEMA,
        slug="other-example",
        name="Other example",
        heading="Another",
        summary="Another one.",
        procedure_type=ProcedureType.PERCUTANEOUS,
    )


def figures() -> dict:
    return {
        **{"sessions_min": 2, "sessions_max": 4, "interval_weeks_min": 2, "interval_weeks_max": 3},
        **{"first_result_min": 1, "first_result_max": 2, "maintenance_months_min": 6, "maintenance_months_max": 12},
        **{"depth_mm_min": 0.5, "depth_mm_max": 2.5, "downtime_hours_min": 24, "downtime_hours_max": 72},
    }


def price(checked_on: datetime.date | None) -> parts.Price:
    return parts.Price(
        min=1000,
        max=123456,
        factors=("one thing", "another"),
        includes=("what is included",),
        excludes=("what is not",),
        tax_included=TaxIncluded.NO,
        checked_on=checked_on,
    )


def sections() -> tuple[parts.Section, ...]:
    labelled = tuple(
        parts.Statement(label="A label", text=f"A claim with the evidence label “{label}” [@a].", evidence=label)
        for label in Evidence
    )
    clinic = parts.Statement(text="A statement of {clinic}, without a label.", said_by=SaidBy.CLINIC)
    prose = parts.Statement(text="Words with **weight**, a [link](/about/) and two sources [@a] [@b].\n\n- One\n- Two")
    return (
        parts.Section(anchor="overview", heading="Statements and labels", statements=(prose, clinic, *labelled)),
        parts.Section(anchor="disclaimer", heading="A last word", statements=(prose,)),
    )


def typed_parts() -> dict:
    return {
        "indications": tuple(
            parts.Indication(name=f"Concern {place}", aim="An aim.", evidence=label)
            for place, label in enumerate(Evidence, start=1)
        ),
        "contraindications": tuple(
            parts.Contraindication(
                name_plain=f"a reason ({severity.label.lower()})",
                name_medical="its medical name",
                severity=severity,
                reason="Why [@a].",
                what_to_do="What to do.",
                origin=origin,
            )
            for severity in Severity
            for origin in Origin
        ),
        "side_effects": (*common(), *serious()),
        "steps": tuple(parts.Step(phase=phase, title="A step", text="What happens.") for phase in Phase),
        "aftercare": tuple(
            parts.AftercareItem(kind=kind, text="do something", until_hours=hours, reason="Why.")
            for kind in AftercareKind
            for hours in (24, 72)
        ),
        "healing": (
            parts.HealingStage(from_hours=0, until_hours=48, text="A first stage."),
            parts.HealingStage(from_hours=48, until_hours=120, text="A second stage."),
        ),
        **what_is_used(),
        "questions": (parts.Question(question="Is this an example?", answer="Yes.", evidence=Evidence.GOOD),),
    }


def what_is_used() -> dict:
    return {
        "agents": tuple(
            parts.Agent(
                name=f"Ingredient {place}", agent_class=AgentClass.OTHER, approval_india=approval, warning="A warning."
            )
            for place, approval in enumerate(Approval, start=1)
        ),
        "products": (
            parts.Product(
                brand="A product", maker="Its maker", licence_number="L-1", licensed_use="A use", checked_on=CHECKED
            ),
            parts.Product(brand="A product of which little is known"),
        ),
        "devices": (
            parts.Device(name="A device", ce_mark=True, india_registration="R-1"),
            parts.Device(name="A device of which little is known"),
        ),
    }


def common() -> tuple[parts.SideEffect, ...]:
    return (
        parts.SideEffect(name_plain="Nothing known", text="Words."),
        parts.SideEffect(name_plain="Its word", stated_as="rare", duration_hours_min=24, duration_hours_max=48),
        *(parts.SideEffect(name_plain="Hours", **hours) for hours in KNOWN),
        *(parts.SideEffect(name_plain="A band", band=band) for band in Band),
        parts.SideEffect(name_plain="Counted", band=Band.VERY_COMMON, rate_x=4, rate_n=30, source="a"),
        parts.SideEffect(name_plain="Counted, rarer", band=Band.UNCOMMON, rate_x=3, rate_n=1000, source="b"),
    )


def serious() -> tuple[parts.SideEffect, ...]:
    return tuple(
        parts.SideEffect(
            name_plain=f"A serious problem: {level.label.lower()}",
            name_medical="its medical name",
            serious=True,
            care_level=level,
            warning_sign="you notice this",
            what_to_do="Do this.",
            onset_hours_min=24,
            onset_hours_max=72,
        )
        for level in CareLevel
    )
