"""Gathers where pages stand: many at once, with as many queries for three hundred as for three."""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.db.models import Count, F, prefetch_related_objects

from treatments import comparison, content, facts, markup, states
from treatments.difference import differences
from treatments.fingerprint import fingerprint
from treatments.models import drafts
from treatments.models.comparison import Alternative
from treatments.models.composing import Shelf, glossary, outline, subject_field
from treatments.models.evidence import Source
from treatments.models.pages import SitePage
from treatments.models.pictures import Picture, PlacedPicture
from treatments.models.publishing import Publication, Revision
from treatments.models.review_links import ReviewLink
from treatments.models.signing import SignOff
from treatments.models.treatment import Price, Treatment
from treatments.snapshots import UNREADABLE, readable


class Compared(NamedTuple):
    """A draft beside what patients read: dear to make, so it is kept until one of the two changes."""

    key: str
    clinical: tuple[str, ...]
    other: tuple[str, ...]
    fingerprint: str
    price_checked_on: datetime.date | None
    rules_checked_on: datetime.date | None
    """Of the live page."""


Rows = list[tuple[str, list]]
"""The name of each table and the columns of one row."""
KEPT: dict[str, dict[int, Compared]] = {}
"""By kind and key of the page, in this process. The cache holds the same for one that has just started."""
IN_CACHE = f"compared-by-label-{content.SCHEMA}"
"""One entry for all pages of a kind: a cache of files holds few."""
AT_ONCE = 400


def standings(subjects: Iterable[Any], *, at: datetime.datetime) -> dict[int, states.Standing]:
    """Where each of these pages, all of one kind, stands at that moment, by its key."""
    rows = list(subjects)
    found: dict[int, states.Standing] = {}
    for start in range(0, len(rows), AT_ONCE):
        found |= some(rows[start : start + AT_ONCE], at=at)
    return found


def some(rows: list[Any], *, at: datetime.datetime) -> dict[int, states.Standing]:
    kind, pks = subject_field(rows[0]), [row.pk for row in rows]
    live = live_revisions(kind, pks, at=at)
    compared = compare(rows, live, kind=kind, at=at)
    signed = signatures({one.fingerprint for one in (*compared.values(), *live.values())})
    links, spans = last_links(kind, pks), publications(kind, pks)
    return {
        row.pk: standing(row, live.get(row.pk), compared[row.pk], signed, links[row.pk], spans[row.pk], at=at)
        for row in rows
    }


def standing(
    row, live, compared: Compared, signed: tuple[dict, dict], links: list, spans: list, *, at
) -> states.Standing:
    medical = not isinstance(row, SitePage)
    own = signed[0].get(compared.fingerprint) if medical else None
    over = ended(spans, at=at)
    shown = live.fingerprint == compared.fingerprint if live else bool(own and over and own["at"] < over[0])
    if own and (own["until"] <= at or shown):
        own = None
    return states.Standing(
        medical=medical,
        live=live_facts(live, compared, *(one.get(live.fingerprint) for one in signed)) if live else None,
        ended=over,
        clinical=compared.clinical,
        other=compared.other,
        sent=tuple(sent(links, compared.fingerprint, at=at)),
        signed=states.Signature(own["doctor"], own["at"]) if own else None,
        plans=tuple(plans(spans, at=at)),
    )


def live_facts(live, compared: Compared, signature: dict | None, gone: dict | None) -> states.Live:
    return states.Live(
        number=live.number,
        since=live.live_from,
        by=live.published_by or "content files",
        signed_by=signature["doctor"] if signature else "",
        valid_until=signature["until"] if signature else None,
        taken_back=states.Signature(gone["doctor"], gone["gone"]) if gone else None,
        price_until=checked_until(compared.price_checked_on, settings.PRICE_REVIEW_DAYS),
        rules_until=checked_until(compared.rules_checked_on, settings.REGULATION_REVIEW_DAYS),
    )


def live_revisions(kind: str, pks: list[int], *, at) -> dict[int, Any]:
    """Without their text, by the key of their page."""
    rows = Revision.objects.live(at=at).filter(**{f"{kind}__in": pks}).defer("snapshot", "card")
    rows = rows.annotate(live_from=F("publications__live_from"), published_by=F("publications__by__email"))
    return {getattr(row, f"{kind}_id"): row for row in rows}


def signatures(prints: set[str]) -> tuple[dict[str, dict], dict[str, dict]]:
    """The latest under each of these words that stands, past its date or not, and the latest that was taken back."""
    found = SignOff.objects.filter(schema=content.SCHEMA, fingerprint__in=prints).order_by("signed_at")
    columns: dict[str, Any] = {"doctor": F("practitioner__name"), "at": F("signed_at"), "until": F("valid_until")}
    rows: Any = list(found.values("fingerprint", gone=F("withdrawal__at"), **columns))
    stands = {row["fingerprint"]: row for row in rows if not row["gone"]}
    return stands, {row["fingerprint"]: row for row in rows if row["gone"]}


