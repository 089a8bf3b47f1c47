"""The search page. It depends on what somebody typed, so it is never stored and never listed."""

from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.shortcuts import render
from django.template.defaultfilters import pluralize
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from treatments import jsonld, search, views

LONGEST = 200
PAGE_SIZE = 10
SUGGESTED = 12


class Results(NamedTuple):
    """Those on this page that hold all the words, or those that hold some."""

    heading: str
    results: list[search.Result]


@require_safe
@gzip_page
def search_page(request):
    typed = " ".join(request.GET.get("q", "")[:LONGEST].split())
    found = search.search(typed)
    page = Paginator(found.hits, PAGE_SIZE).get_page(request.GET.get("page"))
    context = views.head(
        "/search/",
        title=f"Search: {typed}" if typed else "Search",
        description="Look for a word in all pages about treatments and concerns.",
        indexable=False,
    )
    context |= {
        "typed": typed,
        "question": found.question,
        "parts": list(parts(found, page, context["organisation_name"])),
        "cards": page,
        "other_parameters": f"{urlencode({'q': typed})}&",
        "jsonld": jsonld.plain_page(context["frame"], "Search"),
    }
    if not found.hits:
        context |= {kind: views.live_cards(kind)[:SUGGESTED] for kind in ("treatment", "concern")}
    response = render(request, "search.html", context)
    response["Cache-Control"] = "no-store"
    return response


def parts(found: search.Found, page: Page, organisation: str):
    results = search.results(list(page), found.question, organisation=organisation)
    for partly, some in groupby(results, key=lambda result: result.partly):
        yield Results(heading(found, partly), list(some))


def heading(found: search.Found, partly: bool) -> str:
    count = sum(hit.partly == partly for hit in found.hits)
    if partly:
        return f"{count} with some of your words"
    if count >= search.MOST:
        return f"The first {count} results: add a word to find less"
    return f"{count} result{pluralize(count)}"
