"""The versions of a page that can be set side by side: its draft, what patients read, and every revision."""

from typing import NamedTuple

from django.db import models
from django.http import Http404

from treatments import anatomy, content
from treatments.admin.places import TYPED
from treatments.admin.publishing import live_revision
from treatments.difference import Difference, differences, title
from treatments.labels import label
from treatments.models import Revision, compose
from treatments.parts import fields_of

ELSEWHERE = "The page as a whole"
CHAPTERS = {anchor: group.heading for group in anatomy.GROUPS for anchor in group.anchors}
HEADINGS = [ELSEWHERE, *(group.heading for group in anatomy.GROUPS), "Sources"]
FIELDS = {name: CHAPTERS[anchor] for anchor, names in reversed(TYPED.items()) for name in names} | {
    "questions": "Common questions",
    "healing": CHAPTERS["healing"],
    "beside": "Other treatments",
    "sources": "Sources",
}
"""Where on the page a field or a list shows."""
RANGES = {"sessions": "course", "interval_weeks": "course", "first_result": "course", "maintenance_months": "course"}
NAMES = {
    label(field.name, kind.__name__): field.name
    for kind in (content.SitePagePage, content.ConcernPage, content.TreatmentPage)
    for field in fields_of(kind)
}
"""What a difference calls a field, and the field."""
STEMS = {stem: CHAPTERS[anchor] for stem, anchor in (RANGES | {"depth": "technique", "downtime": "recovery"}).items()}


class Version(NamedTuple):
    key: str
    name: str
    page: content.Page
    revision: Revision | None = None


def version(subject: models.Model, key: str) -> Version:
    """`draft`, `live`, or the number of a revision; 404 for what there is not."""
    if key == "draft":
        return Version(key, "the draft", compose(subject))
    if key == "live":
        return of_revision(key, "what patients read now", live_revision(subject))
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise Http404
    return of_revision(key, f"revision {key}", Revision.objects.of(subject).filter(number=int(key)).first())


def of_revision(key: str, name: str, revision: Revision | None) -> Version:
    if revision is None:
        raise Http404
    return Version(key, name, revision.page, revision)


class Chapter(NamedTuple):
    heading: str
    changes: list[Difference]


class Group(NamedTuple):
    clinical: bool
    chapters: list[Chapter]


def compared(before: content.Page, after: content.Page) -> list[Group]:
    """Clinical differences first; each group in the order of the page."""
    found = differences(before, after)
    places = {**sections(before), **sections(after)}
    groups = [grouped([one for one in found if one.clinical is clinical], places) for clinical in (True, False)]
    return [Group(clinical, chapters) for clinical, chapters in zip((True, False), groups, strict=True) if chapters]


def sections(page: content.Page) -> dict[str, str]:
    """What a difference calls a section, and the chapter in which it stands."""
    return {title(part): CHAPTERS.get(part.anchor, ELSEWHERE) for part in getattr(page, "sections", ())}


def grouped(found: list[Difference], places: dict[str, str]) -> list[Chapter]:
    chapters: dict[str, list[Difference]] = {}
    for change in found:
        chapters.setdefault(chapter(change.place, places), []).append(change)
    return [Chapter(heading, chapters[heading]) for heading in HEADINGS if heading in chapters]


def chapter(place: str, places: dict[str, str]) -> str:
    field, _, rest = place.partition(" › ")
    name = NAMES.get(field, "")
    if name == "sections":
        return places.get(rest.partition(" › ")[0], ELSEWHERE)
    by_stem = next((heading for stem, heading in STEMS.items() if name.startswith(stem)), ELSEWHERE)
    return FIELDS.get(name, by_stem)
