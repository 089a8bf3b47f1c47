"""Every public address against every hostile input: never a 5xx, never a hang, on SQLite and on PostgreSQL."""

import io
import logging
import time
from functools import cache

import pytest
from django.urls import resolve

from tests.factories import (
    make_clinic,
    make_concern,
    make_doctor,
    make_organisation,
    make_site_page,
    make_source,
    make_treatment,
    publish,
)
from tests.shelf import shelved
from tests.wire import ask, public_paths

pytestmark = pytest.mark.usefixtures("small_site")

FORM = "application/x-www-form-urlencoded"
PARTS = 'multipart/form-data; boundary="b"'
REFUSED = {400, 403, 404, 405, 413, 415, 422}
FINE = {200, 301, 302, 303, 304, 410, 429}
SECONDS = 2
WITHOUT_A_PAGE = {"/indexnow.txt", "/sitemap-1.xml", "/review/1:no-such-token/"}
"""They answer on sites with a key, with very many pages, and to those who were sent a link."""


def multipart(value: bytes, head: bytes = b'Content-Disposition: form-data; name="name"') -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + value + b"\r\n--b--\r\n"


PATHS = {
    "NUL": "{}%00",
    "invalid UTF-8": "{}%ff%fe/",
    "half a character": "{}%e2%82/",
    "overlong dot": "{}%c0%ae%c0%ae/",
    "up": "{}%2e%2e/%2e%2e/etc/passwd",
    "backslashes": "{}..%5c..%5cwin.ini",
    "double slash": "/{}",
    "another host": "//example.org{}%2e%2e",
    "line break": "{}%0d%0aSet-Cookie:%20a=b",
    "very long": "{}" + "a" * 3000,
    "absurdly long": "{}" + "a" * 100_000,
    "deep": "{}" + "a/" * 1000,
    "right to left": "{}%e2%80%ae/",
    "emoji": "{}%f0%9f%98%80/",
    "Hindi": "{}%e0%a4%a4%e0%a5%8d%e0%a4%b5%e0%a4%9a%e0%a4%be/",
    "letters with marks": "{}caf%c3%a9/",
    "percent": "{}%25",
    "markup": "{}%3Cscript%3Ealert(1)%3C/script%3E/",
    "template": "{}%7B%7B7*7%7D%7D/",
    "quotes": "{}'%22;--/",
    "no slash": "{}x",
    "asterisk": "*",
}
QUERIES = {
    "NUL": "q=%00&page=%00&t=%00&treatment=%00",
    "NUL in a name": "%00=1",
    "raw NUL": "q=\x00",
    "invalid UTF-8": "q=%ff%fe&t=%ff",
    "raw invalid UTF-8": "q=\xff\xfe",
    "broken escape": "q=%&page=%zz&t=%2",
    "very long": "q=" + "a" * 4000,
    "absurdly long": "q=" + "a" * 100_000,
    "many parameters": "&".join(["a=1"] * 1000),
    "same parameter twice": "page=1&page=2&q=a&q=b&t=a&t=a&treatment=a&treatment=b",
    "page zero": "page=0",
    "page below zero": "page=-1",
    "page without end": "page=" + "9" * 3900,
    "page of another script": "page=%d9%a3",
    "page as a fraction": "page=1e9",
    "page last": "page=last",
    "page infinite": "page=Infinity",
    "brackets": "page[]=1&q[$ne]=1&t[0]=x",
    "nothing but signs": "&&==&=;?&#",
    "markup": "q=%3Cscript%3Ealert(1)%3C/script%3E&treatment=%22%3E%3Cimg%20src=x%3E",
    "SQL": "q='%20OR%201=1%20--&t=a'%3B%20DROP%20TABLE&page=1'",
    "search operators": "q=%22%20AND%20NOT%20NEAR(*)%20%5E%20:*%20(",
    "search of one letter many times": "q=" + "a*+" * 900,
    "odd unicode": "q=%e2%80%ae%ef%bf%bf%f4%8f%bf%bf%cc%b4%00",
    "half an emoji": "q=%ed%a0%bd",
}
HEADERS = {
    "strange host": {"Host": "evil.example"},
    "no host": {"Host": ""},
    "two hosts": {"Host": "127.0.0.1,evil.example"},
    "host with markup": {"Host": "<script>"},
    "host with a user": {"Host": "user@127.0.0.1"},
    "host with a path": {"Host": "127.0.0.1/evil"},
    "host with a wrong port": {"Host": "127.0.0.1:99999999"},
    "host with bytes": {"Host": "\xff\xfe"},
    "other host behind": {
        "X-Forwarded-Host": "evil.example",
        "X-Host": "evil.example",
        "Forwarded": "host=evil.example",
    },
    "addresses": {"X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/"},
    "method override": {"X-HTTP-Method-Override": "DELETE"},
    "forwarded for": {"X-Forwarded-For": "\x00, <script>, 1.2.3.4:80, ::1, " + "1," * 5000},
    "scheme": {"X-Forwarded-Proto": "javascript"},
    "huge cookie": {"Cookie": "a=" + "b" * 60_000},
    "odd cookie": {"Cookie": '=; ;;session="\xff\\"; csrf=\x01'},
    "session cookie": {"Cookie": "session=" + "a" * 32},
    "huge agent": {"User-Agent": "a" * 60_000},
    "huge referrer": {"Referer": "http://" + "a" * 60_000},
    "languages": {"Accept-Language": "a-" * 5000 + ";q=x"},
    "encodings": {"Accept-Encoding": "br;q=nan, gzip;q=-1, *;q=1e999, \xff"},
    "accepts": {"Accept": "text/html;q=x;;;,,," * 500},
    "ranges": {"Range": "bytes=-1,0-,5-1,99999999999999999999-"},
    "tags": {"If-None-Match": '"' + "a" * 5000 + '", W/, *'},
    "dates": {"If-Modified-Since": "Mon, 99 Foo 99999 99:99:99 GMT"},
    "date before time": {"If-Modified-Since": "Thu, 01 Jan 0001 00:00:00 +2359"},
    "origin": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
}
METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "HEAD", "PROPFIND", "FOO", "get"]
BODIES = {
    "UTF-16 form": (f"{FORM}; charset=utf-16", "name=Asha".encode("utf-16")),
    "UTF-16 in capitals": (f'{FORM}; CHARSET="UTF-16"', b"name=a"),
    "UTF-7 form": (f"{FORM}; charset=utf-7", b"name=+ADw-"),
    "charset that is no text": (f"{FORM}; charset=hex", b"name=zz"),
    "charset in the other notation": (f"{FORM}; charset*=utf-8''utf-16", "name=Asha".encode("utf-16")),
    "unknown charset in the other notation": (f"{FORM}; charset*=nothing''x", b"name=a"),
    "strange charset in the other notation": (f"{FORM}; charset*=idna''%ff", b"name=a"),
    "unknown charset": (f"{FORM}; charset=nothing", b"name=a"),
    "long charset": (f"{FORM}; charset={'a' * 50_000}", b"name=a"),
    "NUL": (FORM, b"name=%00&message=a"),
    "raw NUL": (FORM, b"name=\x00"),
    "invalid UTF-8": (FORM, b"name=%ff%fe"),
    "raw invalid UTF-8": (FORM, b"name=\xff\xfe"),
    "too many fields": (FORM, b"a=1&" * 20_000),
    "too large": (FORM, b"name=" + b"a" * (3 * 1024 * 1024)),
    "nothing": (FORM, b""),
    "no type": ("", b"name=a"),
    "odd type": ("\xff/\xff; =;;charset", b"name=a"),
    "JSON": ("application/json", b'{"name": "\\ud800"}'),
    "NUL in parts": (PARTS, multipart(b"\x00")),
    "invalid UTF-8 in parts": (PARTS, multipart(b"\xff\xfe")),
    "UTF-16 parts": (f"{PARTS}; charset=utf-16", multipart("Asha".encode("utf-16"))),
    "part of another charset": (PARTS, multipart(b"a", b'Content-Disposition: form-data; name="name"; charset=utf-16')),
    "part without a name": (PARTS, multipart(b"a", b"Content-Disposition: form-data")),
    "part with odd transfer": (
        PARTS,
        multipart(b"a", b"Content-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=a"),
    ),
    "parts without a boundary": ("multipart/form-data", multipart(b"a")),
    "parts with a long boundary": (f"multipart/form-data; boundary={'b' * 5000}", b""),
    "parts that end early": (PARTS, b'--b\r\nContent-Disposition: form-data; name="na'),
    "file with an odd name": (
        PARTS,
        multipart(b"a", b'Content-Disposition: form-data; name="f"; filename="../\x00\xff.png"'),
    ),
}


