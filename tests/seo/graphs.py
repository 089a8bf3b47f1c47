"""Reads a page's structured data and says what is wrong with it: unknown words, loose references, hidden text."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path

from tests.reader import Element, tree

SCHEMA_ORG = "https://schema.org/"
VOCABULARY = json.loads((Path(__file__).parent.parent / "data" / "schema-org.json").read_text())
TYPES, PROPERTIES, MEMBERS = (VOCABULARY[key] for key in ("types", "properties", "enumeration_members"))
DATATYPES = {"Boolean", "Integer", "Number", "Text", "Time"}
NOT_READ = {"inLanguage", "priceCurrency", "unitCode", "datePublished", "guidelineDate", "@type", "@id", "@context"}
"""Codes and dates, which a page writes in words."""


def graph_of(page: Element) -> list[dict]:
    """The one graph of a page."""
    (script,) = [found for found in page.all("script") if found["type"] == "application/ld+json"]
    data = json.loads("".join(script.children))
    assert data.keys() == {"@context", "@graph"}
    return data["@graph"]


def nodes(value) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from nodes(item)


def node(graph: list[dict], kind: str) -> dict:
    (found,) = [node for node in nodes(graph) if node.get("@type") == kind]
    return found


@cache
def ancestors(kind: str) -> frozenset[str]:
    above = [ancestors(parent) for parent in TYPES.get(kind, ())]
    return frozenset({kind}.union(*above))


def faults(html: str | bytes) -> list[str]:
    page = tree(html)
    graph = graph_of(page)
    return [*vocabulary_faults(graph), *dangling(graph), *hidden(graph, page)]


def vocabulary_faults(graph: list[dict]) -> Iterator[str]:
    for found in nodes(graph):
        if found.keys() == {"@id"}:
            continue
        kind = found.get("@type")
        if kind not in TYPES:
            yield f"{kind} is no type"
            continue
        for name, value in found.items():
            if not name.startswith("@"):
                yield from property_faults(kind, name, value)


def property_faults(kind: str, name: str, value) -> Iterator[str]:
    known = PROPERTIES.get(name)
    if known is None:
        yield f"{name} is no property"
    elif "superseded_by" in known:
        yield f"{name} is superseded"
    elif not ancestors(kind) & set(known["domains"]):
        yield f"{name} is not for {kind}"
    else:
        for one in value if isinstance(value, list) else [value]:
            if not any(fits(one, wanted) for wanted in known["ranges"]):
                yield f"{kind}.{name} does not take {one!r}"


def fits(value, wanted: str) -> bool:
    if isinstance(value, dict):
        # A bare reference is checked where it leads to.
        return value.keys() == {"@id"} or wanted in ancestors(value.get("@type", ""))
    if isinstance(value, bool):
        return wanted == "Boolean"
    if isinstance(value, int | float):
        return wanted == "Number" or (wanted == "Integer" and isinstance(value, int))
    if value.startswith(SCHEMA_ORG):
        enumerations = MEMBERS.get(value.removeprefix(SCHEMA_ORG), ())
        return any(wanted in ancestors(enumeration) | {enumeration} for enumeration in enumerations)
    return bool(value.strip()) and text_fits(value, wanted)


def text_fits(text: str, wanted: str) -> bool:
    if wanted == "Date":
        return is_date(text)
    if wanted == "DateTime":
        return "T" in text and bool(datetime.fromisoformat(text))
    # Where a thing is expected, its address may stand for it.
    return wanted == "Text" or (wanted not in DATATYPES and text.startswith(("https://", "http://")))


def is_date(text: str) -> bool:
    if re.fullmatch(r"\d{4}", text):
        return True
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def dangling(graph: list[dict]) -> Iterator[str]:
    made = [found["@id"] for found in nodes(graph) if "@id" in found and len(found) > 1]
    if len(made) != len(set(made)):
        yield "two nodes have one @id"
    for found in nodes(graph):
        if found.keys() == {"@id"} and found["@id"] not in made:
            yield f"{found['@id']} leads nowhere"


def hidden(graph: list[dict], page: Element) -> Iterator[str]:
    """Words that a reader of the page does not see."""
    shown = normal(" ".join(visible(page.one("body"))))
    for found in nodes(graph):
        for name, value in found.items():
            for text in value if isinstance(value, list) else [value]:
                if is_words(name, text) and normal(text) not in shown:
                    yield f"{found['@type']}.{name} is not on the page: {text[:80]!r}"


def is_words(name: str, value) -> bool:
    if not isinstance(value, str) or name in NOT_READ or value.startswith(("https://", "http://")):
        return False
    return not is_date(value)


def visible(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.tag == "br" or child.tag in SEPARATE:
            yield from (" ", "".join(visible(child)), " ")
        elif child.tag not in ("script", "style", "sup"):
            yield "".join(visible(child))


SEPARATE = {"p", "li", "td", "th", "dd", "dt", "div", "section", "h1", "h2", "h3", "h4", "caption", "nav", "header"}


def normal(text: str) -> str:
    return re.sub(r"\s+([.,;:])", r"\1", re.sub(r"\s+", " ", text)).strip()
