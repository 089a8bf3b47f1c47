"""For the staff's own pages."""

from django import template

from treatments.difference import Difference, Piece, word_by_word

register = template.Library()


@register.filter
def pieces(change: Difference) -> list[Piece]:
    """Both texts as one run: what stayed, what went, what came."""
    return word_by_word(change.before, change.after)
