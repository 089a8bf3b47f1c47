"""For the staff's own pages."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from cosma.form_renderer import drawn_line
from treatments.difference import Difference, Piece, word_by_word

register = template.Library()
register.simple_tag(drawn_line)


@register.filter
def pieces(change: Difference) -> list[Piece]:
    """Both texts as one run: what stayed, what went, what came."""
    return word_by_word(change.before, change.after)


@register.filter
def is_figure(change: Difference) -> bool:
    """A number with its unit, or one word of a choice: read as old and new, not word by word."""
    both = change.before, change.after
    short = all(len(text) <= 30 and len(text.split()) <= 3 for text in both)
    return short and (all(len(text.split()) <= 1 for text in both) or any(map(str.isdigit, "".join(both))))


@register.filter
def control(field: BoundField) -> SafeString:
    """What a person fills in. A browser puts the cursor into the first that is wrong."""
    return field.as_widget(attrs={"autofocus": True} if field.errors else None)
