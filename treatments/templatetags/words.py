import re
from functools import lru_cache
from html import escape

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from treatments import content, difference, facts, figures, heads, markup
from treatments.choices import Evidence

register = template.Library()
OF_ADDRESSES = {"treatments", "concerns", "changes", "index", "html", "htm", "php", "md", "www"}
LONGEST = 100


@register.filter
def prose(text: str, words: markup.Words):
    """A Markdown text of the page as its frozen HTML."""
    return words.show(text)


@register.filter
def line(text: str, words: markup.Words):
    """The same, without the paragraph around it."""
    return words.line(text)


@register.filter
def at(mapping: dict, key):
    """`mapping|at:key`, empty where there is none."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def listed(words: list[str]) -> str:
    """ "one, two and three"."""
    return heads.listed(words)


@register.filter
def as_words(path: str) -> str:
    """What somebody looked for who came to an address where nothing is."""
    found = (word for word in re.findall(r"[^\W\d_]{2,}", path) if word.lower() not in OF_ADDRESSES)
    return " ".join(found)[:LONGEST]


@register.filter
def rupees(amount: int) -> str:
    return facts.rupees(amount)


@register.filter
def lasting(effect: content.SideEffect) -> str:
    """How long it lasts: "24 to 48 hours", or what one known end tells: "up to 3 days", "at least 24 hours"."""
    low, high = effect.duration_hours_min or 0, effect.duration_hours_max
    if high is None:
        return f"at least {facts.one_span(low)}" if low else ""
    if high == 0:
        return "less than 1 hour"
    return facts.hours(low, high) if low else f"up to {facts.one_span(high)}"


@register.filter
def starting(effect: content.SideEffect) -> str:
    """The sentence that says when it starts, as far as that is known."""
    low, high = effect.onset_hours_min, effect.onset_hours_max
    if high is None:
        return onset_from(low)
    if high == 0:
        return "It starts at once."
    return f"It starts after {facts.hours(low, high)}." if low else f"It starts within {facts.one_span(high)}."


def onset_from(earliest: int | None) -> str:
    if earliest is None:
        return ""
    return f"It starts after {facts.one_span(earliest)} or more." if earliest else "It can start at once."


@register.filter
def window(item: content.AftercareItem) -> str:
    """How long something after a session lasts: "for 24 hours", or "from 24 to 48 hours after"."""
    if item.from_hours == 0:
        return f"for {facts.one_span(item.until_hours)}"
    return f"from {facts.hours(item.from_hours, item.until_hours)} after"


@register.filter
def stage(part: content.HealingStage) -> str:
    """ "First 48 hours", then "48 to 72 hours"."""
    if part.from_hours == 0:
        return f"First {facts.one_span(part.until_hours)}"
    return facts.hours(part.from_hours, part.until_hours)


@register.filter
def claim(statement: content.Statement, words: markup.Words):
    """A statement's text, led in by its label."""
    html = words.show(statement.text)
    if not statement.label:
        return html
    lead = f"<strong>{escape(statement.label)}.</strong>"
    inside = f"<p>{lead} {html[3:]}" if html.startswith("<p>") else f"<p>{lead}</p>{html}"
    return markup.cleaned(inside)


@register.filter
def graded(evidence: Evidence | None) -> str:
    """How sure a claim is, in words."""
    if evidence is None:
        return ""
    return evidence.label if evidence == Evidence.CLINIC else f"Evidence: {evidence.label}"


@register.filter
def origin(source: content.Source) -> str:
    """Who published a source, when, and what kind of source it is."""
    place = ", ".join(str(part) for part in (source.publisher, source.year) if part)
    return ". ".join(part for part in (place, source.kind.label) if part) + "."


@register.filter
def how_often(effect: content.SideEffect) -> str:
    """A band, a count, or the words that no count was found."""
    x, n = effect.rate_x, effect.rate_n
    counted = f"{facts.grouped(x)} in {facts.grouped(n)} people" if x and n else ""
    if effect.band:
        return f"{effect.band.label}." + (f" Counted: {counted}." if counted else "")
    if counted:
        return f"{counted}."
    stated = f"The clinic says: {effect.stated_as}. " if effect.stated_as else ""
    return f"{stated}We found no reliable count."


@register.filter
def people(effect: content.SideEffect) -> figures.People | None:
    return figures.people(effect)


@register.filter
def pieces(change: difference.Difference) -> list[difference.Piece]:
    """A difference word by word: what stayed, what went, what came."""
    return difference.word_by_word(change.before, change.after)


@register.simple_tag
def source_list(sources: tuple[content.Source, ...], *, findings: str = "") -> SafeString:
    """The numbered list of a page's sources. What they found stands in it, or on a page at the address `findings`."""
    return rendered_sources(sources, findings) if sources else SafeString()


@lru_cache(maxsize=64)
def rendered_sources(sources: tuple[content.Source, ...], findings: str) -> SafeString:
    """Kept between requests: it is the longest list of a page and changes with nothing but the sources."""
    return render_to_string("_sources.html", {"sources": sources, "findings": findings})
