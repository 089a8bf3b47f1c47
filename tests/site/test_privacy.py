"""Public pages set no cookie, read none, and never open a session."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings

from cosma.accounts import new_second_factor
from tests.factories import make_editor
from tests.reader import tree
from tests.wire import ask, public_paths

pytestmark = pytest.mark.usefixtures("shipped")


@pytest.fixture
def staff_cookie(client) -> dict[str, str]:
    editor = make_editor(is_superuser=True)
    new_second_factor(editor)
    client.force_login(editor)
    return {"Cookie": "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())}


@pytest.fixture
def no_session(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the session was opened")

    for name in ("load", "save", "create", "exists", "_get_session", "__getitem__", "__setitem__", "get"):
        monkeypatch.setattr(SessionStore, name, refuse)


def test_the_staff_cookie_does_log_in(staff_cookie):
    assert ask("/admin/", headers=staff_cookie).status == 200


def test_public_pages_never_open_a_session_even_for_staff(staff_cookie, no_session):
    plain = {path: ask(path) for path in public_paths()}

    for path in public_paths():
        answer = ask(path, headers=staff_cookie)
        assert answer.status == plain[path].status, path
        assert answer.status < 500
        assert comparable(answer.body) == comparable(plain[path].body), path


def comparable(body: bytes) -> bytes:
    """Without what a form is stamped with, which differs from one second to the next."""
    if not body.startswith(b"<!doctype html>"):
        return body
    return tree(body).one("main").text.encode()


def test_public_pages_set_no_cookie_and_vary_with_none(staff_cookie):
    for path in public_paths():
        for headers in ({}, staff_cookie):
            answer = ask(path, headers=headers)
            assert answer.cookies == [], path
            assert "cookie" not in answer.headers.get("Vary", "").lower(), path


def test_errors_on_public_addresses_set_no_cookie(staff_cookie, no_session):
    for path in ("/nowhere/", "/treatments/nowhere/", "/treatments/mesotherapy", "/%00"):
        answer = ask(path, headers=staff_cookie)
        assert answer.cookies == []
        assert "cookie" not in answer.headers.get("Vary", "").lower()


def cookie(answer, name: str) -> set[str]:
    (found,) = [text for text in answer.cookies if text.strip().startswith(f"{name}=")]
    return {flag.strip().lower() for flag in found.split(";")[1:]}


def test_on_http_the_staff_cookies_have_plain_names_and_still_their_flags():
    flags = cookie(ask("/accounts/login/"), "csrf")

    assert {"httponly", "samesite=lax", "path=/"} <= flags
    assert "secure" not in flags


@override_settings(
    CSRF_COOKIE_NAME="__Host-csrf",
    CSRF_COOKIE_SECURE=True,
    SESSION_COOKIE_NAME="__Host-session",
    SESSION_COOKIE_SECURE=True,
)
def test_on_https_the_staff_cookies_are_bound_to_the_host():
    flags = cookie(ask("/accounts/login/"), "__Host-csrf")

    assert {"httponly", "samesite=lax", "path=/", "secure"} <= flags
    assert not [flag for flag in flags if flag.startswith("domain")]


def test_staff_pages_are_never_cached(staff_cookie):
    for path in ("/admin/", "/accounts/login/"):
        control = ask(path, headers=staff_cookie).headers.get("Cache-Control", "")
        assert "no-store" in control or "private" in control, path
