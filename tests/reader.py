"""Reads pages as a tree: what stands in which element, in which block, behind which link."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = {
    *HEADINGS,
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "button",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
    ),
    *(
        "figure",
        "label",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
    ),
    *("tr", "ul"),
}
UNREAD = {"nav", "header", "footer", "form", "script", "style", "svg", "template", "noscript"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str | None]):
        self.tag, self.attributes = tag, attributes
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name) or ""

    def all(self, *tags: str) -> Iterator["Element"]:
        """This element and those in it, in order; only of these tags where some are named."""
        if not tags or self.tag in tags:
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.all(*tags)

    def one(self, tag: str, **attributes: str) -> "Element":
        """The only element like this; `class_` stands for class."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        found = [e for e in self.all(tag) if all(value in e[name].split() for name, value in wanted.items())]
        assert len(found) == 1, f"{len(found)} elements are <{tag}> with {wanted}"
        return found[0]

    def with_id(self, id: str) -> "Element":
        found = [element for element in self.all() if element["id"] == id]
        assert len(found) == 1, f"{len(found)} elements have the id {id}"
        return found[0]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words())).strip()

    def words(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in ("script", "style"):
                yield from (" ", *child.words(), " ") if child.tag in BLOCKS | {"br"} else child.words()


class TreeBuilder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = [Element("document", {})]

    def handle_starttag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes), f"<{tag}> has an attribute twice: {attributes}"
        element = Element(tag, dict(attributes))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}> (line {self.getpos()[0]})"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def tree(html: str | bytes) -> Element:
    """Every element must be closed, in order."""
    builder = TreeBuilder()
    builder.feed(html.decode() if isinstance(html, bytes) else html)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].tag}> is never closed"
    return builder.open[0]


def read(client, path: str, **headers) -> Element:
    """The page at an address, which must be there."""
    response = client.get(path, headers=headers)
    assert response.status_code == 200, f"{path} answers {response.status_code}"
    return tree(response.content)


def blocks(element: Element) -> Iterator[tuple[str, str]]:
    """Tag and words of each block that a reader of the main text meets."""
    own = ""
    for child in element.children:
        if isinstance(child, str):
            own += child
        elif child.tag in BLOCKS and child.tag not in UNREAD:
            yield from told(element.tag, own)
            own = ""
            yield from blocks(child)
        elif child.tag not in UNREAD:
            own += " " if child.tag == "br" else "".join(child.words())
    yield from told(element.tag, own)


def told(tag: str, words: str) -> Iterator[tuple[str, str]]:
    words = re.sub(r"\s+", " ", words).strip()
    if words:
        yield tag, words
