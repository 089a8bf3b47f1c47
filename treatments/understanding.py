"""From what somebody typed to what search looks for: synonyms, words written apart, and mistyped words."""

import difflib
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length

from treatments import vocabulary
from treatments.models.search_tables import PIECES, WORD_INDEX, is_sharp
from treatments.models.searching import SearchWord, Synonyms
from treatments.vocabulary import Word

MOST_WORDS = 12
LONGEST_PHRASE = 5
MOST_MISTYPED = 4
ALIKE, SHORTEST = 0.74, 4
"""How much of a mistyped word must be right, and how long it must be to be taken for one."""
EQUALLY = 0.01
NEAR = 40

Phrase = tuple[str, ...]
"""Stems."""
Same = dict[Phrase, frozenset[Phrase]]


class Group(NamedTuple):
    """One thing that is looked for, and other phrases that mean it."""

    typed: Phrase
    same: frozenset[Phrase] = frozenset()

    @property
    def stems(self) -> set[str]:
        return {stem for phrase in (self.typed, *self.same) for stem in phrase}


class Question(NamedTuple):
    groups: list[Group]
    corrected: dict[str, list[str]]
    """What was typed, and the words that are looked for instead."""
    unknown: list[str]
    """Words that stand nowhere, and are left out."""


def understand(typed: str) -> Question:
    asked = meaningful(vocabulary.words(typed))[:MOST_WORDS]
    if not asked:
        return Question([], {}, [])
    same = synonyms()
    known = known_stems(asked) | {stem for phrase in same for stem in phrase}
    missing = list(dict.fromkeys(mistyped(asked, known)))
    corrected = {word: meant for word in missing[:MOST_MISTYPED] if (meant := nearest(word))}
    for word, meant in corrected.items():
        same[(vocabulary.stem(word),)] = frozenset((vocabulary.stem(one),) for one in meant)
    unknown = [word for word in missing if word not in corrected]
    stems = [word.stem for word in asked if word.plain not in unknown]
    return Question(list(grouped(stems, same, known)), corrected, unknown)


def meaningful(words: Iterator[Word]) -> list[Word]:
    """Without "is" and "the", unless nothing else was typed."""
    typed = list(words)
    return [word for word in typed if word.plain not in vocabulary.STOP_WORDS] or typed


def synonyms() -> Same:
    return dict(by_phrase(tuple(Synonyms.objects.values_list("terms", flat=True))))


@lru_cache(maxsize=4)
def by_phrase(sets: tuple[str, ...]) -> Same:
    """Read once, and again when staff have changed them."""
    same: Same = {}
    for terms in sets:
        phrases = frozenset(filter(None, map(phrase, terms.splitlines())))
        for one in phrases:
            same[one] = same.get(one, frozenset()) | phrases - {one}
    return same


def phrase(text: str) -> Phrase:
    return tuple(word.stem for word in meaningful(vocabulary.words(text)))


def known_stems(asked: list[Word]) -> set[str]:
    """Those that stand on some page, two words written as one included: "micro needling"."""
    stems = {word.stem for word in asked} | {as_one(first.stem, second.stem) for first, second in pairwise(asked)}
    return set(SearchWord.objects.filter(stem__in=stems).values_list("stem", flat=True))


def as_one(first: str, second: str) -> str:
    return (first + second)[: vocabulary.LONGEST]


def mistyped(asked: list[Word], known: set[str]) -> Iterator[str]:
    """Words that are not known, on their own or as half of one that is."""
    halves = {word.plain for pair in pairwise(asked) for word in pair if as_one(pair[0].stem, pair[1].stem) in known}
    return (word.plain for word in asked if word.stem not in known and word.plain not in halves)


def grouped(stems: list[str], same: Same, known: set[str]) -> Iterator[Group]:
    place = 0
    while place < len(stems):
        group = at_place(stems[place : place + LONGEST_PHRASE], same, known)
        yield group
        place += len(group.typed)


def at_place(stems: list[str], same: Same, known: set[str]) -> Group:
    """The longest phrase that starts here and has synonyms, or two halves of a word, or one word."""
    for length in range(len(stems), 0, -1):
        start = tuple(stems[:length])
        one_word = as_one(*start) if length == 2 else ""
        others = same.get(start, frozenset()) | ({(one_word,)} if one_word in known else set())
        if others:
            return Group(start, others)
    return Group((stems[0],))


# Mistyped words


def nearest(word: str) -> list[str]:
    """The word that was meant; several where they are equally near."""
    if len(word) < SHORTEST or not word.isalpha():
        return []
    alike = difflib.get_close_matches(word, {*with_pieces(word), *with_start(word)}, n=3, cutoff=ALIKE)
    found = [one for one in alike if may_be_meant(one, word)]
    likeness = [difflib.SequenceMatcher(None, one, word).ratio() for one in found]
    return [one for one, alike in zip(found, likeness, strict=True) if alike > likeness[0] - EQUALLY]


def may_be_meant(one: str, word: str) -> bool:
    """At most a third of the letters are wrong, or all are right in another order: nobody meant dates by diabetes."""
    changes = difflib.SequenceMatcher(None, word, one).get_opcodes()
    wrong = sum(max(end - start, other_end - other) for tag, start, end, other, other_end in changes if tag != "equal")
    return wrong <= len(word) // 3 or sorted(word) == sorted(one)


def with_pieces(word: str) -> list[str]:
    """Words that share three-letter pieces with it, most alike first."""
    if connection.vendor == "sqlite":
        pieces = " OR ".join(f'"{word[place : place + 3]}"' for place in range(len(word) - 2))
        found = f"id IN (SELECT rowid FROM {WORD_INDEX} WHERE {WORD_INDEX} MATCH %s ORDER BY rank LIMIT {NEAR})"
        near = SearchWord.objects.filter(RawSQL(found, [pieces], output_field=BooleanField()))
    elif is_sharp(connection):
        near = SearchWord.objects.filter(RawSQL(f"{PIECES} %% %s", [word], output_field=BooleanField()))
        near = near.order_by(RawSQL("word <-> %s", [word]))
    else:
        return []
    return list(near.values_list("word", flat=True)[:NEAR])


def with_start(word: str) -> list[str]:
    """Words that start alike and are about as long."""
    start = word[: 2 if len(word) < 6 else 3]
    near = SearchWord.objects.filter(word__startswith=start).annotate(length=Length("word"))
    near = near.filter(length__gte=len(word) - 2, length__lte=len(word) + 2)
    return list(near.values_list("word", flat=True)[: 10 * NEAR])