@shelved
def small_site():
    """Every public address with something to show, and no more of it than that: thousands of pages are asked for."""
    make_organisation()
    treatment = make_treatment("mesotherapy")
    treatment.questions.create(anchor="faq-more", question="Does it hurt much?", answer="Some [@trial].")
    make_source("trial")
    publish(treatment)
    publish(make_concern("fine-lines"))
    make_clinic(doctors=[make_doctor(shown=True)])
    for slug in ("about", "accessibility", "editorial-policy", "privacy"):
        publish(make_site_page(slug))


def test_the_small_site_shows_all_that_is_asked_for():
    refused = {path for path in public_paths() if ask(path).status not in FINE}

    assert refused == WITHOUT_A_PAGE


@pytest.fixture(autouse=True)
def quiet():
    """Hundreds of refusals are what is expected here."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def fault(answer, began: float) -> str | None:
    if answer.status not in FINE | REFUSED:
        return f"answered {answer.status}"
    if time.process_time() - began > SECONDS:
        return f"took {time.process_time() - began:.1f} s"
    if b"<script>alert(1)" in answer.body or b"<img src=x" in answer.body:
        return "showed markup as markup"
    return None


def one_path_a_view() -> list[str]:
    """The same view at a second address reads the same input with the same code."""
    by_view = {getattr(view := resolve(path).func, "__wrapped__", view): path for path in reversed(public_paths())}
    return sorted(by_view.values())


def faults(inputs: dict, request, paths=()) -> list[str]:
    """`request(path, input)` for one address of every public view and every input."""
    found = []
    for path in paths or one_path_a_view():
        for name, value in inputs.items():
            began = time.process_time()
            wrong = fault(request(path, value), began)
            found += [f"{path} with {name} {wrong}"] if wrong else []
    return found


def test_hostile_paths():
    assert faults(PATHS, lambda path, pattern: ask(pattern.format(path))) == []


def packed_queries() -> dict[str, str]:
    """As with headers: those that are not refused go together, where no two name the same thing."""
    packs: dict[str, str] = {}
    for name, query in QUERIES.items():
        refused = ask("/", query=query).status == 400
        open_to_it = (found for found, pack in packs.items() if len(pack) + len(query) < 3000 and apart(pack, query))
        other = "" if refused else next(open_to_it, "")
        packs[f"{other}, {name}".removeprefix(", ")] = f"{packs.pop(other)}&{query}" if other else query
    return packs


def apart(one: str, other: str) -> bool:
    names = [{pair.partition("=")[0] for pair in query.split("&")} for query in (one, other)]
    return names[0].isdisjoint(names[1]) and ask("/", query=one).status != 400


def test_hostile_queries():
    packs = packed_queries()

    assert len(packs) < len(QUERIES)
    assert faults(packs, lambda path, query: ask(path, query=query)) == []


def packed(headers: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Many at once: what breaks a page does so in company too, unless it is refused or replaced before it is read."""
    packs: dict[str, dict[str, str]] = {}
    for name, own in headers.items():
        open_to_it = (found for found, pack in packs.items() if "Host" not in pack and not kinds(pack) & kinds(own))
        other = "" if "Host" in own else next(open_to_it, "")
        packs[f"{other}, {name}".removeprefix(", ")] = packs.pop(other, {}) | own
    return packs


