"""A treatment's change page as a list of contents: every part in the order in which patients read it."""

from typing import NamedTuple

from django.db.models import Count

from treatments import anatomy
from treatments.admin.places import TYPED, fragment, section_links
from treatments.labels import spoken
from treatments.models import Treatment

NAMES = {
    "agents": "Ingredients",
    "indications": "Uses",
    "contraindications": "Reasons not to have it",
    "side_effects": "List of side effects",
    "steps": "Steps",
    "depth_mm_min": "Depth",
    "sessions_min": "Figures of the course",
    "aftercare": "Do and do not",
    "healing": "Hour by hour",
    "price": "Price",
    "insurance_covered": "Insurance",
    "products": "Products",
    "devices": "Devices",
    "alternatives": "Treatments beside this one",
    "comparison": "Comparison",
    "questions": "Questions",
}


class Entry(NamedTuple):
    label: str
    url: str
    note: str = ""


class Chapter(NamedTuple):
    heading: str
    words: list[Entry]
    """Sections, each with a page of its own."""
    typed: list[Entry]
    """Lists and fields further down on the change page."""


class Contents(NamedTuple):
    chapters: list[Chapter]
    missing: list[Entry]
    """Sections that nobody has written."""


def contents(treatment: Treatment) -> Contents:
    links = section_links(treatment)
    written = {section.anchor: section for section in treatment.sections.annotate(size=Count("statements"))}
    return Contents(
        chapters=[chapter(group, links, written) for group in anatomy.GROUPS],
        missing=[Entry(spoken(anchor), links[anchor]) for anchor in anatomy.SECTION_ANCHORS if anchor not in written],
    )


def chapter(group: anatomy.Group, links: dict[str, str], written: dict) -> Chapter:
    if group.anchors == anatomy.QUESTION_ANCHORS:
        return Chapter(group.heading, [], [typed("questions")])
    found = [(written[anchor], links[anchor]) for anchor in group.anchors if anchor in written]
    words = [Entry(section.heading, url, "" if section.size else "empty") for section, url in found]
    names = dict.fromkeys(name for anchor in group.anchors for name in TYPED.get(anchor, ()))
    return Chapter(group.heading, words, [typed(name) for name in names])


def typed(name: str) -> Entry:
    return Entry(NAMES[name], f"#{fragment(Treatment, name)}")
