"""A treatment page as it is laid out: chapters, each of blocks, in the order of `anatomy`.

A block is one anchor of the page. It holds the section's prose, and what the typed parts add at that place.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from treatments import anatomy, content, glossary, markup, pictures
from treatments.choices import AftercareKind, CareLevel, Phase


class Block(NamedTuple):
    anchor: str
    heading: str
    statements: tuple[content.Statement, ...]
    questions: tuple[content.Question, ...]
    extra: str
    """The partial that shows the typed parts of this place, or nothing."""
    headed: bool = True
    """Its heading says more than that of its chapter."""
    picture: pictures.Shown | None = None
    terms: tuple[content.Term, ...] = ()
    """Those that a reader meets here first."""

    @property
    def inner(self) -> str:
        """The level of headings inside it."""
        return "h4" if self.headed else "h3"

    @property
    def extra_key(self) -> str:
        return f"{self.anchor}:extra"

    @property
    def name(self) -> str:
        """What people call it: its heading, or what it asks."""
        return self.heading or next((question.question for question in self.questions), self.anchor)

    @property
    def remark_name(self) -> str:
        """The form field for a doctor's remark on it."""
        return f"remark-{self.anchor}"


class Chapter(NamedTuple):
    id: str
    heading: str
    blocks: list[Block]


class Extra(NamedTuple):
    heading: str
    template: str
    parts: Callable[[content.TreatmentPage], tuple]


def steps(page: content.TreatmentPage, phase: Phase) -> tuple[content.Step, ...]:
    return tuple(step for step in page.steps if step.phase == phase)


def numbered_steps(page: content.TreatmentPage) -> dict[str, list[tuple[int, content.Step]]]:
    """Steps by phase; one count runs through all of them."""
    numbered = list(enumerate((step for phase in Phase for step in steps(page, phase)), start=1))
    return {phase.value: [pair for pair in numbered if pair[1].phase == phase] for phase in Phase}


def side_effects(page: content.TreatmentPage, *, serious: bool) -> tuple[content.SideEffect, ...]:
    return tuple(effect for effect in page.side_effects if effect.serious == serious)


def aftercare(page: content.TreatmentPage, kind: AftercareKind) -> tuple[content.AftercareItem, ...]:
    return tuple(item for item in page.aftercare if item.kind == kind)


def compared(page: content.TreatmentPage) -> tuple:
    return (*page.comparison, *page.beside) if page.beside else ()


def approvals(page: content.TreatmentPage) -> tuple:
    return (*page.products, *page.devices, *([page.rules_checked_on] if page.rules_checked_on else []))


EXTRAS = {
    "what-it-is": Extra("What it is", "treatments/_agents.html", lambda p: p.agents),
    "indications": Extra("Uses", "treatments/_indications.html", lambda p: p.indications),
    "who-should-avoid": Extra(
        "Who should not have it", "treatments/_contraindications.html", lambda p: p.contraindications
    ),
    "common-side-effects": Extra(
        "Common side effects", "treatments/_side_effects.html", lambda p: side_effects(p, serious=False)
    ),
    "rare-complications": Extra(
        "Serious problems",
        "treatments/_serious.html",
        lambda p: tuple(effect for effect in p.side_effects if effect.serious or effect.on_a_card),
    ),
    "preparation": Extra("Before", "treatments/_steps_before.html", lambda p: steps(p, Phase.BEFORE)),
    "procedure": Extra("During", "treatments/_steps_during.html", lambda p: steps(p, Phase.DURING)),
    "technique": Extra("Depth", "treatments/_depth.html", lambda p: (p.depth_mm_min,) if p.depth_mm_min else ()),
    "course": Extra("The course", "treatments/_course.html", lambda p: (p.sessions_min,) if p.sessions_min else ()),
    "aftercare": Extra(
        "Looking after your skin",
        "treatments/_aftercare.html",
        lambda p: (*steps(p, Phase.AFTER), *p.aftercare),
    ),
    "healing": Extra("Healing", "treatments/_healing.html", lambda p: p.healing),
    "cost": Extra("Cost", "treatments/_price.html", lambda p: (p.price,) if p.price else ()),
    "insurance": Extra(
        "Insurance",
        "treatments/_insurance.html",
        lambda p: (p.insurance_covered,) if p.insurance_covered else (),
    ),
    "regulation": Extra("Approval", "treatments/_approval.html", approvals),
    "alternatives": Extra("Other treatments", "treatments/_alternatives.html", compared),
}


