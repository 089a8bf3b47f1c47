"""What a page is: frozen structs that are at once the draft's shape, the file's shape and the snapshot's shape.

Nothing here touches a database. `models/drafts.py` turns rows into these and back, `loadcontent` reads them from
YAML, `Revision` stores `encode(page)`, and every view, figure and crawler's record is made from a decoded page.

Every field is clinical (a change voids the doctor's signature) unless its type says `NotClinical`.
"""

import datetime
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from treatments.choices import (
    Evidence,
    InsuranceCover,
    Language,
    Permanence,
    ProcedureType,
    ReturnToWork,
    Specialty,
)
from treatments.parts import (
    AftercareItem,
    Agent,
    Alternative,
    ComparisonFact,
    Contraindication,
    Device,
    HealingStage,
    Image,
    Indication,
    Lines,
    Part,
    PlacedPicture,
    Price,
    Product,
    Question,
    Section,
    SideEffect,
    Source,
    Statement,
    Step,
    Term,
    Text,
    fields_of,
    kinds,
    not_clinical,
)

__all__ = [
    "SCHEMA",
    "AftercareItem",
    "Agent",
    "Alternative",
    "Beside",
    "Card",
    "ComparisonFact",
    "Concern",
    "ConcernLine",
    "ConcernPage",
    "Contraindication",
    "Device",
    "HealingStage",
    "Image",
    "Indication",
    "Lines",
    "Organisation",
    "Page",
    "Part",
    "PlacedPicture",
    "Price",
    "Product",
    "Question",
    "Section",
    "SideEffect",
    "SitePage",
    "SitePagePage",
    "SitePageSection",
    "Source",
    "Statement",
    "Step",
    "Term",
    "Text",
    "Treatment",
    "TreatmentPage",
    "decode",
    "encode",
    "is_markdown",
    "replaced",
    "texts",
]

SCHEMA = 2
"""Raised when a field changes its meaning or medical wording outside the content changes; voids signatures."""

P = TypeVar("P", bound=Part)


