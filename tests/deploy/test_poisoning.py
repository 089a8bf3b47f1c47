"""What one reader sends must not change what the next one gets, from us or from behind nginx."""

import gzip
import http.client
import socket
import time

import brotli
import pytest

from tests.deploy.nodes import wait_until
from tests.deploy.readers import get
from tests.deploy.test_kills import policy

PATH = "/treatments/mesotherapy/"
EVIL = "evil.example"
HEADERS = [
    {"Host": EVIL},
    {"Host": f"127.0.0.1.{EVIL}"},
    {"Host": "127.0.0.1:99999"},
    {"Host": f"127.0.0.1@{EVIL}"},
    {"Host": ""},
    {"Host": "127.0.0.1", "X-Forwarded-Host": EVIL},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Server": EVIL},
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Proto": "javascript"},
    {"X-Forwarded-For": "1.2.3.4, evil"},
    {"X-Forwarded-Port": "4443"},
    {"X-Forwarded-Scheme": "nothttps"},
    {"X-Forwarded-Prefix": "/evil"},
    {"X-Forwarded-Path": "/evil"},
    {"X-Forwarded-Uri": "/evil"},
    {"Forwarded": f"for=1.2.3.4;host={EVIL};proto=https"},
    {"X-Host": EVIL},
    {"X-Original-Host": EVIL},
    {"X-Original-URL": "/admin/"},
    {"X-Rewrite-URL": "/admin/"},
    {"X-Original-Uri": "/evil"},
    {"X-Script-Name": "/evil"},
    {"Script-Name": "/evil"},
    {"X-HTTP-Method-Override": "POST"},
    {"X-HTTP-Method": "DELETE"},
    {"X-Method-Override": "PUT"},
    {"X-Accel-Redirect": "/evil"},
    {"X-Accel-Expires": "3600"},
    {"X-Sendfile": "/etc/passwd"},
    {"Cookie": "session=evil; __Host-session=evil; csrf=evil; messages=evil"},
    {"Cookie": "sessionid=a" * 200},
    {"Authorization": "Basic ZXZpbDpldmls"},
    {"Accept-Encoding": "br;q=0, gzip;q=0"},
    {"Accept-Encoding": "evil, *;q=0"},
    {"Accept-Encoding": "identity;q=0"},
    {"Accept-Encoding": "GZIP;q=nan, br;q=-1"},
    {"Accept-Language": "hi-IN"},
    {"Accept": "application/json"},
    {"Accept-Charset": "utf-16"},
    {"Content-Type": "text/html; charset=utf-16"},
    {"Range": "bytes=0-10"},
    {"Range": "bytes=0-0,1-1,2-2"},
    {"If-Range": '"x"', "Range": "bytes=5-"},
    {"If-Match": '"x"'},
    {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"If-None-Match": "W/" * 50},
    {"If-Modified-Since": "not a date"},
    {"Cache-Control": "no-store, max-age=0"},
    {"Pragma": "no-cache"},
    {"Expect": "evil"},
    {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABkAAQAAP__"},
    {"Connection": "close, Host, Accept-Encoding"},
    {"Transfer-Encoding": "identity"},
    {"Via": f"1.1 {EVIL}"},
    {"Origin": f"https://{EVIL}"},
    {"Referer": f"https://{EVIL}/<script>"},
    {"User-Agent": "<script>alert(1)</script>"},
    {"Max-Forwards": "0"},
    {"X-Forwarded-Ssl": "on", "Front-End-Https": "on"},
    {"X-Wap-Profile": f"http://{EVIL}/", "Save-Data": "on"},
    {"cosma.pagestore.ticket": "x", "Cosma-Pagestore-Ticket": "x"},
]
ADDRESSES = [
    f"{PATH}?utm_source=<script>{EVIL}",
    f"{PATH}?gclid=1&fbclid={EVIL}",
    f"{PATH}?page=2",
    f"{PATH}?page=evil",
    f"{PATH}?_method=POST&callback={EVIL}",
    f"{PATH}?%00",
    f"{PATH}?{'a=b&' * 300}",
    f"{PATH};evil=1",
    f"{PATH}%3Fevil",
    f"{PATH}..%2F",
    f"{PATH}/",
    f"/{PATH}",
    PATH.upper(),
    "/treatments/./mesotherapy/",
    "/treatments/x/../mesotherapy/",
    "/treatments/meso%74herapy/",
    f"http://{EVIL}{PATH}",
]
METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "HEAD", "EVIL"]


