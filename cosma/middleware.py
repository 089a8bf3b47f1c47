"""What every request meets first: headers, whom to believe, and refusals."""

import codecs
import logging
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse, UnreadablePostError
from django.middleware import csrf
from django.utils.deprecation import MiddlewareMixin

from cosma import views

logger = logging.getLogger(__name__)

LONGEST_ADDRESS = 4096
FORM = "application/x-www-form-urlencoded"
UNREADABLE = "unreadable"
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


class Request(WSGIRequest):
    """Django parses the content type before any middleware runs, and answers one that it cannot parse with a crash."""

    def _set_content_type_params(self, meta):
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # private, and not in the stubs
        except (ValueError, LookupError):
            self.content_type, self.content_params = "", {"charset": UNREADABLE}


class Handler(WSGIHandler):
    request_class = Request


def fixed_headers() -> dict[str, str]:
    headers = {
        "Permissions-Policy": PERMISSIONS,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    if settings.STAGING:
        headers["X-Robots-Tag"] = "noindex"
    if settings.SECURE_HSTS_SECONDS:
        # Whatever scheme reached us: a proxy that does not name it must not cost the site this header.
        reach = "; includeSubDomains; preload" if settings.HSTS_SUBDOMAINS else ""
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}{reach}"
    return headers


def security_headers(get_response):
    """What django-csp and SecurityMiddleware leave out. Outermost: refusals and static files have them too."""
    headers = fixed_headers()

    def middleware(request):
        response = get_response(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def believe_trusted_proxies(get_response):
    """The client's address and scheme come from a proxy's headers only when that proxy is one of ours."""
    networks = [ip_network(entry, strict=False) for entry in settings.TRUSTED_PROXIES]

    def trusted(text: str) -> bool:
        address = parsed(text)
        return address is not None and any(address in network for network in networks)

    def middleware(request):
        meta = request.META
        forwarded = meta.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = meta.pop("HTTP_X_FORWARDED_PROTO", "")
        if trusted(meta.get("REMOTE_ADDR", "")):
            meta["REMOTE_ADDR"] = client(meta["REMOTE_ADDR"], forwarded, trusted)
            if scheme in ("http", "https"):
                meta["wsgi.url_scheme"] = scheme
        return get_response(request)

    return middleware


def client(peer: str, forwarded: str, trusted) -> str:
    """Walks back through our own proxies to the first address that is not ours: all before it is hearsay."""
    believed = parsed(peer)
    for hop in reversed(forwarded.split(",")):
        if not trusted(str(believed)) or parsed(hop) is None:
            break
        believed = parsed(hop)
    return str(believed)


def parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def refuse_malformed(get_response):
    """A plain 400 for what cannot be text: it would fail deep inside a view or a database, as a 500."""

    def middleware(request):
        fault = fault_in_address(request.META) or fault_in_form(request)
        if fault:
            return HttpResponse(f"400 Bad request: {fault}.\n", status=400, content_type="text/plain")
        return get_response(request)

    return middleware


def fault_in_address(meta) -> str | None:
    path, query = meta["PATH_INFO"], meta.get("QUERY_STRING", "")
    if len(path) + len(query) > LONGEST_ADDRESS:
        return "the address is too long"
    # Django has decoded the path; the query is still bytes, which WSGI hands over as latin-1 characters.
    return fault_in_text(path.encode()) or fault_in_text(unquote_to_bytes(query.encode("latin-1", "replace")))


def fault_in_form(request) -> str | None:
    """Looks at the raw body, never at request.POST: reading that is what fails."""
    charsets = [value for name, value in request.content_params.items() if name.lower() == "charset"]
    if not all(map(is_utf8, charsets)):
        return "forms are read as UTF-8 only"
    if request.method in ("GET", "HEAD") or request.content_type != FORM:
        return None
    try:
        return fault_in_text(unquote_to_bytes(request.body))
    except RequestDataTooBig:
        return "the form is too large"
    except UnreadablePostError:
        return "the form did not arrive whole"


def is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (ValueError, LookupError):
        return False


def fault_in_text(raw: bytes) -> str | None:
    if b"\x00" in raw:
        return "it holds a NUL character"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "it is not valid UTF-8"
    return None


def admit_that_the_database_is_down(get_response):
    """A clear 503 where a view needs the database and it does not answer."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, error):
        if not isinstance(error, views.DATABASE_IS_DOWN):
            return None
        logger.error("The database does not answer: %s", type(error).__name__)
        return views.unavailable(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


class StaffSide(MiddlewareMixin):
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
