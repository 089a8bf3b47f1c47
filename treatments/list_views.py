"""Lists of pages, of one length each: every page of a list has an address and a title of its own."""

from urllib.parse import urlencode

from django.core.paginator import EmptyPage, InvalidPage, Page, Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from cosma.pagestore import expires, public_page
from treatments import expiry, jsonld
from treatments.models import Revision, totals
from treatments.views import head, live_cards

PAGE_SIZE = 24


@public_page(everything=True, parameters=["concern", "page"])
def treatment_list(request):
    if wanted := request.GET.get("concern"):
        return treatments_for(request, wanted)
    context = listing(
        request,
        "treatment",
        heading="Treatments",
        title="All skin treatments we explain, with their evidence",
        description="Every treatment we explain: what it is, how strong the proof is, and where to read about its "
        "risks, recovery and cost.",
    )
    return render(request, "treatments/list.html", context | {"concerns": live_cards("concern")})


def treatments_for(request, slug: str):
    """Those that a concern's page speaks of. That page says more, so it is the one for search engines."""
    revision = Revision.objects.live(at=timezone.now()).filter(concern__isnull=False, slug=slug).first()
    if revision is None:
        context = head("/treatments/", title="No such concern", description="", indexable=False)
        context |= {"cards": [], "concerns": live_cards("concern"), "unknown": slug[:80]}
        return render(request, "treatments/list.html", context, status=404)
    page = revision.page
    context = listing(
        request,
        "treatment",
        heading="Treatments",
        title=f"Treatments we explain that are used for: {page.name}",
        description=f"Treatments that our page on this concern speaks of: {page.name}.",
        among=("concern", slug, {line.treatment for line in page.lines}),
    )
    return render(request, "treatments/list.html", context | {"concerns": live_cards("concern"), "chosen": page})


class OfKind(Paginator):
    """All live pages of a kind. The last page of a long list is found as quickly as the first: none are skipped."""

    def __init__(self, kind: str, *, at):
        self.kind, self.at, self.cards = kind, at, live_cards(kind)
        super().__init__(self.cards, PAGE_SIZE)
        self.count = totals.live_pages(at=at)[kind]

    def page(self, number) -> Page:
        number = self.validate_number(number)
        if number == 1 or self.count < totals.MANY:
            return super().page(number)
        starts = totals.first_slugs(self.kind, size=PAGE_SIZE, at=self.at)
        if number > len(starts):
            raise EmptyPage
        return Page(self.cards.filter(slug__gte=starts[number - 1])[:PAGE_SIZE], number, self)


def numbered(pages: Paginator, number):
    """An address of a list that has no such page is refused, or every number would be one more page to store."""
    try:
        return pages.page(number)
    except InvalidPage:
        raise Http404 from None


def listing(request, kind: str, *, heading: str, title: str, description: str, among=None) -> dict:
    """One page of the list of all live pages of a kind; each has an address and a title of its own.

    `among` narrows it: the name of the parameter that does, its value, and the slugs of those that stay.
    """
    expires(request, *expiry.of_lists(at=timezone.now()))
    narrowed = Paginator(live_cards(kind).filter(slug__in=among[2]), PAGE_SIZE) if among else None
    cards = numbered(narrowed or OfKind(kind, at=timezone.now()), request.GET.get("page", 1))
    filtered = {among[0]: among[1]} if among else {}
    number = {"page": cards.number} if cards.number > 1 else {}
    query = urlencode(filtered | number)
    part = f"page {cards.number}" if number else ""
    context = head(
        f"/{kind}s/?{query}" if query else f"/{kind}s/",
        title=f"{title}, {part}" if part else title,
        description=f"{part.capitalize()}. {description}" if part else description,
        indexable=not among,
    )
    items = [(revision.summary_card.name, f"/{kind}s/{revision.slug}/") for revision in cards]
    jsonld_list = jsonld.collection(context["frame"], heading, items, first=cards.start_index() or 1)
    others = f"{urlencode(filtered)}&" if filtered else ""
    return {**context, "cards": cards, "other_parameters": others, "jsonld": jsonld_list}


@public_page(everything=True, parameters=["page"])
def concern_list(request):
    context = listing(
        request,
        "concern",
        heading="Skin concerns",
        title="What bothers you? Skin treatments sorted by concern",
        description="Start from what bothers you, such as fine lines or dark patches, and see which treatments are "
        "used for it and how strong the proof is.",
    )
    return render(request, "concerns/list.html", context)
