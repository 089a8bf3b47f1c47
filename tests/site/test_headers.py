"""Every answer, whatever it is, carries the same strict headers."""

import pytest
from django.contrib.staticfiles.finders import find
from django.test import override_settings
from django.utils.datastructures import CaseInsensitiveMapping

from cosma.gate import busy
from tests.wire import Answer, ask, public_paths

pytestmark = pytest.mark.usefixtures("shipped")
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
NOTHING_ELSEWHERE = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
OWN_ALONE = ("script-src", "style-src", "img-src", "font-src", "connect-src", "manifest-src")
SEALED_FEATURES = ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
FORM = "application/x-www-form-urlencoded"


def broken(request):
    raise RuntimeError("a fault of ours")


def without_room() -> Answer:
    said: list = []
    body = busy(lambda status, headers: said.extend((int(status[:3]), CaseInsensitiveMapping(dict(headers)), [])))
    return Answer(*said, b"".join(body))


def of_every_kind() -> dict:
    return {
        "no room": without_room(),
        "redirect": ask("/treatments/mesotherapy"),
        "not found": ask("/nowhere/"),
        "not found below": ask("/treatments/nowhere/"),
        "not allowed": ask("/", method="POST"),
        "malformed address": ask("/%00"),
        "malformed form": ask("/", method="POST", content_type=f"{FORM}; charset=utf-16"),
        "strange host": ask("/", headers={"Host": "evil.example"}),
        "admin, not logged in": ask("/admin/"),
        "login": ask("/accounts/login/"),
        "form without its token": ask("/accounts/login/", method="POST", content_type=FORM, body=b"login=a"),
        "staff address that is not there": ask("/admin/nowhere/"),
        "static file": ask("/static/css/site.css"),
        "static file that is not there": ask("/static/nowhere.css"),
        "static file, unchanged": ask(
            "/static/css/site.css", headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
        ),
        "healthz": ask("/healthz"),
        "robots": ask("/robots.txt"),
    } | {path: ask(path) for path in public_paths()}


def policy(answer) -> dict[str, list[str]]:
    directives = [directive.split() for directive in answer.headers["Content-Security-Policy"].split(";")]
    assert len({names[0] for names in directives}) == len(directives), "a directive is given twice"
    return {names[0]: names[1:] for names in directives}


def lacking(answer) -> list[str]:
    wrong = [f"{name}: {answer.headers.get(name)}" for name in FIXED if answer.headers.get(name) != FIXED[name]]
    if answer.headers.get("Referrer-Policy") not in ("strict-origin-when-cross-origin", "same-origin", "no-referrer"):
        wrong.append("Referrer-Policy")
    features = answer.headers.get("Permissions-Policy", "")
    wrong += [feature for feature in SEALED_FEATURES if f"{feature}=()" not in features]
    directives = policy(answer)
    wrong += [name for name, source in NOTHING_ELSEWHERE.items() if directives.get(name) not in ([source], ["'none'"])]
    wrong += [
        f"{name} {source}"
        for name in OWN_ALONE
        for source in directives.get(name, [])
        if source not in ("'self'", "'none'") and not source.startswith("'sha256-")
    ]
    return wrong


def test_every_answer_carries_the_strict_headers():
    answers = of_every_kind()

    assert {kind: lacking(answer) for kind, answer in answers.items() if lacking(answer)} == {}


def test_the_answers_are_of_the_kinds_that_they_are_meant_to_be():
    statuses = {kind: answer.status for kind, answer in of_every_kind().items() if not kind.startswith("/")}

    assert statuses == {
        "no room": 503,
        "redirect": 301,
        "not found": 404,
        "not found below": 404,
        "not allowed": 405,
        "malformed address": 400,
        "malformed form": 400,
        "strange host": 400,
        "admin, not logged in": 302,
        "login": 200,
        "form without its token": 403,
        "staff address that is not there": 302,
        "static file": 200,
        "static file that is not there": 404,
        "static file, unchanged": 304,
        "healthz": 200,
        "robots": 200,
    }
    assert find("css/site.css")


@pytest.mark.parametrize("path", ["/", "/admin/"])
def test_a_fault_of_ours_is_a_page_with_the_strict_headers_and_without_a_trace(path, monkeypatch):
    monkeypatch.setattr("django.urls.resolvers.URLResolver.resolve", lambda self, path: broken(None))

    answer = ask(path)

    assert answer.status == 500
    assert b"The fault is ours" in answer.body
    assert b"RuntimeError" not in answer.body
    assert lacking(answer) == []


def test_no_answer_says_what_it_runs_on():
    for kind, answer in of_every_kind().items():
        assert not {"Server", "X-Powered-By"} & {name.title() for name in answer.headers}, kind


def test_a_site_on_http_sends_no_hsts():
    assert all("Strict-Transport-Security" not in answer.headers for answer in of_every_kind().values())


@override_settings(SECURE_HSTS_SECONDS=63072000)
def test_a_site_on_https_sends_hsts_with_every_answer_whatever_the_proxy_says():
    expected = "max-age=63072000; includeSubDomains; preload"

    for kind, answer in of_every_kind().items():
        assert answer.headers.get("Strict-Transport-Security") == expected, kind


@override_settings(SECURE_HSTS_SECONDS=63072000, HSTS_SUBDOMAINS=False)
def test_a_site_with_neighbours_binds_itself_alone_to_https():
    for kind, answer in of_every_kind().items():
        assert answer.headers.get("Strict-Transport-Security") == "max-age=63072000", kind


@override_settings(STAGING=True)
def test_a_staging_copy_keeps_everything_out_of_search_engines():
    for kind, answer in of_every_kind().items():
        assert answer.headers["X-Robots-Tag"] == "noindex", kind
    assert b"Sitemap" not in ask("/robots.txt").body
    assert b"<loc>" not in ask("/sitemap.xml").body


def test_health_is_never_cached_and_says_no_more_than_it_must():
    for path, word in (("/healthz", b"ok\n"), ("/readyz", b"ready\n")):
        answer = ask(path)
        assert answer.body == word
        assert "no-store" in answer.headers["Cache-Control"]
