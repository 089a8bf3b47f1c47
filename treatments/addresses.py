"""One address for each page: what comes near it is sent there in one step, and what was withdrawn is said to be gone.

Nothing here is asked while pages are found. A 404 of the public side is looked at once more: letters, slashes and the
slugs that a page had before are put right together, and the query string is kept.
"""

import re

from django.conf import settings
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone

from treatments.models import Publication, Revision
from treatments.models.pages import PAGES

KINDS = {
    "treatment": "treatment",
    "treatment-questions": "treatment",
    "treatment-sources": "treatment",
    "treatment-changes": "treatment",
    "treatment-markdown": "treatment",
    "concern": "concern",
    **{slug: "site_page" for slug, _ in PAGES},
}
"""Names of addresses, and the kind of page that each one shows."""
SLASHES = re.compile(r"/{2,}")


def one_address(get_response):
    def middleware(request):
        response = get_response(request)
        if response.status_code != 404 or request.path_info.startswith(settings.STAFF_PREFIXES):
            return response
        return another_answer(request) or response

    return middleware


def another_answer(request) -> HttpResponse | None:
    """A redirect to where the page is, or the news that it is gone; nothing where there never was one."""
    if request.method not in ("GET", "HEAD"):
        return None
    match = found(request.path_info)
    if match is None or not is_public(match):
        return None
    kind, slug = KINDS.get(match.url_name or ""), match.kwargs.get("slug", "")
    if kind is None:
        path = reverse(match.url_name)
    elif current := current_slug(kind, slug):
        path = reverse(match.url_name, kwargs={} if kind == "site_page" else {"slug": current})
    else:
        return gone(request) if was_shown(kind, slug) else None
    return moved(request, path) if path != request.path_info else None


def found(path: str) -> ResolverMatch | None:
    """The address that was meant: small letters, single slashes, and one at the end unless it names a file."""
    tidy = SLASHES.sub("/", path).lower().rstrip("/")
    for meant in (tidy, f"{tidy}/"):
        try:
            return resolve(meant)
        except Resolver404:
            continue
    return None


def is_public(match: ResolverMatch) -> bool:
    """Staff find their own way, and what stands in other addresses (a token, say) is not to be rewritten."""
    staff = tuple(prefix.lstrip("/") for prefix in settings.STAFF_PREFIXES)
    known = match.url_name in KINDS or bool(match.url_name and not match.kwargs)
    return known and not match.route.startswith(staff)


def current_slug(kind: str, slug: str) -> str | None:
    """Where the page is now that patients have read under `slug` at some time."""
    now = timezone.now()
    live = Revision.objects.live(at=now).filter(**{f"{kind}__isnull": False})
    if live.filter(slug=slug).exists():
        return slug
    last = begun(kind, slug).order_by("-live_from").values_list(f"revision__{kind}", flat=True).first()
    return live.filter(**{kind: last}).values_list("slug", flat=True).first() if last else None


def was_shown(kind: str, slug: str) -> bool:
    """Patients have read it, and it is not planned to come back."""
    shown = begun(kind, slug).order_by("-live_from").values_list(f"revision__{kind}", flat=True).first()
    planned = Publication.objects.not_cancelled().filter(live_from__gt=timezone.now(), **{f"revision__{kind}": shown})
    return bool(shown) and not planned.exists()


def begun(kind: str, slug: str):
    earlier = Publication.objects.begun(at=timezone.now())
    return earlier.filter(revision__slug=slug, **{f"revision__{kind}__isnull": False})


def moved(request, path: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)


def gone(request) -> HttpResponse:
    context = {
        "status": 410,
        "heading": "We took this page down",
        "text": "It was here before. We do not show it any more. The pages below may help you.",
    }
    return render(request, "error.html", context, status=410)
