"""Treatments side by side. Nothing of it is stored: there are as many comparisons as there are pairs."""

from collections.abc import Iterable
from functools import wraps
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from treatments import addresses, content, heads, jsonld, side_by_side, views
from treatments.models import Revision
from treatments.side_by_side import FEWEST, MOST, Side

OFFERED = 60
"""Treatments in the list to choose from; pages of others lead to their own comparison."""
HEADING = "Treatments side by side"
DESCRIPTION = (
    "Set two to four skin treatments side by side, with no treatment beside them: proof, risks, recovery and price, "
    "and what nobody knows."
)
TOO_FEW = f"Choose at least {FEWEST} treatments. We always set no treatment beside them."
TOO_MANY = f"Choose at most {MOST} treatments: more do not fit beside each other."
NOT_KNOWN = "We do not have one of the treatments in this address. Choose from those below."
TAKEN_DOWN = "We took down the page of one of these treatments. Choose from those below."


class Choice(NamedTuple):
    """What was asked for: the live revisions, in the order of their addresses, and what is wrong with it."""

    revisions: list[Revision]
    fault: str = ""
    status: int = 200

    @property
    def slugs(self) -> list[str]:
        return [revision.slug for revision in self.revisions]

    @property
    def is_whole(self) -> bool:
        return not self.fault and bool(self.revisions)


def with_etag(view):
    """With an ETag, and 304 for who has it already; Django's own `conditional_page` gives HEAD no ETag."""

    @wraps(view)
    def conditional(request):
        response = view(request)
        set_response_etag(response)
        return get_conditional_response(request, etag=response.get("ETag"), response=response)

    return conditional


@require_safe
@cache_control(no_cache=True)
@gzip_page
@with_etag
def compare(request):
    asked = request.GET.getlist("t")
    choice = choose(asked)
    if choice.is_whole and asked != choice.slugs:
        return HttpResponsePermanentRedirect(tidy(request, choice))
    if choice.is_whole:
        return render(request, "treatments/compare.html", chosen(choice, only="only" in request.GET))
    return render(request, "treatments/compare.html", to_choose_from(choice, bare=not asked), status=choice.status)


def choose(asked: list[str]) -> Choice:
    """Former addresses are followed; a treatment that is not there is told from one that was taken down."""
    wanted = list(dict.fromkeys(slug.strip().lower() for slug in asked if slug.strip()))[: 2 * MOST]
    found = {revision.slug: revision for revision in live(wanted)}
    missing = [slug for slug in wanted if slug not in found]
    moved = {slug: addresses.current_slug("treatment", slug) for slug in missing}
    found |= {revision.slug: revision for revision in live(filter(None, moved.values()))}
    revisions = [found[slug] for slug in sorted(found)]
    if lost := [slug for slug, current in moved.items() if not current]:
        gone = any(addresses.was_shown("treatment", slug) for slug in lost)
        return Choice(revisions, *((TAKEN_DOWN, 410) if gone else (NOT_KNOWN, 404)))
    return Choice(revisions, fault_in(len(wanted) and len(revisions)))


def fault_in(count: int) -> str:
    if count > MOST:
        return TOO_MANY
    return TOO_FEW if 0 < count < FEWEST else ""


def live(slugs: Iterable[str]) -> list[Revision]:
    wanted = list(slugs)
    if not wanted:
        return []
    found = Revision.objects.live(at=timezone.now()).filter(treatment__isnull=False, slug__in=wanted)
    return list(found.with_signature())


def tidy(request, choice: Choice) -> str:
    query = request.GET.copy()
    query.setlist("t", choice.slugs)
    return f"/compare/?{query.urlencode()}"


def to_choose_from(choice: Choice, *, bare: bool) -> dict:
    context = views.head(
        "/compare/",
        title="Compare skin treatments: proof, risks, recovery and price",
        description=DESCRIPTION,
        indexable=bare,
    )
    offered = list(views.live_cards("treatment")[:OFFERED])
    items = [(revision.summary_card.name, f"/treatments/{revision.slug}/") for revision in offered]
    return {
        **context,
        "heading": HEADING,
        "fault": choice.fault,
        "offered": offered,
        "ticked": set(choice.slugs),
        "jsonld": jsonld.collection(context["frame"], HEADING, items),
    }


def chosen(choice: Choice, *, only: bool) -> dict:
    """Kept out of search engines: the pages of the treatments say all of it, and there would be one for each pair."""
    sides = [Side(revision.page, views.reviewed(revision)) for revision in choice.revisions]
    names = [side.page.name for side in sides]
    context = views.head(
        side_by_side.address(choice.slugs),
        title=heads.fitted(heads.listed(names), ["proof", "risks", "recovery", "price"], heads.TITLE),
        description=heads.fitted(f"{heads.listed(names)} side by side.", [DESCRIPTION], heads.DESCRIPTION, lead=" "),
        indexable=False,
    )
    beside = table(sides, sources_of(choice.revisions), clinic=context["organisation_name"], only=only)
    path = context["canonical_url"].removeprefix(settings.SITE_URL)
    items = [(side.page.name, f"/treatments/{side.page.slug}/") for side in sides]
    crumbs = (("Home", "/"), ("Compare", "/compare/"), (heads.listed(names), path))
    return {
        **context,
        **beside,
        "heading": HEADING,
        "names": names,
        "all_url": path,
        "only_url": side_by_side.address(choice.slugs, only=True),
        "offered": list(views.live_cards("treatment")[:OFFERED]),
        "ticked": set(choice.slugs),
        "jsonld": jsonld.comparison(context["frame"], HEADING, items, beside["sources"], *crumbs),
    }


def table(sides: list[Side], known: dict[str, content.Source], *, clinic: str, only: bool = False) -> dict:
    """What the table shows. `known` are the sources of all sides by key; those that it cites come back."""
    rows = side_by_side.rows(sides, today=timezone.localdate())
    differing = [row for row in rows if row.differs]
    shown = differing if only else rows
    sources = side_by_side.cited(shown, known)
    return {
        "sides": sides,
        "rows": shown,
        "differing": len(differing),
        "all_rows": len(rows),
        "only": only,
        "words": side_by_side.words(shown, sources, clinic=clinic),
        "sources": sources,
    }


def sources_of(revisions: list[Revision]) -> dict:
    """By key. Where two pages froze different words of one source, those of the newer page count."""
    newest_last = sorted(revisions, key=lambda revision: revision.pk)
    return {source.key: source for revision in newest_last for source in revision.page.sources}
