"""Words as search compares them: without case, accents, endings and the differences of British and American spelling.

The index and the query are both read with `stems`, so both databases find the same. A change here makes the index old:
raise `FORM`.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

FORM = 2
LONGEST = 40
MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0dff"
"""Signs that belong to the letter before them: accents, and the vowels of Arabic and of India's scripts."""
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}])*")
NO_LETTER = re.compile(rf"[^\w{MARKS}]|_")
ACCENTS = re.compile("[\u0300-\u036f]")
COMMON = (
    "a about after all am an and any are as at be been before but by can could did do does doing for from get had "
    "has have having how i if in into is it its just many me much my no not of off on or our out s so some such t "
    "than that the their them then there these they this those to too was we were what when where which while who "
    "why will with would you your"
)
STOP_WORDS = frozenset(COMMON.split())
SPELLINGS = (
    (re.compile("[ao]e(?=.)"), "e"),  # anaesthetic, oedema
    (re.compile("(?<=..)our"), "or"),  # colour, tumour
    (re.compile("(?<=..)is(?=e|ing|ation|able)"), "iz"),  # moisturiser, pigmentisation
    (re.compile("(?<=..)yse"), "yze"),  # analyse
    (re.compile("(?<=[bct])re(?=s?$)"), "er"),  # centre, fibre
    (re.compile("(?<=.)ence(?=s?$)"), "ense"),  # licence
    (re.compile("^sulph"), "sulf"),
    (re.compile("^grey"), "gray"),
    (re.compile("^ageing$"), "aging"),
    (re.compile("programme(?=s?$)"), "program"),
)
"""British forms, each with what is read in its place. A word that is changed without need is changed on both sides."""

_one_at_a_time = threading.Lock()


class Word(NamedTuple):
    """A word of a text, and where it stands there."""

    start: int
    end: int
    plain: str

    @property
    def stem(self) -> str:
        return stem(self.plain)


def words(text: str) -> Iterator[Word]:
    for match in WORD.finditer(text):
        if plain := plainly(match[0]):
            yield Word(match.start(), match.end(), plain)


def words_among(text: str, wanted: frozenset[str]) -> Iterator[Word]:
    """The few of a long text whose stems are wanted."""
    for match in WORD.finditer(text):
        if stem(plain := plainly(match[0])) in wanted:
            yield Word(match.start(), match.end(), plain)


def stems(text: str) -> list[str]:
    return [word.stem for word in words(text)]


@lru_cache(maxsize=65536)
def plainly(word: str) -> str:
    """In small letters, without accents."""
    word = word[:LONGEST].casefold()
    if not word.isascii():
        word = unicodedata.normalize("NFC", ACCENTS.sub("", unicodedata.normalize("NFKD", word)))
    return NO_LETTER.sub("", word)[:LONGEST]


@lru_cache(maxsize=65536)
def stem(plain: str) -> str:
    if not (plain.isascii() and plain.isalpha()):
        return plain
    for british, american in SPELLINGS:
        plain = british.sub(american, plain)
    with _one_at_a_time:  # the stemmer keeps the word that it works on
        return english().stemWord(plain)


@lru_cache(maxsize=1)
def english() -> Any:
    import snowballstemmer  # which loads thirty languages; most commands compare no words

    return snowballstemmer.stemmer("english")


class Piece(NamedTuple):
    text: str
    marked: bool = False


def marked(text: str, wanted: frozenset[str]) -> list[Piece]:
    """The text in pieces; those that were looked for are marked."""
    pieces, end = [], 0
    for word in words_among(text, wanted):
        pieces += [Piece(text[end : word.start]), Piece(text[word.start : word.end], True)]
        end = word.end
    return [piece for piece in (*pieces, Piece(text[end:])) if piece.text]


def excerpt(text: str, wanted: frozenset[str], *, length: int = 220) -> list[Piece]:
    """The stretch of a text that says most of what was looked for, from the start of a sentence where one is near."""
    found = list(words_among(text, wanted))
    best = max(found, key=lambda first: worth(first, found, length), default=None)
    start = beginning(text, best.start if best else 0)
    end = len(text) if len(text) <= start + length else text.rfind(" ", start, start + length)
    shown = text[start : end if end > start else start + length]
    lead, rest = "… " if start else "", " …" if start + len(shown) < len(text) else ""
    return marked(f"{lead}{shown.strip()}{rest}", wanted)


def worth(first: Word, found: list[Word], length: int) -> tuple[int, int]:
    """How many different words stand in the stretch that begins with this one, and how early it is."""
    near = {word.stem for word in found if first.start <= word.start < first.start + length // 2}
    return len(near), -first.start


def beginning(text: str, place: int) -> int:
    sentence = max(text.rfind(end, max(0, place - 100), place) for end in (". ", "? ", "! "))
    if sentence >= 0:
        return sentence + 2
    return 0 if place <= 100 else text.rfind(" ", 0, place - 40) + 1