def last_links(kind: str, pks: list[int]) -> dict[int, list[ReviewLink]]:
    """The last link of each page to each doctor, unless a later signature has settled the page."""
    column = f"revision__{kind}"
    rows = ReviewLink.objects.filter(**{f"{column}__in": pks}, revoked_at__isnull=True)
    rows = rows.select_related("practitioner").annotate(
        page=F(f"{column}_id"), words=F("revision__fingerprint"), remarked=Count("remarks")
    )
    found: dict[int, dict[int, ReviewLink]] = defaultdict(dict)
    for row in rows.order_by("pk"):
        if row.sign_off_id:
            found[row.page].clear()
        else:
            found[row.page][row.practitioner_id] = row
    return defaultdict(list, {page: list(by_doctor.values()) for page, by_doctor in found.items()})


def sent(links: list[Any], words: str, *, at) -> Iterator[states.Sent]:
    for link in links:
        same = link.words == words
        if link.used_at:
            yield states.Sent("returned", link.practitioner.name, link.used_at, link.remarked, same)
        elif link.expires_at > at:
            yield states.Sent("waiting", link.practitioner.name, link.created_at, 0, same)
        elif same:
            yield states.Sent("unanswered", link.practitioner.name, link.expires_at, 0, same)


def publications(kind: str, pks: list[int]) -> dict[int, list[dict]]:
    found: dict[int, list[dict]] = defaultdict(list)
    rows = Publication.objects.not_cancelled().filter(**{f"revision__{kind}__in": pks}).order_by("live_from")
    columns = {"page": F(f"revision__{kind}_id"), "number": F("revision__number")}
    for row in rows.values("live_from", "live_until", "by__email", "ended_by__email", **columns):
        found[row["page"]].append(row)
    return found


def ended(spans: list[dict], *, at) -> tuple[datetime.datetime, str] | None:
    over = [span for span in spans if span["live_until"] and span["live_until"] <= at]
    return (over[-1]["live_until"], over[-1]["ended_by__email"] or "content files") if over else None


def plans(spans: list[dict], *, at) -> Iterator[states.Planned]:
    begins = {span["live_from"] for span in spans}
    for span in spans:
        until = span["live_until"]
        if span["live_from"] > at:
            yield states.Planned(span["live_from"], span["number"], span["by__email"] or "content files")
        if until and until > at and until not in begins:
            yield states.Planned(until, 0, span["ended_by__email"] or "content files")


def compare(subjects: list[Any], live: dict[int, Any], *, kind: str, at) -> dict[int, Compared]:
    """Each draft with what patients read. Only those are read in full that have changed since the last time."""
    parts = parts_of(subjects)
    beside = live_revisions(kind, named(parts, Alternative, "other_id"), at=at) if kind == "treatment" else {}
    sources = {source.key: source for source in Source.objects.all()}
    pictures = Picture.objects.in_bulk(named(parts, PlacedPicture, "picture_id"))
    terms = glossary() if kind == "treatment" else ()
    keys = {pk: in_short(live.get(pk), found, sources, pictures, beside, terms) for pk, found in parts.items()}
    known = remembered(kind, keys)
    stale = [row for row in subjects if row.pk not in known]
    if stale:
        shelf = shelf_of(sources, pictures, beside)._replace(terms=terms)
        for row, compared in compare_in_full(stale, live, shelf):
            KEPT[kind][row.pk] = known[row.pk] = compared._replace(key=keys[row.pk])
        cache.set(f"{IN_CACHE}-{kind}", KEPT[kind], timeout=30 * 24 * 3600)
    return known


def remembered(kind: str, keys: dict[int, str]) -> dict[int, Compared]:
    """What is known already of the drafts that have these digests."""
    kept = KEPT.setdefault(kind, {})
    if any(pk not in kept or kept[pk].key != key for pk, key in keys.items()):
        kept |= cache.get(f"{IN_CACHE}-{kind}", {})
    return {pk: kept[pk] for pk, key in keys.items() if pk in kept and kept[pk].key == key}


def checked_until(day: datetime.date | None, days: int) -> datetime.date | None:
    return facts.last_day(day, days) if day else None