def send(port: int, method: str, address: str, headers: dict[str, str]) -> None:
    """Whatever comes back: some of this is not even HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.putrequest(method, address, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.getresponse().read()
    except (OSError, http.client.HTTPException, ValueError):
        pass
    finally:
        connection.close()


def smuggle(port: int) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    tail = f"GET {PATH}?x HTTP/1.1\r\nHost: {EVIL}\r\n\r\n"
    for trick in (
        f"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{tail}",
        f"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{tail}",
        f"Content-Length: 0\r\nContent-Length: 9\r\n\r\n{tail}",
        f"Content-Length: 3\r\n\r\nabc{tail}",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
            connection.settimeout(1)
            connection.sendall((head + trick).encode())
            try:
                while connection.recv(65536):
                    pass
            except OSError:
                pass


def what_readers_get(port: int) -> list:
    """The same page in each encoding; what is told apart is the body and the headers that matter."""
    answers = [get(port, PATH, accept_encoding=encoding) for encoding in ("br", "gzip", "identity")]
    # Not Last-Modified: on a busy machine two workers may each have rendered the same words, a second apart.
    ours = ("content-type", "content-encoding", "cache-control", "vary", "set-cookie")
    return [(one.status, one.body, policy(one), [one[name] for name in ours]) for one in answers]


def settled(node) -> None:
    """Both workers hold the best compression, so that a change from now on is somebody's doing."""

    def given(encoding: str) -> set[bytes]:
        return {get(node.port, PATH, accept_encoding=encoding).body for _ in range(12)}

    def done() -> bool:
        [plain, *others] = given("identity")
        best = {"gzip": gzip.compress(plain, 9, mtime=0), "br": brotli.compress(plain, mode=brotli.MODE_TEXT)}
        return not others and all(given(encoding) == {body} for encoding, body in best.items())

    wait_until(done, 60, "the workers do not agree")


@pytest.mark.parametrize("behind_nginx", [False, True], ids=["direct", "behind nginx"])
def test_the_next_reader_gets_the_page_unchanged(behind_nginx, node, nginx, request):
    port = nginx.port if behind_nginx else node.port
    settled(node)
    before = what_readers_get(port)

    for headers in HEADERS:
        send(port, "GET", PATH, headers)
    for address in ADDRESSES:
        send(port, "GET", address, {})
    for method in METHODS:
        send(port, method, PATH, {"Content-Length": "0"})
    smuggle(port)
    if behind_nginx:
        time.sleep(1.2)  # what it keeps for a second

    assert what_readers_get(port) == before
    assert before[2][0] == 200 and EVIL.encode() not in before[2][1]
    assert not any(
        EVIL in path.read_text(errors="replace") for path in (node.folder / "var/pages/store").rglob("*.page")
    )


def test_unknown_parameters_make_no_page_of_their_own(node):
    settled(node)
    plain = get(node.port, PATH)
    tagged = [get(node.port, f"{PATH}?utm_source={number}&x={number}") for number in range(20)]

    assert {answer["etag"] for answer in tagged} == {plain["etag"]}
    assert not list((node.folder / "var/pages").rglob("*utm*"))


def test_no_answer_to_a_visitor_sets_a_cookie(node):
    for path in ("/", PATH, "/treatments/", "/concerns/", "/about/", "/sitemap.xml", "/feed.atom", "/enquire/"):
        assert "set-cookie" not in get(node.port, path, cookie="session=x; csrf=y").headers, path