def kinds(headers: dict[str, str]) -> set[str]:
    return {name.replace("Modified-Since", "None-Match") for name in headers}  # of the two, one is read


def test_hostile_headers():
    assert faults(packed(HEADERS), lambda path, headers: ask(path, headers=headers)) == []


def test_hostile_headers_for_a_static_file():
    for name, headers in HEADERS.items():
        assert ask("/static/css/site.css", headers=headers).status in {200, 206, 304, 400, 416}, name


def test_odd_methods():
    methods = {method: method for method in METHODS}

    assert faults(methods, lambda path, method: ask(path, method=method)) == []


@cache
def those_that_take_a_form() -> list[str]:
    """The others refuse it before anything of theirs reads it; two of them stand for all."""
    taken = [path for path in one_path_a_view() if ask(path, method="POST", content_type=FORM).status != 405]
    return [*taken, "/", "/treatments/mesotherapy/"]


@pytest.mark.parametrize("kind", BODIES)
def test_hostile_bodies(kind):
    content_type, body = BODIES[kind]

    def sent(path, method):
        return ask(
            path, method=method, content_type=content_type, body=body, headers={"Origin": "http://127.0.0.1:8000"}
        )

    assert faults({"POST": "POST"}, sent, paths=those_that_take_a_form()) == []
    for path in ("/", "/treatments/mesotherapy/", "/enquire/"):  # nobody reads the body of a GET
        assert fault(sent(path, "GET"), time.process_time()) is None, path