class Treatment(Part, kw_only=True):
    """A treatment as staff edit it and as its file holds it."""

    slug: Annotated[str, not_clinical]
    language: Language = Language.ENGLISH_INDIA
    name: str
    also_called: Lines = ()
    heading: str
    summary: str
    search_title: str = ""
    search_description: str = ""
    body_location: str = ""
    specialty: Specialty = Specialty.DERMATOLOGY
    procedure_type: ProcedureType
    evidence: Evidence | None = None

    sessions_min: int | None = None
    sessions_max: int | None = None
    interval_weeks_min: int | None = None
    interval_weeks_max: int | None = None
    first_result_min: int | None = None
    first_result_max: int | None = None
    maintenance_months_min: int | None = None
    maintenance_months_max: int | None = None
    permanence: Permanence | None = None
    depth_mm_min: float | None = None
    depth_mm_max: float | None = None
    depth_note: Text = ""
    downtime_hours_min: int | None = None
    downtime_hours_max: int | None = None
    return_to_work: ReturnToWork | None = None

    insurance_covered: Annotated[InsuranceCover | None, not_clinical] = None
    insurance_note: Annotated[str, Meta(extra={"markdown": True, "clinical": False})] = ""
    price: Annotated[Price | None, not_clinical] = None
    rules_checked_on: Annotated[datetime.date | None, not_clinical] = None

    sections: tuple[Section, ...] = ()
    indications: tuple[Indication, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()
    steps: tuple[Step, ...] = ()
    aftercare: tuple[AftercareItem, ...] = ()
    healing: tuple[HealingStage, ...] = ()
    agents: tuple[Agent, ...] = ()
    products: tuple[Product, ...] = ()
    devices: tuple[Device, ...] = ()
    questions: tuple[Question, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    comparison: tuple[ComparisonFact, ...] = ()
    pictures: tuple[PlacedPicture, ...] = ()
    terms_explained: Lines = ()
    """Words of the glossary that its own text explains already."""


class ConcernLine(Part, kw_only=True):
    """One honest line on what a treatment can do for this concern. `treatment` is its slug."""

    treatment: str
    evidence: Evidence
    text: Text


class Concern(Part, kw_only=True):
    """From "what bothers me" to treatments."""

    slug: Annotated[str, not_clinical]
    language: Language = Language.ENGLISH_INDIA
    name: str
    summary: str
    lines: tuple[ConcernLine, ...] = ()
    what_else_helps: Text = ""
    not_for_you: Text = ""
    search_title: str = ""
    search_description: str = ""


class SitePageSection(Part, kw_only=True):
    anchor: str
    heading: str
    text: Text


class SitePage(Part, kw_only=True):
    """About, privacy, editorial policy, accessibility: nothing clinical on it."""

    slug: str
    language: Language = Language.ENGLISH_INDIA
    title: str
    summary: str
    sections: tuple[SitePageSection, ...] = ()
    search_title: str = ""
    search_description: str = ""


class Organisation(Part, kw_only=True):
    """Who runs the site. A live row: it is not frozen into revisions."""

    name: str
    legal_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    address: str = ""
    grievance_contact: str = ""
    desk_email: str = ""
    retention_days: int | None = None


class Beside(Part, kw_only=True):
    """Another treatment as it stood live when this page was frozen: one column of the comparison."""

    slug: Annotated[str, not_clinical]
    name: str
    summary: str
    comparison: tuple[ComparisonFact, ...] = ()
    price: Annotated[Price | None, not_clinical] = None


class TreatmentPage(Treatment, kw_only=True):
    """A treatment with everything its page shows: what a `Revision` stores and every reader gets."""

    schema: Annotated[int, not_clinical]
    sources: tuple[Source, ...] = ()
    terms: tuple[Term, ...] = ()
    """Those of the glossary that its prose uses, in the order of reading."""
    beside: tuple[Beside, ...] = ()
    images: tuple[Image, ...] = ()
    html: Annotated[dict[str, str], not_clinical] = {}
    """Each Markdown text of the page, rendered once at freeze."""


class ConcernPage(Concern, kw_only=True):
    schema: Annotated[int, not_clinical]
    sources: tuple[Source, ...] = ()
    names: Annotated[dict[str, str], not_clinical] = {}
    """Slug to name of the treatments that the lines speak of."""
    html: Annotated[dict[str, str], not_clinical] = {}


class SitePagePage(SitePage, kw_only=True):
    schema: Annotated[int, not_clinical]
    html: Annotated[dict[str, str], not_clinical] = {}


class Card(Part, kw_only=True):
    """What a list shows of a page."""

    slug: str
    name: str
    summary: str
    evidence: Evidence | None = None


Page = TreatmentPage | ConcernPage | SitePagePage


def is_markdown(field: msgspec.structs.FieldInfo) -> bool:
    meta = getattr(field.type, "__metadata__", ())
    return any((note.extra or {}).get("markdown") for note in meta)


@cache
def written(kind: type[Part]) -> tuple[tuple[str, bool], ...]:
    """Its fields, and whether each is Markdown: asked once a kind, not for each of a thousand parts."""
    return tuple((field.name, is_markdown(field)) for field in fields_of(kind))


def texts(part: Part) -> Iterator[str]:
    """Every Markdown text of a part and of the parts in it, as they stand."""
    for name, markdown in written(type(part)):
        value = getattr(part, name)
        if markdown and value:
            yield value
        elif isinstance(value, Part):
            yield from texts(value)
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Part):
                    yield from texts(item)


def replaced(part: P, **fields) -> P:
    """The same with other values in these fields."""
    return msgspec.structs.replace(part, **fields)


def encode(part: Part) -> str:
    return msgspec.json.encode(part).decode()


READERS: dict[type[Part], Any] = {kind: msgspec.json.Decoder(kind) for kind in kinds(Part)}
"""msgspec learns a kind when it first reads one, and two threads that have it learn at once crash: so here, alone."""


def decode(text: str, kind: type[P]) -> P:
    return READERS[kind].decode(text)
