"""Whom the site believes about where a request comes from."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from cosma.middleware import believe_trusted_proxies

OURS, OTHER_OF_OURS, CLIENT, LIAR = "10.0.0.1", "10.0.0.2", "203.0.113.9", "198.51.100.7"


def seen(peer: str, *, proxies=("10.0.0.0/8", "fd00::/8"), **headers) -> tuple[str, str]:
    """Address and scheme as the views get them."""
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **{f"HTTP_X_FORWARDED_{k}": v for k, v in headers.items()})
    with override_settings(TRUSTED_PROXIES=list(proxies)):
        believe_trusted_proxies(lambda request: HttpResponse())(request)
    assert not any(name.startswith("HTTP_X_FORWARDED_") for name in request.META if name.endswith(("FOR", "PROTO")))
    return request.META["REMOTE_ADDR"], request.scheme


def address(peer: str, forwarded: str, **options) -> str:
    return seen(peer, FOR=forwarded, **options)[0]


def test_a_stranger_is_never_believed():
    assert seen(CLIENT, FOR=LIAR, PROTO="https") == (CLIENT, "http")


def test_nobody_is_believed_unless_proxies_are_named():
    assert seen(OURS, proxies=(), FOR=LIAR, PROTO="https") == (OURS, "http")


def test_our_proxy_is_believed_about_address_and_scheme():
    assert seen(OURS, FOR=CLIENT, PROTO="https") == (CLIENT, "https")


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        # What a client wrote itself stands to the left of what our proxy added.
        (f"{LIAR}, {CLIENT}", CLIENT),
        (f"{LIAR}, {CLIENT}, {OTHER_OF_OURS}", CLIENT),
        (f"{OURS}, {LIAR}, {CLIENT}", CLIENT),
        (f"{OTHER_OF_OURS}, {CLIENT}", CLIENT),
        (f"  {CLIENT}  ", CLIENT),
        (f"::ffff:{CLIENT}", CLIENT),
        ("2001:db8::1", "2001:db8::1"),
        (f"{LIAR}, fd00::1", LIAR),
        # Where our proxies wrote no address, the chain ends at the last one that we know.
        ("", OURS),
        ("unknown", OURS),
        (f"{LIAR}, unknown", OURS),
        (f"{LIAR}, <script>", OURS),
        (f"{LIAR}, {CLIENT}:4711", OURS),
        (f"{LIAR},, ,", OURS),
        (OTHER_OF_OURS, OTHER_OF_OURS),
    ],
)
def test_the_left_most_address_is_never_believed_over_our_own_proxies(forwarded, expected):
    assert address(OURS, forwarded) == expected


def test_a_proxy_on_ipv4_is_known_behind_an_ipv6_socket():
    assert address(f"::ffff:{OURS}", CLIENT) == CLIENT


@pytest.mark.parametrize("peer", ["", "unix:", "not-an-address"])
def test_a_peer_without_an_address_is_believed_in_nothing(peer):
    assert seen(peer, FOR=CLIENT, PROTO="https") == (peer, "http")


@pytest.mark.parametrize("scheme", ["javascript", "HTTPS", "https,http", "", "ftp"])
def test_a_scheme_is_http_or_https_and_nothing_else(scheme):
    assert seen(OURS, PROTO=scheme)[1] == "http"
