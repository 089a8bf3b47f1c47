"""Public pages. Each reads live revisions and what is shown of the directory, and nothing else."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone

from cosma.pagestore import expires, public_page
from treatments import (
    chapters,
    content,
    directory,
    expiry,
    facts,
    figures,
    heads,
    jsonld,
    link_pictures,
    markup,
    review,
    side_by_side,
    therapy,
)
from treatments.directory import House
from treatments.models import Revision, shown
from treatments.models.prepared import Prepared


@Prepared
def revisions_at(kind: str, schema: int, *, slug: str, at):
    """What patients read there at that moment. Which signatures stand is asked for the `schema` of then."""
    revisions = Revision.objects.live(at=at).filter(**{f"{kind}__isnull": False, "slug": slug})
    return revisions.with_live_until().with_dates(kind, at=at).with_signature()[:1]


def live_revision(kind: str, slug: str) -> Revision:
    """The revision that patients read now, with its page's dates and the signature under its words."""
    for revision in revisions_at(kind, content.SCHEMA, slug=slug, at=timezone.now()):
        return revision
    raise Http404


def stands_until(request, revision: Revision, page: content.Page) -> None:
    expires(request, *expiry.of_revision(revision, page, at=timezone.now()))


def dates(revision: Revision) -> jsonld.Dates:
    return jsonld.Dates(revision.published_at, revision.modified_at)


def head(path: str, *, title: str, description: str, indexable: bool = True, house: House | None = None) -> dict:
    """What every page's <head> and frame need. Addresses come from SITE_URL, never from the Host header."""
    house = house or shown.house()
    name = house.organisation
    picture = settings.SITE_URL + static("img/share.png")
    frame = jsonld.Frame(
        site=settings.SITE_URL,
        url=settings.SITE_URL + path,
        organisation=name,
        logo=settings.SITE_URL + static("img/touch.png"),
        picture=picture,
    )
    return {
        "title": title,
        "description": description,
        "canonical_url": frame.url,
        "noindex": settings.STAGING or not indexable,
        "organisation_name": name or "The clinic",
        "house": house,
        "share_image_url": picture,
        "share_image_alt": "Skin in section, with a ruler",
        "frame": frame,
    }


def treatment_head(page: content.TreatmentPage, *, house: House, indexable: bool) -> dict:
    """With its other readings, and its own picture for links, which is drawn when it is first asked for."""
    path = f"/treatments/{page.slug}"
    title, description = heads.treatment_title(page), heads.treatment_description(page)
    context = head(f"{path}/", title=title, description=description, indexable=indexable, house=house)
    picture = link_pictures.of(page, context["organisation_name"])
    picture_url = settings.SITE_URL + link_pictures.path(page.slug, picture)
    return {
        **context,
        "share_image_url": picture_url,
        "share_image_alt": f"{page.name}: key facts",
        "frame": context["frame"]._replace(picture=picture_url),
        "markdown_url": f"{settings.SITE_URL}{path}.md",
        "changes_url": f"{path}/changes/",
    }


@public_page(everything=True)
def home(request):
    expires(request, *expiry.of_lists(at=timezone.now()))
    context = head("/", title="Skin treatments explained, with the proof and the risks", description=HOME_DESCRIPTION)
    context |= {"treatments": live_cards("treatment")[:6], "concerns": live_cards("concern")[:12]}
    context |= {"skin": figures.skin(), "verification": settings.SITE_VERIFICATION}
    context["jsonld"] = jsonld.plain_page(context["frame"], "Skin treatments, explained in depth")
    return render(request, "home.html", context)


HOME_DESCRIPTION = (
    "What a skin treatment is, whether it works, who should not have it, what can go wrong and what it costs. "
    "In plain words, with sources."
)


def live_cards(kind: str):
    """Live revisions of a kind by name, without their text: lists show cards."""
    live = Revision.objects.live(at=timezone.now()).filter(**{f"{kind}__isnull": False})
    return live.defer("snapshot").order_by("slug")


@public_page
def treatment(request, slug):
    revision, house, today = live_revision("treatment", slug), shown.house(), timezone.localdate()
    body = chapters.ready(revision.snapshot, organisation=house.organisation or "The clinic", today=today)
    stands_until(request, revision, body["page"])
    context = treatment_frame(body, house, dates=dates(revision), review=reviewed(revision), today=today)
    # What they found has a page of its own; staff and the doctor read it in its place.
    return render(request, "treatments/treatment.html", context | {"sources_url": f"/treatments/{slug}/sources/"})


def reviewed(revision: Revision) -> review.Review | None:
    return review.review(revision.signature, at=timezone.now())


def may_be_indexed(signed: review.Review | None) -> bool:
    """Medical pages that no doctor has signed stay out of search engines unless staff decide otherwise."""
    return settings.INDEX_UNREVIEWED or bool(signed and not signed.overdue)


def treatment_context(page: content.TreatmentPage, *, dates=None, review=None, today=None) -> dict:
    """What the treatment template needs for a page that is not live: a draft, what a doctor is to sign, another day."""
    house, today = shown.house(), today or timezone.localdate()
    body = chapters.context(page, organisation=house.organisation or "The clinic", today=today)
    return treatment_frame(body, house, dates=dates, review=review, today=today)


def treatment_frame(body: dict, house: House, *, dates, review, today) -> dict:
    """What goes around the chapters: the head, the review, the dates."""
    page, review = body["page"], directory.introduced(review, house)
    frame = treatment_head(page, house=house, indexable=may_be_indexed(review))
    graph = therapy.graph(
        frame["frame"],
        page,
        chapters=body["chapters"],
        words=body["words"],
        dates=dates,
        review=review,
        today=today,
    )
    return {**frame, **body, "jsonld": graph, "dates": dates, "review": review, "sources_url": ""}


@public_page
def concern(request, slug):
    revision = live_revision("concern", slug)
    page = revision.page
    stands_until(request, revision, page)
    context = concern_context(page, dates=dates(revision), review=reviewed(revision))
    return render(request, "concerns/concern.html", context)


def concern_context(page: content.ConcernPage, *, dates=None, review=None, today=None) -> dict:
    frame = head(
        f"/concerns/{page.slug}/",
        title=heads.concern_title(page),
        description=heads.concern_description(page),
        indexable=may_be_indexed(review),
    )
    review = directory.introduced(review, frame["house"])
    graph = jsonld.concern(frame["frame"], page, dates=dates, review=review)
    compare_url = side_by_side.address_of([line.treatment for line in page.lines])
    context = {**frame, **prose_context(page, frame, today), "compare_url": compare_url}
    return {**context, "dates": dates, "review": review, "jsonld": graph}


@public_page
def site_page(request, slug):
    revision = live_revision("site_page", slug)
    page = revision.page
    stands_until(request, revision, page)
    return render(request, "pages/page.html", site_page_context(page, dates=dates(revision)))


def site_page_context(page: content.SitePagePage, *, dates=None, today=None) -> dict:
    frame = head(
        f"/{page.slug}/",
        title=page.search_title or page.title,
        description=page.search_description or page.summary,
    )
    graph = jsonld.site_page(frame["frame"], page, dates=dates)
    return {**frame, **prose_context(page, frame, today), "dates": dates, "jsonld": graph}


def prose_context(page, frame: dict, today=None) -> dict:
    live = facts.live(page, organisation=frame["organisation_name"], today=today or timezone.localdate())
    return {"page": page, "words": markup.Words(page.html, live)}
