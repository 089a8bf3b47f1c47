"""Where a source, concern, doctor or picture is used: in drafts, and on the pages that patients read now."""

from typing import NamedTuple

import msgspec
from django.db import models
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from treatments.admin.places import change_url
from treatments.admin.uses import MOST, Use, mentions, use, uses
from treatments.models import Concern, Picture, Practitioner, ReviewLink, Revision, SignOff, Source, Term


class Used(NamedTuple):
    drafts: list[Use]
    live: list[Use]
    more: bool = False
    find: str = ""
    """What to look for to see them all."""


def panel(row: models.Model | None, *, note: str = "") -> SafeString:
    found = used(row) if row is not None and row.pk else Used([], [])
    return render_to_string("admin/_used.html", {"used": found, "note": note})


def used(row: models.Model) -> Used:
    """Looked up once a page: the form asks several times."""
    if not hasattr(row, "found_used"):
        live = Revision.objects.live(at=timezone.now()).filter(on_pages(row)).defer("snapshot").order_by("slug")
        pages = [Use(page.summary_card.name, page.subject.get_absolute_url()) for page in with_subjects(live)]
        drafts, more = in_drafts(row)
        find = f"[@{row.key}]" if isinstance(row, Source) else row.term if isinstance(row, Term) else ""
        found = Used(drafts, list(dict.fromkeys(pages)), more, find)
        row.found_used = found  # type: ignore[attr-defined]
    return row.found_used  # type: ignore[attr-defined]


def with_subjects(revisions):
    return revisions.select_related("treatment", "concern", "site_page")


def in_drafts(row: models.Model) -> tuple[list[Use], bool]:
    """Those that are shown, and whether there are more."""
    if isinstance(row, Source):
        return uses(row)
    found = list(mentions(row)) if isinstance(row, Term) else rows_of(row)
    return found[:MOST], len(found) > MOST


def rows_of(row: models.Model) -> list[Use]:
    if isinstance(row, Concern):
        return [use(one, "indications") for one in row.indications.select_related("treatment")[: MOST + 1]]
    if isinstance(row, Picture):
        return [use(one, "pictures") for one in row.places.select_related("treatment", "picture")[: MOST + 1]]
    assert isinstance(row, Practitioner)
    asked = ReviewLink.objects.open(at=timezone.now()).filter(practitioner=row)
    found = asked.select_related("revision__treatment", "revision__concern", "revision__site_page")
    return [Use(f"Asked to sign {link.revision}", change_url(link.revision.subject)) for link in found[: MOST + 1]]


def on_pages(row: models.Model) -> Q:
    """Revisions that show it. What JSON writes for a key is never a part of a text: quotes in texts are escaped."""
    if isinstance(row, Source):
        return Q(snapshot__contains=f'{{"key":"{row.key}","title":') | Q(snapshot__contains=f'"source":"{row.key}"')
    if isinstance(row, Concern):
        return Q(snapshot__contains=f'"concern":"{row.slug}"')
    if isinstance(row, Term):
        return Q(snapshot__contains=f'{{"term":{msgspec.json.encode(row.term).decode()},')
    if isinstance(row, Picture):
        return Q(pictures__picture=row)
    signed = SignOff.objects.valid(at=timezone.now()).filter(practitioner=row)
    return Q(fingerprint__in=signed.values("fingerprint"))
