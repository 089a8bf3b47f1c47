"""The parts that a page is made of, as frozen structs. `content` puts them together.

Every field is clinical (a change voids the doctor's signature) unless its type says `not_clinical`.
"""

import datetime
from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta

from treatments.choices import (
    AftercareKind,
    AgentClass,
    Approval,
    Attribute,
    Band,
    CareLevel,
    Evidence,
    Origin,
    Phase,
    PriceUnit,
    SaidBy,
    Severity,
    SourceKind,
    Strength,
    Supports,
    TaxIncluded,
    Verdict,
)

not_clinical = Meta(extra={"clinical": False})
Text = Annotated[str, Meta(extra={"markdown": True})]
"""Small Markdown: paragraphs, lists, emphasis, links, `[@source]`, `{fact}`."""
Lines = tuple[str, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A piece of a page. Field names are those of the row it comes from."""


def kinds(kind: type[Part]) -> list[type[Part]]:
    return [kind, *(other for narrower in kind.__subclasses__() for other in kinds(narrower))]


@cache
def fields_of(kind: type[Part]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Looked up once a kind: msgspec reads all annotations anew each time."""
    return msgspec.structs.fields(kind)


class Source(Part, kw_only=True):
    """Something that can be cited as `[@key]`. `finding` is what it says, in our words."""

    key: str
    title: str
    url: Annotated[str, not_clinical] = ""
    publisher: Annotated[str, not_clinical] = ""
    year: int | None = None
    kind: SourceKind
    finding: str = ""
    supports: Supports | None = None
    conflict: bool = False
    showable: Annotated[bool, not_clinical] = True
    checked_on: Annotated[datetime.date | None, not_clinical] = None


class Term(Part, kw_only=True):
    """A word that readers may not know. `also` are its other forms: the plural, the short form."""

    term: str
    also: Annotated[Lines, not_clinical] = ()
    definition: Text


class Statement(Part, kw_only=True):
    """One claim in prose: who says it, how sure it is, and which of the clinic's facts it carries."""

    label: str = ""
    text: Text
    said_by: SaidBy = SaidBy.EDITOR
    strength: Strength = Strength.IS
    evidence: Evidence | None = None
    verdict: Verdict | None = None
    qualification: Annotated[str, not_clinical] = ""
    facts: Annotated[Lines, not_clinical] = ()


class Section(Part, kw_only=True):
    anchor: str
    heading: str
    statements: tuple[Statement, ...] = ()


class Indication(Part, kw_only=True):
    """`condition` is for something that doctors diagnose; a wish about looks is none."""

    concern: str = ""
    name: str
    aim: Text = ""
    evidence: Evidence
    condition: bool = False


class Contraindication(Part, kw_only=True):
    name_plain: str
    name_medical: str = ""
    severity: Severity
    reason: Text = ""
    what_to_do: Text = ""
    origin: Origin


class SideEffect(Part, kw_only=True):
    """Without a band, the page says that no reliable count was found."""

    name_plain: str
    name_medical: str = ""
    text: Text = ""
    band: Band | None = None
    stated_as: str = ""
    rate_x: int | None = None
    rate_n: int | None = None
    source: str = ""
    duration_hours_min: int | None = None
    duration_hours_max: int | None = None
    onset_hours_min: int | None = None
    onset_hours_max: int | None = None
    serious: bool = False
    care_level: CareLevel | None = None
    warning_sign: Text = ""
    what_to_do: Text = ""

    @property
    def on_a_card(self) -> bool:
        """Its warning sign, and what to do, stand on a care card; without one, what to do stands beside its name."""
        return bool(self.care_level and self.warning_sign)

    @property
    def counted_in(self) -> str:
        """The source of its rate, cited as a text cites it."""
        return f"[@{self.source}]" if self.source and self.rate_n else ""


class Step(Part, kw_only=True):
    phase: Phase
    title: str
    text: Text = ""


class AftercareItem(Part, kw_only=True):
    """`text` starts with a verb and names no hours: the page writes "for 24 hours" from the fields."""

    kind: AftercareKind
    text: str
    from_hours: int = 0
    until_hours: int
    reason: Text = ""


class HealingStage(Part, kw_only=True):
    from_hours: int
    until_hours: int
    text: Text


class Agent(Part, kw_only=True):
    """Something that is injected."""

    name: str
    agent_class: AgentClass
    role_claimed: Text = ""
    evidence: Evidence | None = None
    approval_india: Approval = Approval.UNKNOWN
    approval_other: Text = ""
    warning: Text = ""


class Product(Part, kw_only=True):
    brand: str
    maker: str = ""
    licence_number: str = ""
    licensed_use: str = ""
    checked_on: datetime.date | None = None


class Device(Part, kw_only=True):
    name: str
    ce_mark: bool = False
    india_registration: str = ""


class Question(Part, kw_only=True):
    anchor: str = "faq-more"
    question: str
    answer: Text
    evidence: Evidence | None = None
    facts: Annotated[Lines, not_clinical] = ()


class Alternative(Part, kw_only=True):
    """Another treatment set beside this one, by its slug."""

    other: str = msgspec.field(name="treatment")


class ComparisonFact(Part, kw_only=True):
    """One cell of a comparison that no field holds. Exactly one of `text` and `unknown` is given."""

    attribute: Attribute
    text: Text = ""
    unknown: bool = False
    evidence: Evidence | None = None


class Price(Part, kw_only=True):
    """Whole rupees."""

    min: int
    max: int
    per: PriceUnit = PriceUnit.SESSION
    factors: Lines = ()
    includes: Lines = ()
    excludes: Lines = ()
    tax_included: TaxIncluded = TaxIncluded.ASK
    checked_on: datetime.date | None = None


class PlacedPicture(Part, kw_only=True):
    """Where a picture stands. Which cut of it, and where, is no medical matter; what is said about it is."""

    anchor: Annotated[str, not_clinical]
    picture: Annotated[str, not_clinical]
    alt: str = ""
    decorative: bool = False
    caption: str = ""


class Image(Part, kw_only=True):
    """A picture's files as a page shows them. `source` is the upload's hash: the photograph, however it is cropped."""

    key: Annotated[str, not_clinical]
    source: str
    widths: Annotated[tuple[int, ...], not_clinical]
    width: Annotated[int, not_clinical]
    height: Annotated[int, not_clinical]
    credit: Annotated[str, not_clinical] = ""
