"""Where a form may come from. Pages outside the staff side set no cookie, so no token in one can vouch for it."""

from django.conf import settings
from django.http import HttpRequest


def comes_from_elsewhere(request: HttpRequest) -> bool:
    """True when the browser says that another site sent this form. Old browsers say nothing."""
    fetch_site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if fetch_site not in ("same-origin", "none"):
        return True
    origin = request.headers.get("Origin", "")
    # "null" is what privacy settings make of an origin; then the browser's other word counts.
    if origin in ("", "null"):
        return origin == "null" and "Sec-Fetch-Site" not in request.headers
    return origin not in (settings.SITE_URL, f"{request.scheme}://{request.get_host()}")
