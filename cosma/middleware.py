"""What every request meets first: refusals, whom to believe, and headers."""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.middleware import csrf

LONGEST_ADDRESS = 4096
FORM = "application/x-www-form-urlencoded"
CHARSET = re.compile(r"charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=(), browsing-topics=()"


def refuse_malformed(get_response):
    """A plain 400 for what cannot be text: it would fail deep inside a view or a database, as a 500."""

    def middleware(request):
        fault = fault_in_address(request.META) or fault_in_form(request)
        if fault:
            return HttpResponse(f"400 Bad request: {fault}.\n", status=400, content_type="text/plain")
        return get_response(request)

    return middleware


def fault_in_address(meta) -> str | None:
    path, query = meta.get("PATH_INFO", ""), meta.get("QUERY_STRING", "")
    if len(path) + len(query) > LONGEST_ADDRESS:
        return "the address is too long"
    # WSGI hands bytes over as latin-1 characters.
    raw = path.encode("latin-1", "replace") + unquote_to_bytes(query.encode("latin-1", "replace"))
    return fault_in_text(raw)


def fault_in_form(request) -> str | None:
    """Looks at the raw body, never at request.POST: reading that is what fails."""
    content_type = request.META.get("CONTENT_TYPE", "")
    charset = CHARSET.search(content_type)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        return "forms are read as UTF-8 only"
    if request.method == "GET" or not content_type.lower().startswith(FORM):
        return None
    try:
        return fault_in_text(unquote_to_bytes(request.body))
    except RequestDataTooBig:
        return "the form is too large"


def fault_in_text(raw: bytes) -> str | None:
    if b"\x00" in raw:
        return "it holds a NUL character"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "it is not valid UTF-8"
    return None


def believe_trusted_proxies(get_response):
    """The client's address and scheme come from a proxy's headers only when that proxy is one of ours."""
    networks = [ip_network(entry, strict=False) for entry in settings.TRUSTED_PROXIES]

    def trusted(address: str) -> bool:
        try:
            return any(ip_address(address.strip()) in network for network in networks)
        except ValueError:
            return False

    def middleware(request):
        meta = request.META
        forwarded = meta.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = meta.pop("HTTP_X_FORWARDED_PROTO", "")
        if trusted(meta.get("REMOTE_ADDR", "")):
            # The right-most address that is not ours is the last one that a client could not write itself.
            strangers = [hop.strip() for hop in forwarded.split(",") if hop.strip() and not trusted(hop)]
            meta["REMOTE_ADDR"] = strangers[-1] if strangers else meta["REMOTE_ADDR"]
            if scheme in ("http", "https"):
                meta["wsgi.url_scheme"] = request.environ["wsgi.url_scheme"] = scheme
        return get_response(request)

    return middleware


def security_headers(get_response):
    """What django-csp and SecurityMiddleware leave out; static files included."""

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return response

    return middleware


class StaffSide:
    """Works under STAFF_PREFIXES alone: a public page cannot open a session or set a cookie, whatever it does."""

    def __call__(self, request):
        if request.path_info.startswith(settings.STAFF_PREFIXES):
            return super().__call__(request)
        return self.get_response(request)


class SessionMiddleware(StaffSide, sessions.SessionMiddleware):
    pass


class AuthenticationMiddleware(StaffSide, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(StaffSide, messages.MessageMiddleware):
    pass


class CsrfViewMiddleware(StaffSide, csrf.CsrfViewMiddleware):
    def process_view(self, request, *args):
        if request.path_info.startswith(settings.STAFF_PREFIXES):
            return super().process_view(request, *args)
        return None
