from django import template

from treatments import facts, markup

register = template.Library()


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
def rupees(amount: int) -> str:
    return facts.rupees(amount)


@register.filter
def span(part, name: str) -> str:
    """`effect|span:"duration_hours"` is "24 to 48 hours", from `duration_hours_min` and `_max`."""
    low, high = getattr(part, f"{name}_min"), getattr(part, f"{name}_max")
    return facts.hours(low, high)


@register.filter
def window(item) -> str:
    """How long something after a session lasts: "24 hours", or "from 24 to 48 hours"."""
    if item.from_hours == 0:
        return facts.one_span(item.until_hours)
    return f"{facts.hours(item.from_hours, item.until_hours)}"
