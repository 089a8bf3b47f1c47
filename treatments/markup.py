"""Small Markdown to safe HTML: paragraphs, lists, emphasis, links, `[@source]` and `{fact}`. Never HTML in.

The text is rendered once, when a page is frozen, and cleaned again whenever it is shown.
"""

import re
from functools import lru_cache
from html import escape, unescape
from typing import NamedTuple

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

CITATION = re.compile(r"\[@([A-Za-z0-9_.-]+)\]")
BEFORE_CITATION = re.compile(r"(?<!\s)\s+(?=\[@)")
FACT = re.compile(r"\{([a-z_]+)\}")
UNFINISHED = re.compile(r"\[@[^\]\s]{0,40}\]?|\{[^{}\n]{0,40}\}?|\S{0,40}\}")
LONG_ANCHOR = re.compile(r'"#source-[^"]*">(\d+)<')
"""What revisions hold that were frozen when a source's anchor was its key."""
ELSEWHERE = re.compile(r"\]\([<\s]*((?!https?://|mailto:|tel:|[/#])[^)\n]{1,80})", re.IGNORECASE)
TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "sup", "br"}
ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "*": set()}
markdown = MarkdownIt("zero", {"html": False}).enable(
    ["emphasis", "link", "list", "newline", "escape", "entity", "balance_pairs", "text_join"]
)


def cited_sources(text: str) -> set[str]:
    return set(CITATION.findall(text))


def named_facts(text: str) -> set[str]:
    return set(FACT.findall(text))


def unfinished_names(text: str) -> list[str]:
    """What is meant to name a source or fact and is not written as one: patients would read the brackets."""
    return UNFINISHED.findall(FACT.sub("", CITATION.sub("", text)))


def strange_addresses(text: str) -> list[str]:
    """Those of links that would not be shown as links, or would lead nowhere."""
    return ELSEWHERE.findall(text)


def fill(text: str, facts: dict[str, str]) -> str:
    """Names that `facts` does not hold stay as they are."""
    return FACT.sub(lambda match: facts.get(match[1], match[0]), text)


def to_html(text: str, *, facts: dict[str, str], numbers: dict[str, int]) -> str:
    """`facts` are filled in, others stay as they are; `numbers` are the places of sources in the list.

    A number never stands alone at the start of a line.
    """
    html = BEFORE_CITATION.sub("\u00a0", markdown.render(fill(text, facts)))
    html = CITATION.sub(lambda match: citation(match[1], numbers), html)
    return str(cleaned(html)).strip()


def citation(key: str, numbers: dict[str, int]) -> str:
    """A small number that leads to its place in the list of sources."""
    place = numbers.get(key)
    return f'<sup><a href="#s{place}">{place}</a></sup>' if place else ""


@lru_cache(maxsize=8192)
def cleaned(html: str) -> SafeString:
    """The one place where HTML is marked safe: only the tags above, only web, mail and telephone links."""
    return mark_safe(
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes={"https", "http", "mailto", "tel"},
            link_rel=None,
        )
    )


def shown(html: str, live: dict[str, str]) -> SafeString:
    """A frozen fragment with the day's facts filled in."""
    if "#source-" in html:
        html = LONG_ANCHOR.sub(r'"#s\1">\1<', html)
    if "{" in html:
        html = FACT.sub(lambda match: escape(live.get(match[1], match[0])), html)
    return cleaned(html)


def plain(text: str, *, facts: dict[str, str]) -> str:
    """The words alone: for descriptions, structured data and search."""
    words = unescape(nh3.clean(markdown.render(fill(CITATION.sub("", text), facts)), tags=set()))
    return re.sub(r"\s+([.,;:])", r"\1", re.sub(r"\s+", " ", words)).strip()


class Words(NamedTuple):
    """A page's frozen HTML, with what depends on the day: `text|prose:words` in a template."""

    html: dict[str, str]
    live: dict[str, str]

    def show(self, text: str) -> SafeString:
        if not text:
            return SafeString()
        html = self.html.get(text)
        return shown(html if html is not None else f"<p>{escape(text)}</p>", self.live)

    def line(self, text: str) -> SafeString:
        """Without the paragraph around it, for table cells and list items of one paragraph."""
        html = self.show(text)
        one_paragraph = html.count("<p>") == 1 and html.startswith("<p>") and html.endswith("</p>")
        return cleaned(html[3:-4]) if one_paragraph else html
