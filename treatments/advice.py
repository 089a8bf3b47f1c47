"""What a colleague would say about a draft, before anybody publishes it. Warnings, never a wall. Pure."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from treatments import checks, content, facts, inspection, markup, measuring

HIGHEST_GRADE, LONGEST_SENTENCE = 7, 20
BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)")
NUMBER = r"(?:(\d+(?:\.\d+)?)\s*(?:to|-|–|and)\s*)?(\d+(?:\.\d+)?)"
FIGURES = {
    "sessions": (re.compile(rf"\b{NUMBER} sessions?\b"), "sessions", "the sessions"),
    "interval": (re.compile(rf"\b{NUMBER} weeks? (?:apart|between)\b"), "interval_weeks", "the weeks between sessions"),
    "maintenance": (re.compile(rf"\bevery {NUMBER} months?\b"), "maintenance_months", "the maintenance"),
    "depth": (re.compile(rf"\b{NUMBER} ?mm\b"), "depth_mm", "the depth"),
}
"""Name of the fact, how prose says it, the field that holds it, and what staff call that."""


class Rule(NamedTuple):
    key: int
    phrases: tuple[str, ...]
    reason: str

    @property
    def pattern(self) -> re.Pattern:
        ordered = sorted(self.phrases, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", re.IGNORECASE)


class Advice(NamedTuple):
    field: str
    anchor: str
    place: str
    sentence: str
    text: str = ""
    rule: int = 0
    """The advertising rule that it rests on, which somebody may decide to pass over."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def advice(page: content.Part, rules: list[Rule]) -> list[Advice]:
    found = [one for text in checks.named_texts(page) for one in of_text(page, text, rules)]  # type: ignore[arg-type]
    claims = "lines" if isinstance(page, content.Concern) else "sections"
    unsourced = [Advice(claims, "", "Claims", told) for told in inspection.unsourced(page)]  # type: ignore[arg-type]
    return [*overall(page), *found, *unsourced]


def overall(page: content.Part) -> Iterator[Advice]:
    texts = [text for *_, text in checks.named_texts(page)]  # type: ignore[arg-type]
    grade = measuring.grade([sentence for text in texts for sentence in sentences(text)])
    if grade > HIGHEST_GRADE:
        yield Advice("", "", "The whole page", f"It reads at grade {grade:.1f}. Aim for {HIGHEST_GRADE} or less.")


def of_text(page: content.Part, named: tuple[str, str, str, str], rules: list[Rule]) -> Iterator[Advice]:
    field, anchor, place, text = named
    for sentence in sentences(text):
        if (words := measuring.length(sentence)) > LONGEST_SENTENCE:
            told = f"A sentence of {words} words: “{inspection.start(sentence)}” Can it be two?"
            yield Advice(field, anchor, place, told)
    for rule in rules:
        for match in rule.pattern.finditer(text):
            yield Advice(field, anchor, place, f"“{match[0]}”: {rule.reason}", text, rule.key)
            break
    for told in contradictions(page, text):
        yield Advice(field, anchor, place, told)


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The end of a paragraph and of an item of a list ends a sentence."""
    blocks = [markup.plain(block, facts={}) for block in BLOCKS.split(text)]
    return tuple(sentence for block in blocks for sentence in measuring.split(block))


def contradictions(page: content.Part, text: str) -> Iterator[str]:
    """Figures in prose that lie outside the field. A sentence with a citation speaks of somebody else's figures."""
    if not isinstance(page, content.Treatment):
        return
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        if markup.cited_sources(sentence):
            continue
        for name, (pattern, field, words) in FIGURES.items():
            for match in pattern.finditer(sentence):
                if outside(match, facts.pair(page, field)):
                    field_says = f"what the field says of {words} ({facts.frozen(page)[name]})"
                    yield f"“{match[0]}” is not {field_says}: write {{{name}}}."


def outside(match: re.Match, known: tuple[int, int] | None) -> bool:
    given = [float(number) for number in match.groups() if number]
    return known is not None and (min(given) < known[0] or max(given) > known[1])
