"""Where a reader first meets the words that the glossary explains. The definition stands there, in sight."""

import re
from collections.abc import Iterable

from treatments.parts import Term

NO_WORDS = re.compile(r"\[@[^\]]*\]|\{[a-z_]+\}|(?<=\])\([^)\n]*\)")
"""Citations, names of figures and addresses of links."""


def unexplained(terms: Iterable[Term], explained: Iterable[str]) -> tuple[Term, ...]:
    """Without those that a page explains in its own words."""
    own = {word.casefold() for word in explained}
    return tuple(term for term in terms if own.isdisjoint(form.casefold() for form in forms(term)))


def forms(term: Term) -> tuple[str, ...]:
    return (term.term, *term.also)


def first_uses(texts: Iterable[tuple[str, Iterable[str]]], terms: Iterable[Term]) -> dict[str, tuple[Term, ...]]:
    """The place at which each term is met first; terms of one place in the order in which they stand there."""
    left = list(terms)
    found: dict[str, tuple[Term, ...]] = {}
    for place, parts in texts:
        words = in_a_row("\n".join(parts))
        met = sorted(((at, number) for number, term in enumerate(left) if (at := position(term, words)) >= 0))
        found[place] = tuple(left[number] for _, number in met)
        left = [term for term in left if term not in found[place]]
    return found


def stands_in(term: Term, text: str) -> bool:
    return position(term, in_a_row(text)) >= 0


def in_a_row(text: str) -> str:
    """The words alone, with single spaces between them."""
    return " ".join(NO_WORDS.sub("", text).split())


def position(term: Term, text: str) -> int:
    """Where a form of the term stands first in a text whose gaps are single spaces, or -1."""
    return min((at for form in forms(term) if (at := position_of(form, text)) >= 0), default=-1)


def position_of(form: str, text: str) -> int:
    """Short forms such as PRP are written in capitals only."""
    if not form.isupper():
        form, text = form.lower(), text.lower()
    # Most words are not there at all, and this says so soonest.
    if form not in text:
        return -1
    match = re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text)
    return match.start() if match else -1
