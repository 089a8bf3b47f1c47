"""What a search engine finds on a published page, and what staff may want to mend of it. Pure: asks no database."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urldefrag

from treatments import content, heads, inspection, pictures

LEAST_WORDS = 250
HREF = re.compile(r'href="([^"]+)"')
TAGS = re.compile(r"<[^>]+>")


class Face(NamedTuple):
    """What one revision shows to others; it never changes, as the revision never does."""

    path: str
    title: str
    description: str
    words: int
    inner: frozenset[str]
    """Paths of this site that its text leads to."""
    outer: frozenset[str]
    """Addresses elsewhere that its text and its sources lead to."""
    opens_with_picture: bool


class Site(NamedTuple):
    """All that is published, as far as one page's report depends on the others."""

    faces: dict[str, Face]
    titles: Counter
    descriptions: Counter
    led_to: frozenset[str]
    broken: dict[str, str]
    """Addresses elsewhere that did not answer, and how."""


def face(page: content.Page, path: str) -> Face:
    links = {link for html in page.html.values() for link in HREF.findall(html)}
    sources = {source.url for source in getattr(page, "sources", ()) if source.url and source.showable}
    return Face(
        path=path,
        title=title_of(page),
        description=description_of(page),
        words=sum(len(TAGS.sub(" ", html).split()) for html in page.html.values()),
        inner=frozenset(urldefrag(link).url for link in (*links, *related(page)) if link.startswith("/")),
        outer=frozenset(link for link in links | sources if link.startswith(("http://", "https://"))),
        opens_with_picture=isinstance(page, content.TreatmentPage) and pictures.OPENING in pictures.shown(page),
    )


def bare(path: str, title: str, description: str) -> Face:
    """Of a page that has no text of its own."""
    return Face(path, title, description, 0, frozenset(), frozenset(), False)


def title_of(page: content.Treatment | content.Concern | content.SitePage) -> str:
    if isinstance(page, content.Treatment):
        return heads.treatment_title(page)
    if isinstance(page, content.Concern):
        return heads.concern_title(page)
    return page.search_title or page.title


def description_of(page: content.Treatment | content.Concern | content.SitePage) -> str:
    if isinstance(page, content.Treatment):
        return heads.treatment_description(page)
    if isinstance(page, content.Concern):
        return heads.concern_description(page)
    return page.search_description or page.summary


def related(page: content.Page) -> list[str]:
    """Pages that the layout leads to, besides the links in its text."""
    if isinstance(page, content.TreatmentPage):
        uses = [f"/concerns/{use.concern}/" for use in page.indications if use.concern]
        return [*uses, *(f"/treatments/{other.slug}/" for other in page.beside)]
    return [f"/treatments/{line.treatment}/" for line in getattr(page, "lines", ())]


def site(faces: Iterable[Face], broken: dict[str, str]) -> Site:
    known = {found.path: found for found in faces}
    return Site(
        faces=known,
        titles=Counter(found.title for found in known.values()),
        descriptions=Counter(found.description for found in known.values()),
        led_to=frozenset(path for found in known.values() for path in found.inner - {found.path}),
        broken=broken,
    )


def warnings(page: content.Page, found: Face, around: Site, paths: set[str]) -> Iterator[str]:
    """`paths` are all addresses that patients can open."""
    yield from unfit(found)
    if around.titles[found.title] > 1:
        yield "Another page has the same title."
    if around.descriptions[found.description] > 1:
        yield "Another page has the same description."
    if found.words < LEAST_WORDS and not isinstance(page, content.SitePagePage):
        yield f"Thin: {found.words} words of text; search engines trust pages with more to say."
    if isinstance(page, content.TreatmentPage) and not found.opens_with_picture:
        yield "No photograph at its top."
    if not isinstance(page, content.SitePagePage) and found.path not in around.led_to:
        yield "Only the list leads here: no other page does."
    yield from inspection.broken_links(page, paths)
    for path in dict.fromkeys(related(page)):
        if path not in paths:
            yield f"It leads to {path}, where that page no longer is. Publish this one again."
    for url in sorted(found.outer & around.broken.keys()):
        yield f"{url} {around.broken[url]}"


def unfit(found: Face) -> Iterator[str]:
    yield from of_length("title", found.title, heads.TITLE)
    yield from of_length("description", found.description, heads.DESCRIPTION)


def of_length(what: str, text: str, length: range) -> Iterator[str]:
    if len(text) < length.start:
        yield f"The {what} is short: {len(text)} characters, better {length.start} to {length.stop - 1}."
    elif len(text) >= length.stop:
        yield f"The {what} is long: {len(text)} characters, better {length.start} to {length.stop - 1}."


def nodes(script: str) -> list[str]:
    """The kinds of things in a page's graph."""
    found = re.search(r">(\{.*\})<", script, re.DOTALL)
    graph = json.loads(found[1])["@graph"] if found else []
    return [node["@type"] for node in graph if "@type" in node]