def shelf_of(sources: dict[str, Source], pictures: dict[int, Picture], beside: dict[int, Any]) -> Shelf:
    pages = snapshots(row.pk for row in beside.values())
    live = {row.slug: readable(pages[row.pk], content.TreatmentPage) for row in beside.values()}
    columns = {slug: comparison.column(page) for slug, page in live.items() if page}
    kept = {key: drafts.read(source) for key, source in sources.items()}
    return Shelf(kept, columns, {picture.key: picture for picture in pictures.values()})


def compare_in_full(stale: list[Any], live: dict, shelf: Shelf) -> Iterator[tuple[Any, Compared]]:
    prefetch_related_objects(stale, *drafts.TOGETHER[type(stale[0])])
    pages = snapshots(live[row.pk].pk for row in stale if row.pk in live)
    for row in stale:
        draft, own = outline(row, shelf), live.get(row.pk)
        shown = readable(pages[own.pk], type(draft)) if own else None
        yield row, side_by_side(shown, draft, own.fingerprint if own else "")


def side_by_side(shown: Any, draft: content.Page, words: str) -> Compared:
    """`words` is the fingerprint of what is shown: that of the draft too, unless something clinical differs."""
    changes = differences(shown, draft) if shown else [UNREADABLE] * bool(words)
    medical = not isinstance(draft, content.SitePage)
    same = shown and shown.schema == draft.schema and not any(change.clinical for change in changes)
    return Compared(
        key="",
        clinical=tuple(change.place for change in changes if medical and change.clinical),
        other=tuple(change.place for change in changes if not (medical and change.clinical)),
        fingerprint=words if same else fingerprint(draft),
        price_checked_on=getattr(getattr(shown, "price", None), "checked_on", None),
        rules_checked_on=getattr(shown, "rules_checked_on", None),
    )


def snapshots(pks: Iterable[int]) -> dict[int, str]:
    return dict(Revision.objects.filter(pk__in=list(pks)).values_list("pk", "snapshot"))


def in_short(live: Any, parts: Rows, sources: dict, pictures: dict, beside: dict[int, Any], terms: tuple) -> str:
    """A digest of all that the two pages would be made from: it changes when either does."""
    others = [beside[pk] for pk in named({0: parts}, Alternative, "other_id") if pk in beside]
    shown = [[row.pk, row.fingerprint, row.frozen_at] for row in (live, *others) if row]
    placed = [columns_in(pictures[pk]) for pk in named({0: parts}, PlacedPicture, "picture_id")]
    return hashlib.sha256(repr([shown, parts, cited(parts, sources), placed, terms]).encode()).hexdigest()


def parts_of(subjects: list[Any]) -> dict[int, Rows]:
    """Every column of each draft and of its parts, by the key of the page."""
    rows = {row.pk: [("page", columns_in(row))] for row in subjects}
    if len(subjects) == 1 and (known := already_read(subjects[0])) is not None:
        rows[subjects[0].pk] += [(type(part).__name__, columns_in(part)) for part in known]
        return rows
    for path, model in part_models(type(subjects[0])):
        columns = [field.attname for field in model._meta.concrete_fields]
        found = model._default_manager.filter(**{f"{path}__in": list(rows)}).order_by("pk")
        for page, *values in found.values_list(path, *columns):
            rows[page].append((model.__name__, values))
    return rows


def already_read(row: Any) -> list[models.Model] | None:
    """All parts of a page that has been read whole, in the order in which they would be asked for."""
    names = drafts.PARTS[drafts.SHAPES[type(row)]]
    if not all(name in getattr(row, "_prefetched_objects_cache", {}) for name in names):
        return None
    found = [part for name in names for part in getattr(row, name).all()]
    if isinstance(row, Treatment):
        found += [statement for section in row.sections.all() for statement in section.statements.all()]
        found += Price.objects.filter(treatment=row)
    order = [model for _, model in part_models(type(row))]
    return sorted(found, key=lambda part: (order.index(type(part)), part.pk))


def named(parts: dict[int, Rows], model: type[models.Model], column: str) -> list[int]:
    """What the parts of one kind point at."""
    place = [field.attname for field in model._meta.concrete_fields].index(column)
    return sorted({values[place] for found in parts.values() for name, values in found if name == model.__name__})


def columns_in(row: models.Model) -> list:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]


def part_models(owner: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """Each table that holds parts of such a page, with the way from a row to the page."""
    for relation in owner._meta.related_objects:
        names = (*drafts.PARTS[drafts.SHAPES[owner]], "price")
        if relation.get_accessor_name() in names:
            yield relation.field.name, relation.related_model
    if owner is Treatment:
        yield "section__treatment", apps.get_model("treatments", "Statement")


def cited(parts: Rows, sources: dict[str, Source]) -> list:
    keys = {key for key in markup.CITATION.findall(repr(parts)) if key in sources}
    return [columns_in(sources[key]) for key in sorted(keys)]