@pytest.mark.parametrize("kind", BODIES)
def test_hostile_bodies_at_the_door_of_staff(kind):
    content_type, body = BODIES[kind]

    for path in ("/accounts/login/", "/admin/login/", "/admin/", "/accounts/2fa/authenticate/"):
        began = time.process_time()
        answer = ask(path, method="POST", content_type=content_type, body=body)
        assert fault(answer, began) is None, path


def test_hostile_queries_at_the_door_of_staff():
    for query in QUERIES.values():
        for path in ("/accounts/login/", "/admin/", "/admin/login/"):
            assert ask(path, query=f"{query}&next=//evil.example").status in FINE | REFUSED, query[:60]


@pytest.mark.parametrize(
    "kind", [kind for kind in HEADERS if "host" in kind and kind not in ("other host behind", "host with a wrong port")]
)
def test_a_strange_host_is_refused_and_never_said_back(kind):
    answer = ask("/treatments/mesotherapy/", headers=HEADERS[kind])

    assert answer.status == 400
    assert b"evil" not in answer.body
    assert "evil" not in str(answer.headers)


def test_a_host_in_other_headers_changes_nothing():
    plain = ask("/treatments/mesotherapy/")
    answer = ask("/treatments/mesotherapy/", headers=HEADERS["other host behind"])

    assert (answer.status, answer.body) == (200, plain.body)


def test_what_cannot_be_text_is_refused_in_plain_words():
    cases = [
        (ask("/%00"), b"NUL"),
        (ask("/", query="q=%ff"), b"not valid UTF-8"),
        (ask("/", query="q=" + "a" * 5000), b"too long"),
        (ask("/accounts/login/", method="POST", content_type=FORM, body=b"login=%00"), b"NUL"),
        (ask("/accounts/login/", method="POST", content_type=f"{FORM}; charset=utf-16", body=b"a"), b"UTF-8 only"),
        (ask("/", content_type="a; charset*=nothing''x"), b"UTF-8 only"),
    ]
    for answer, words in cases:
        assert answer.status == 400
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert words in answer.body


def test_a_form_that_breaks_off_is_refused():
    class BrokenOff(io.BytesIO):
        def read(self, *size):
            raise OSError("the connection was closed")

    answer = ask("/accounts/login/", method="POST", content_type=FORM, body=b"login=a", stream=BrokenOff())

    assert answer.status == 400
    assert b"did not arrive whole" in answer.body


@pytest.mark.parametrize("path", ["/caf%c3%a9/", "/treatments/%e0%a4%a4/", "/%f0%9f%98%80/"])
def test_an_address_in_another_script_is_not_found_rather_than_malformed(path):
    assert ask(path).status == 404
