"""From drafts to the page that patients will read: the draft, the sources it cites, what stands beside it, its HTML.

The preview shows what this returns; freezing stores it.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec
from django.db import models, transaction
from django.utils import timezone

from treatments import comparison, content, facts, layout, markup
from treatments.fingerprint import fingerprint
from treatments.models import drafts
from treatments.models.concerns import Concern
from treatments.models.evidence import Source
from treatments.models.glossary import Term
from treatments.models.pages import SitePage
from treatments.models.pictures import Picture, RevisionPicture
from treatments.models.publishing import Revision
from treatments.models.treatment import Treatment
from treatments.parts import fields_of

Columns = Mapping[str, content.Beside]


def compose(subject: models.Model, *, alongside: Columns = MappingProxyType({})) -> content.Page:
    """The page as patients would read it if it were published now. Writes nothing.

    `alongside` holds treatments that go live in the same moment, by slug; others are taken as they are live.
    """
    if isinstance(subject, Treatment):
        return compose_treatment(subject, alongside)
    if isinstance(subject, Concern):
        return compose_concern(subject)
    return compose_site_page(subject)


def compose_treatment(treatment: Treatment, alongside: Columns) -> content.TreatmentPage:
    draft = drafts.read(treatment)
    page = content.TreatmentPage(
        **fields(draft), schema=content.SCHEMA, beside=beside(draft, alongside), images=images(draft)
    )
    page = content.replaced(page, terms=layout.terms_used(page, glossary()))
    return with_sources(page, list(layout.texts(page)), facts.frozen(page))


def glossary() -> tuple[content.Term, ...]:
    """In an order that no database's collation decides."""
    return tuple(sorted(map(drafts.read, Term.objects.all()), key=lambda term: term.term))


def compose_concern(concern: Concern) -> content.ConcernPage:
    draft = drafts.read(concern)
    names = {line.treatment.slug: line.treatment.name for line in concern.lines.select_related("treatment")}
    page = content.ConcernPage(**fields(draft), schema=content.SCHEMA, names=names)
    return with_sources(page, list(content.texts(page)), {})


def compose_site_page(site_page: models.Model) -> content.SitePagePage:
    draft = drafts.read(site_page)
    html = {text: markup.to_html(text, facts={}, numbers={}) for text in content.texts(draft)}
    return content.SitePagePage(**fields(draft), schema=content.SCHEMA, html=html)


def fields(part: content.Part) -> dict:
    return {field.name: getattr(part, field.name) for field in fields_of(type(part))}


def with_sources(page, texts: list[str], known: dict[str, str]):
    """Numbers the sources in the order of reading, freezes them in, and renders every text once."""
    keys = {key for text in texts for key in markup.CITATION.findall(text)}
    sources = cited(texts, {source.key: drafts.read(source) for source in Source.objects.filter(key__in=keys)})
    numbers = {source.key: place for place, source in enumerate(sources, start=1)}
    html = {text: markup.to_html(text, facts=known, numbers=numbers) for text in texts}
    return msgspec.structs.replace(page, sources=sources, html=html)


def cited(texts: Iterable[str], kept: Mapping[str, content.Source]) -> tuple[content.Source, ...]:
    keys = dict.fromkeys(key for text in texts for key in markup.CITATION.findall(text))
    return tuple(kept[key] for key in keys if key in kept)


class Shelf(NamedTuple):
    """What drafts name and do not hold, by its key."""

    sources: Mapping[str, content.Source]
    columns: Columns
    pictures: Mapping[str, Picture]
    terms: tuple[content.Term, ...] = ()


def outline(subject: models.Model, shelf: Shelf) -> content.Page:
    """What `compose` makes, without its HTML: enough to compare and to fingerprint. Asks for no row but the parts."""
    draft = drafts.read(subject)
    if isinstance(draft, content.SitePage):
        return content.SitePagePage(**fields(draft), schema=content.SCHEMA)
    if isinstance(draft, content.Concern):
        concern = content.ConcernPage(**fields(draft), schema=content.SCHEMA)
        return msgspec.structs.replace(concern, sources=cited(content.texts(concern), shelf.sources))
    found = tuple(shelf.columns[other.other] for other in draft.alternatives if other.other in shelf.columns)
    shown = images(draft, shelf.pictures)
    page = content.TreatmentPage(**fields(draft), schema=content.SCHEMA, beside=found, images=shown)
    page = content.replaced(page, terms=layout.terms_used(page, shelf.terms))
    return content.replaced(page, sources=cited(layout.texts(page), shelf.sources))


def beside(draft: content.Treatment, alongside: Columns) -> tuple[content.Beside, ...]:
    """The alternatives as patients read them: another treatment's draft never shows here."""
    slugs = [alternative.other for alternative in draft.alternatives]
    if not slugs:
        return ()
    live = Revision.objects.live(at=timezone.now()).filter(treatment__slug__in=slugs, language=draft.language)
    pages = {revision.slug: revision.readable_page for revision in live}
    columns = {slug: comparison.column(page) for slug, page in pages.items() if page} | dict(alongside)
    return tuple(columns[slug] for slug in slugs if slug in columns)


def images(draft: content.Treatment, found: Mapping[str, Picture] | None = None) -> tuple[content.Image, ...]:
    keys = list(dict.fromkeys(placed.picture for placed in draft.pictures))
    if found is None:
        found = {picture.key: picture for picture in Picture.objects.filter(key__in=keys)} if keys else {}
    return tuple(
        msgspec.convert(drafts.values_of(found[key], content.Image), content.Image) for key in keys if key in found
    )


def column_of_draft(treatment: Treatment) -> content.Beside:
    draft = drafts.read(treatment)
    return comparison.column(content.TreatmentPage(**fields(draft), schema=content.SCHEMA))


@transaction.atomic
def freeze(
    subject: models.Model, *, by, note: str = "", alongside: Columns = MappingProxyType({}), at=None
) -> Revision:
    """Keeps the draft as it stands as a new revision. Patients read it once it is published.

    Those that are frozen `alongside` one another are frozen at the same moment: so it is known whose words they hold.
    """
    locked = type(subject)._default_manager.select_for_update().get(pk=subject.pk)
    page = compose(locked, alongside=alongside)
    latest = Revision.objects.of(locked).order_by("-number").first()
    revision = Revision.objects.create(
        **{subject_field(locked): locked},
        number=latest.number + 1 if latest else 1,
        slug=page.slug,
        language=page.language,
        snapshot=content.encode(page),
        card=content.encode(card(page)),
        fingerprint=fingerprint(page),
        note=note,
        frozen_at=at or timezone.now(),
        frozen_by=by,
    )
    if keys := [image.key for image in getattr(page, "images", ())]:
        RevisionPicture.objects.bulk_create(
            RevisionPicture(revision=revision, picture=picture) for picture in Picture.objects.filter(key__in=keys)
        )
    return revision


def subject_field(subject: models.Model) -> str:
    return "site_page" if isinstance(subject, SitePage) else str(subject._meta.model_name)


def card(page: content.Page) -> content.Card:
    name = page.title if isinstance(page, content.SitePage) else page.name
    return content.Card(slug=page.slug, name=name, summary=page.summary, evidence=getattr(page, "evidence", None))
