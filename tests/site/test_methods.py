import pytest

from tests.wire import ask, public_paths

pytestmark = pytest.mark.usefixtures("shipped")
FORMS = ("/enquire/", "/helpful/", "/review/")


def read_only() -> list[str]:
    return [path for path in public_paths() if not path.startswith(FORMS)]


def test_there_is_something_to_read():
    assert {"/", "/treatments/", "/treatments/mesotherapy/", "/concerns/", "/about/", "/robots.txt"} <= set(read_only())


def test_head_is_get_without_the_words():
    for path in read_only():
        got, head = ask(path), ask(path, method="HEAD")
        assert head.status == got.status, path
        assert lasting(head) == lasting(got), path


def lasting(answer) -> dict[str, str]:
    """Headers that do not tell the time."""
    return {name: value for name, value in answer.headers.items() if name not in ("Date", "Expires", "Last-Modified")}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"])
def test_public_pages_are_only_read(method):
    for path in read_only():
        answer = ask(path, method=method)
        assert answer.status == 405, path
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_an_address_without_its_slash_leads_to_the_one_with_it_and_keeps_the_query():
    answer = ask("/treatments/mesotherapy", query="a=1&b=%C3%A9")

    assert answer.status == 301
    assert answer.headers["Location"] == "/treatments/mesotherapy/?a=1&b=%C3%A9"


@pytest.mark.parametrize("path", ["//evil.example/treatments", "//evil.example/%2e%2e/about", "/\\evil.example/about"])
def test_no_address_leads_away_from_the_site(path):
    answer = ask(path)

    assert answer.status == 404 or answer.headers["Location"].startswith("/%2F")
