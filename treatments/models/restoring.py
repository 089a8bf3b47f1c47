"""An older revision back into the draft: rows become what it says, those that agree already are left as they are."""

import msgspec
from django.db import models, transaction

from treatments import content
from treatments.fingerprint import fingerprint
from treatments.models import drafts
from treatments.models.composing import compose, freeze
from treatments.models.evidence import Source
from treatments.models.glossary import Term
from treatments.models.publishing import Revision
from treatments.models.recording import credit, glossary_recorded, recorded, sources_recorded
from treatments.models.treatment import Price, Treatment


@transaction.atomic
def restore(revision: Revision, *, by, shared: bool = False) -> models.Model:
    """Raises ValidationError, in words, where the words of then no longer fit: an address that is taken, say.

    `shared` also puts back what pages share, for every page that uses it: sources and words of the glossary.
    """
    subject = type(revision.subject)._default_manager.select_for_update().get(pk=revision.subject.pk)
    page, words = revision.page, keep_draft(subject, before=revision, by=by)
    with recorded(subject, by=by), sources_recorded(by=by), glossary_recorded(by=by):
        for row, frozen in moved_on(page):
            if shared or not (row.pk or isinstance(row, Term)):
                drafts.write(row, frozen)
        overwrite(subject, draft_of(page, drafts.SHAPES[type(subject)]))
    if words != revision.fingerprint:
        credit(subject, at=revision.frozen_at, by=by)
    return subject


def keep_draft(subject: models.Model, *, before: Revision, by) -> str:
    """A draft that no revision holds yet is frozen first: restoring can be taken back by restoring that one.

    Returns the fingerprint of its words.
    """
    page = compose(subject)
    words = fingerprint(page)
    held = Revision.objects.of(subject).filter(fingerprint=words, snapshot=content.encode(page))
    if not held.exists():
        freeze(subject, by=by, note=f"The draft as it stood before revision {before.number} was restored")
    return words


def draft_of(page: content.Page, shape: type[content.Part]) -> content.Part:
    """What staff wrote of a page, without what was frozen in around it."""
    return shape(**{field.name: getattr(page, field.name) for field in msgspec.structs.fields(shape)})


def moved_on(page: content.Page) -> list[tuple[models.Model, content.Part]]:
    """Sources and words that are not what they were when the page was frozen, each with what it was then.

    A source that was deleted since always comes back, or the text would cite nothing. All others are shared with
    pages that nobody restores, and are put back only on purpose.
    """
    sources, terms = getattr(page, "sources", ()), getattr(page, "terms", ())
    rows: dict[str, models.Model] = {
        row.key: row for row in Source.objects.filter(key__in=[one.key for one in sources])
    }
    words = {row.term.casefold(): row for row in Term.objects.all()} if terms else {}
    found = [(rows.get(one.key) or Source(), one) for one in sources]
    found += [(words.get(one.term.casefold()) or Term(), one) for one in terms]
    return [(row, one) for row, one in found if not row.pk or drafts.read(row) != one]


def overwrite(row: models.Model, part: content.Part) -> None:
    drafts.write(row, part)
    for name, shape in drafts.PARTS.get(type(part), {}).items():
        (overwrite_owners if shape in drafts.PARTS else overwrite_list)(row, name, getattr(part, name))
    if isinstance(row, Treatment):
        overwrite_price(row, getattr(part, "price", None))


def overwrite_owners(row: models.Model, name: str, parts: tuple) -> None:
    """Sections keep their rows, and so the addresses of their forms."""
    found = {section.anchor: section for section in drafts.rows(row, name)}
    wanted = {part.anchor for part in parts}
    getattr(row, name).exclude(anchor__in=wanted).delete()
    for place, part in enumerate(parts):
        owner = found.get(part.anchor) or drafts.write_part(row, name, part, place)
        overwrite(owner, part)


def overwrite_list(owner: models.Model, name: str, parts: tuple) -> None:
    """Rows keep their keys as far as they go: a form that somebody has open still finds them."""
    rows = drafts.rows(owner, name)
    shape = drafts.PARTS[type_of(owner)][name]
    if tuple(msgspec.convert(drafts.values_of(row, shape), shape) for row in rows) == parts:
        return
    keys = [row.pk for row in rows] + [None] * len(parts)
    getattr(owner, name).all().delete()
    for place, part in enumerate(parts):
        drafts.write_part(owner, name, part, place, key=keys[place])


def type_of(owner: models.Model) -> type[content.Part]:
    return drafts.SHAPES.get(type(owner), content.Section)


def overwrite_price(treatment: Treatment, price: content.Price | None) -> None:
    row = Price.objects.filter(treatment=treatment).first()
    if price:
        drafts.write(row or Price(treatment=treatment), price)
    elif row:
        row.delete()
