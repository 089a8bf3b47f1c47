"""Public pages. Each reads live revisions and the organisation's record, and nothing else."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from treatments import comparison, content, facts, layout, markup, review
from treatments.choices import AftercareKind, Phase, Severity
from treatments.models import Organisation, Revision

PAGE_SIZE = 24


def live_revision(kind: str, slug: str) -> Revision:
    """The revision that patients read now, with the day it went live as `live_from`."""
    revisions = Revision.objects.live(at=timezone.now()).filter(**{f"{kind}__isnull": False, "slug": slug})
    revision = revisions.with_live_from().with_signature().first()
    if revision is None:
        raise Http404
    return revision


def organisation_name() -> str:
    return Organisation.objects.values_list("name", flat=True).first() or "The clinic"


def head(path: str, *, title: str, description: str, indexable: bool = True) -> dict:
    """What every page's <head> and frame need. Addresses come from SITE_URL, never from the Host header."""
    return {
        "title": title,
        "description": description,
        "canonical_url": settings.SITE_URL + path,
        "noindex": settings.STAGING or not indexable,
        "organisation_name": organisation_name(),
    }


@require_safe
def home(request):
    context = head("/", title="Skin treatments explained, with the proof and the risks", description=HOME_DESCRIPTION)
    cards = live_cards("treatment")[:6]
    return render(request, "home.html", {**context, "treatments": cards, "concerns": live_cards("concern")[:12]})


HOME_DESCRIPTION = (
    "What a skin treatment is, whether it works, who should not have it, what can go wrong and what it costs. "
    "In plain words, with sources."
)


def live_cards(kind: str):
    """Live revisions of a kind by name, without their text: lists show cards."""
    live = Revision.objects.live(at=timezone.now()).filter(**{f"{kind}__isnull": False})
    return live.defer("snapshot").order_by("slug")


@require_safe
def treatment_list(request):
    context = head(
        "/treatments/",
        title="All skin treatments we explain, with their evidence",
        description="Every treatment we explain: what it is, how strong the proof is, and where to read about its "
        "risks, recovery and cost.",
    )
    pages = Paginator(live_cards("treatment"), PAGE_SIZE)
    return render(request, "treatments/list.html", {**context, "cards": pages.get_page(request.GET.get("page"))})


@require_safe
def treatment(request, slug):
    revision = live_revision("treatment", slug)
    context = treatment_context(revision.page, live_from=revision.live_from, review=reviewed(revision))
    return render(request, "treatments/treatment.html", context)


def reviewed(revision: Revision) -> review.Review | None:
    return review.review(revision.signature, at=timezone.now())


def may_be_indexed(signed: review.Review | None) -> bool:
    """Medical pages that no doctor has signed stay out of search engines unless staff decide otherwise."""
    return settings.INDEX_UNREVIEWED or bool(signed and not signed.overdue)


def treatment_context(page: content.TreatmentPage, *, live_from=None, review=None) -> dict:
    """What the treatment template needs: for a live revision, and for the preview of a draft."""
    today = timezone.localdate()
    frame = head(
        f"/treatments/{page.slug}/",
        title=page.search_title or page.heading,
        description=page.search_description or page.summary,
        indexable=may_be_indexed(review),
    )
    live = facts.live(page, organisation=frame["organisation_name"], today=today)
    return {
        **frame,
        "page": page,
        "chapters": layout.chapters(page),
        "key_facts": facts.key_facts(page, today=today),
        "words": markup.Words(page.html, {**facts.frozen(page), **live}),
        "facts": {**facts.frozen(page), **live},
        "rows": comparison.rows(page, today=today) if page.beside else [],
        "price_is_old": facts.price_is_old(page.price, today),
        "steps": {phase.value: layout.steps(page, phase) for phase in Phase},
        "side_effects": layout.side_effects(page, serious=False),
        "serious": layout.side_effects(page, serious=True),
        "care_cards": layout.care_cards(page),
        "contraindications": layout.grouped(page.contraindications, "severity", Severity),
        "dos": layout.aftercare(page, AftercareKind.DO),
        "donts": layout.aftercare(page, AftercareKind.DO_NOT),
        "live_from": live_from,
        "review": review,
    }


@require_safe
def concern_list(request):
    context = head(
        "/concerns/",
        title="What bothers you? Treatments by skin concern",
        description="Start from what bothers you, such as fine lines or dark patches, and see which treatments are "
        "used for it and how strong the proof is.",
    )
    pages = Paginator(live_cards("concern"), PAGE_SIZE)
    return render(request, "concerns/list.html", {**context, "cards": pages.get_page(request.GET.get("page"))})


@require_safe
def concern(request, slug):
    revision = live_revision("concern", slug)
    context = concern_context(revision.page, live_from=revision.live_from, review=reviewed(revision))
    return render(request, "concerns/concern.html", context)


def concern_context(page: content.ConcernPage, *, live_from=None, review=None) -> dict:
    frame = head(
        f"/concerns/{page.slug}/",
        title=page.search_title or page.name,
        description=page.search_description or page.summary,
        indexable=may_be_indexed(review),
    )
    return {**frame, **prose_context(page, frame), "live_from": live_from, "review": review}


@require_safe
def site_page(request, slug):
    revision = live_revision("site_page", slug)
    return render(request, "pages/page.html", site_page_context(revision.page, live_from=revision.live_from))


def site_page_context(page: content.SitePagePage, *, live_from=None) -> dict:
    frame = head(
        f"/{page.slug}/",
        title=page.search_title or page.title,
        description=page.search_description or page.summary,
    )
    return {**frame, **prose_context(page, frame), "live_from": live_from}


def prose_context(page, frame: dict) -> dict:
    live = facts.live(page, organisation=frame["organisation_name"], today=timezone.localdate())
    return {"page": page, "words": markup.Words(page.html, live)}