def chapters(page: content.TreatmentPage) -> list[Chapter]:
    """Only what has something to show; a chapter with nothing in it is left out."""
    laid_out = [Chapter(group.id, group.heading, list(blocks(page, group))) for group in anatomy.GROUPS]
    shown = [chapter for chapter in laid_out if chapter.blocks or chapter.id == "this-page"]
    return with_terms(page, shown) if page.terms else shown


def with_terms(page: content.TreatmentPage, laid_out: list[Chapter]) -> list[Chapter]:
    """The comparison does not count: its columns are the words of other pages."""
    own = content.replaced(page, comparison=(), beside=())
    texts = ((block.anchor, texts_of(own, block)) for chapter in laid_out for block in chapter.blocks)
    met = glossary.first_uses(texts, page.terms)
    return [
        chapter._replace(blocks=[block._replace(terms=met[block.anchor]) for block in chapter.blocks])
        for chapter in laid_out
    ]


def terms_used(page: content.TreatmentPage, known: Iterable[content.Term]) -> tuple[content.Term, ...]:
    """What a page takes from the glossary: every term that has a place on it."""
    whole = content.replaced(page, terms=glossary.unexplained(known, page.terms_explained))
    return tuple(term for chapter in chapters(whole) for block in chapter.blocks for term in block.terms)


def blocks(page: content.TreatmentPage, group: anatomy.Group) -> Iterator[Block]:
    sections = {section.anchor: section for section in page.sections}
    shown = pictures.shown(page)
    for anchor in group.anchors:
        section, extra = sections.get(anchor), EXTRAS.get(anchor)
        questions = tuple(question for question in page.questions if question.anchor == anchor)
        shows_extra = bool(extra and extra.parts(page))
        if section or questions or shows_extra:
            heading = section.heading if section else extra.heading if extra else ""
            yield Block(
                anchor=anchor,
                heading=heading,
                statements=section.statements if section else (),
                questions=questions,
                extra=extra.template if extra and shows_extra else "",
                headed=heading not in ("", group.heading),
                picture=shown.get(anchor),
            )


def texts(page: content.TreatmentPage) -> Iterator[str]:
    """Every Markdown text in the order in which a reader meets it, so that sources are numbered that way."""
    for chapter in chapters(page):
        for block in chapter.blocks:
            yield from texts_of(page, block)
    yield from content.texts(page)


def texts_of(page: content.TreatmentPage, block: Block) -> Iterator[str]:
    extra = EXTRAS[block.anchor].parts(page) if block.extra else ()
    for part in (*block.statements, *block.questions, *extra, *block.terms):
        if isinstance(part, content.Part):
            yield from content.texts(part)
        if isinstance(part, content.SideEffect) and part.counted_in:
            yield part.counted_in


def citing(page: content.TreatmentPage) -> dict[str, list[Chapter]]:
    """Key of a source to the chapters that cite it."""
    found: dict[str, list[Chapter]] = {}
    for chapter in chapters(page):
        texts = [text for block in chapter.blocks for text in texts_of(page, block)]
        for key in set().union(*map(markup.cited_sources, texts)):
            found.setdefault(key, []).append(chapter)
    return found


CARE_ORDER = (CareLevel.EMERGENCY, CareLevel.URGENT, CareLevel.CLINIC, CareLevel.SELF_CARE)


def care_cards(page: content.TreatmentPage) -> list[tuple[CareLevel, list[content.SideEffect]]]:
    """The warning signs of side effects, by how fast they need care; emergencies first."""
    return grouped(tuple(effect for effect in page.side_effects if effect.on_a_card), "care_level", CARE_ORDER)


def grouped(parts: tuple, name: str, order: Iterable) -> list[tuple]:
    """Parts by one of their fields, in the order of its choices, without empty groups."""
    found = [(choice, [part for part in parts if getattr(part, name) == choice]) for choice in order]
    return [(choice, members) for choice, members in found if members]
