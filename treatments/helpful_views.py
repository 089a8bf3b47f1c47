"""Was this page helpful? Two buttons on stored pages. No text, no cookie, no script needed; counts alone are kept."""

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from treatments import views
from treatments.addresses import KINDS, found
from treatments.models import Helpful, Revision
from treatments.models.pages import PAGES
from treatments.origins import comes_from_elsewhere

ANSWERS = {"yes": True, "no": False}
PAGES_THAT_ASK = {"treatment", "concern", *(slug for slug, _ in PAGES)}
MOST, WITHIN = 20, 3600
"""Answers from one internet address in so many seconds: many people may share one at a mobile company."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def helpful(request):
    if request.method != "POST":
        return thanks(request)
    if comes_from_elsewhere(request):
        raise PermissionDenied
    path, helped = request.POST.get("page", ""), ANSWERS.get(request.POST.get("helpful", ""))
    if helped is None or not asks(path):
        raise Http404
    if not one_too_many(request):
        Helpful.objects.count_one(path, helped=helped)
    response = redirect(f"{request.path}?{urlencode({'page': path}, safe='/')}")
    response.status_code = 303
    return response


def thanks(request):
    """Where the answer leads without a script. It says the same to those who press too often: nothing is lost."""
    path = request.GET.get("page", "")
    context = views.head("", title="Thank you", description="", indexable=False)
    context |= {"canonical_url": "", "back": path if asks(path) else ""}
    return render(request, "helpful.html", context)


def asks(path: str) -> bool:
    """A page that is live now and bears the question, under its one address."""
    match = found(path) if path.startswith("/") and len(path) <= 200 else None
    if match is None or match.url_name not in PAGES_THAT_ASK:
        return False
    kind, slug = KINDS[match.url_name], match.kwargs["slug"]
    if path != reverse(match.url_name, kwargs={} if kind == "site_page" else {"slug": slug}):
        return False
    return Revision.objects.live(at=timezone.now()).filter(**{f"{kind}__isnull": False, "slug": slug}).exists()


def one_too_many(request) -> bool:
    """Counted under a scrambled address for an hour, then forgotten."""
    sender = salted_hmac("helpful", household(request.META.get("REMOTE_ADDR", ""))).hexdigest()
    cache.add(f"helpful:{sender}", 0, WITHIN)
    try:
        return cache.incr(f"helpful:{sender}") > MOST
    except ValueError:  # it was forgotten between these two lines
        return False


def household(address: str) -> str:
    """A whole /64 of IPv6 belongs to one customer."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else address
