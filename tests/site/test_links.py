"""Every page is whole: its links lead somewhere, its ids are unique, its headings in order."""

import re
from collections import Counter
from itertools import pairwise
from urllib.parse import urldefrag, urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import find

from tests.reader import HEADINGS, Element, tree
from tests.wire import ask, public_paths

pytestmark = pytest.mark.usefixtures("shipped")
RESOURCES = {
    "img": "src",
    "script": "src",
    "source": "srcset",
    "iframe": "src",
    "audio": "src",
    "video": "src",
    "use": "href",
}
LOADING = {
    "stylesheet",
    "preload",
    "icon",
    "apple-touch-icon",
    "manifest",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
}


@pytest.fixture(scope="module")
def crawled() -> dict[str, Element]:
    return {}


@pytest.fixture
def pages(shipped, crawled) -> dict[str, Element]:
    """Every page that can be reached from the first one or is known to the site. They are read once."""
    if not crawled:
        crawled.update(crawl())
    return crawled


def crawl() -> dict[str, Element]:
    found: dict[str, Element | None] = {}
    left = ["/", *public_paths()]
    while left:
        path = left.pop()
        if path not in found:
            found[path] = page(path)
            left += [urldefrag(link)[0] for link in links(found[path])] if found[path] else []
    return {path: page for path, page in found.items() if page}


def page(path: str) -> Element | None:
    """Nothing for what is no page: another kind of file, a redirect, an address that needs a token."""
    address = urlsplit(path)
    answer = ask(address.path, query=address.query)
    is_page = answer.status in (200, 404) and answer.headers["Content-Type"].startswith("text/html")
    return tree(answer.body) if is_page else None


def links(page: Element) -> list[str]:
    """Addresses on this site, as paths."""
    found = [
        link["href"].removeprefix(settings.SITE_URL) for link in page.all("a", "link") if link["rel"] != "canonical"
    ]
    return [href for href in found if href.startswith("/") and not href.startswith("//")]


def test_the_crawl_finds_the_shipped_pages(pages):
    assert {"/", "/treatments/mesotherapy/", "/treatments/prp/", "/concerns/fine-lines/", "/privacy/"} <= pages.keys()


def test_every_internal_link_and_fragment_resolves(pages):
    lost = []
    for path, found in pages.items():
        for anchor in found.all("a"):
            href = anchor["href"]
            target, fragment = urldefrag(href.removeprefix(settings.SITE_URL))
            if urlsplit(target).scheme or target.startswith("//"):
                continue
            there = found if target == "" else pages.get(target)
            if there is None and not is_there(target):
                lost.append(f"{path} leads to {href}, which is not there")
            elif fragment and there and fragment not in ids(there):
                lost.append(f"{path} leads to {href}, which has no such place")

    assert lost == []


def is_there(target: str) -> bool:
    if target.startswith(settings.STATIC_URL):
        return bool(find(target.removeprefix(settings.STATIC_URL)))
    address = urlsplit(target)
    return ask(address.path, query=address.query).status in (200, 301, 302, 303)


def ids(page: Element) -> set[str]:
    return {element["id"] for element in page.all() if element["id"]}


def test_ids_are_unique_and_labels_point_at_them(pages):
    for path, found in pages.items():
        counted = Counter(element["id"] for element in found.all() if element["id"])
        assert [name for name, count in counted.items() if count > 1] == [], path
        named = {
            name
            for element in found.all()
            for attribute in ("aria-labelledby", "aria-describedby", "for", "headers")
            for name in element[attribute].split()
        }
        assert named - counted.keys() == set(), path


def test_headings_are_in_order_and_there_is_one_at_the_top(pages):
    for path, found in pages.items():
        levels = [int(heading.tag[1]) for heading in found.all(*HEADINGS)]
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == [], path
        assert all(heading.text for heading in found.all(*HEADINGS)), path


def test_every_page_has_its_frame(pages):
    for path, found in pages.items():
        assert found.one("html")["lang"] == "en-IN", path
        assert found.one("head").one("title").text, path
        assert found.one("main")["id"] == "main", path
        skip = next(found.all("a"))
        assert skip["href"] == "#main", path


def test_titles_and_descriptions_are_each_pages_own(pages):
    there = {
        path: page for path, page in pages.items() if ask(urlsplit(path).path, query=urlsplit(path).query).status == 200
    }
    indexable = {path: page for path, page in there.items() if not named(page, "robots")}

    titles = Counter(page.one("head").one("title").text for page in indexable.values())
    descriptions = Counter(named(page, "description")[0] for page in indexable.values())

    assert len(indexable) >= 15
    assert [text for text, count in (titles + descriptions).items() if count > 1] == []


def named(page: Element, name: str) -> list[str]:
    return [meta["content"] for meta in page.all("meta") if meta["name"] == name]


def test_canonical_addresses_are_absolute_and_lead_to_a_page(pages):
    for path, found in pages.items():
        for link in found.all("link"):
            if link["rel"] == "canonical":
                assert link["href"].startswith(f"{settings.SITE_URL}/"), path
                canonical = urlsplit(link["href"])
                assert ask(canonical.path, query=canonical.query).status == 200, path


def test_no_page_holds_inline_style_script_or_handlers(pages):
    for path, found in pages.items():
        for element in found.all():
            assert element.tag not in ("style", "iframe", "object", "embed", "base"), path
            assert "style" not in element.attributes, path
            assert not [name for name in element.attributes if name.startswith("on")], path
            if element.tag == "script":
                assert element["src"] or element["type"] in ("application/ld+json", "application/json"), path


def test_no_page_loads_anything_from_elsewhere(pages):
    for path, found in pages.items():
        for element in found.all():
            loaded = element[RESOURCES[element.tag]] if element.tag in RESOURCES else ""
            if element.tag == "link" and set(element["rel"].split()) & LOADING:
                loaded = element["href"]
            assert not loaded or (loaded.startswith(("/", "#")) and not loaded.startswith("//")), f"{path}: {loaded}"
            assert not element["action"].startswith(("http", "//")), path


def test_what_pages_load_is_there(pages):
    for path, found in pages.items():
        for element in found.all("link", "script", "img"):
            address = element["src"] or element["href"]
            if address.startswith(settings.STATIC_URL):
                assert find(address.removeprefix(settings.STATIC_URL)), f"{path}: {address}"


@pytest.mark.parametrize("path", ["/favicon.ico", "/apple-touch-icon.png"])
def test_who_asks_for_an_icon_without_reading_a_page_is_led_to_it(client, path):
    answer = client.get(path)

    assert answer.status_code == 302 and "max-age=86400" in answer["Cache-Control"]
    assert find(re.sub(r"\.[0-9a-f]{12}\.png$", ".png", answer["Location"].removeprefix(settings.STATIC_URL)))
