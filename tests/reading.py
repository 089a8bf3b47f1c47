"""Reading measures of a page's main text: the same as the clinic's own measure, within a third of a grade.

A block's end ends a sentence. Headings, table heads and captions are left out.
"""

import re
from typing import NamedTuple

from tests.reader import Element, blocks

WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d,.]*%?")
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|Dr|Mr|Mrs|Ms|Prof|Rs|No|vs|approx|St)\.", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?:])[\"”’)]*\s+(?=[\"“‘(]?[A-Z0-9₹])")
NO_PROSE = re.compile(r"h[1-6]|th|dt|summary|caption|figcaption|label|button|legend")
VOWELS = re.compile(r"[aeiouy]+")
# The e of "line", "lines", "used" and "safely", and not that of "table", "uses" or "treated".
SILENT = re.compile(
    r"[^laeiouy]e$|[^laeiouycghsxz]es$|[aeiouy]les?$|(?<![tdaeiouy])ed$|[^aeiouy]e(?=ly$|ment|less|ful|ness)"
)
# Vowels that are two sounds, as in "dial", "actual" and "ageing".
SPLIT = re.compile(r"i[ao](?<![cstg]io)(?<![ct]ia)|eo(?!ple)|[^qg]ua|uou|riet|dien|uity|[aeiou]y[aeiou]|ying|eing|ism$")


class Reading(NamedTuple):
    words: int
    sentences: int
    grade: float
    """Flesch and Kincaid's."""
    over_20: list[str]
    over_25: list[str]


def measure(page: Element) -> Reading:
    texts = [text for tag, text in blocks(page.one("main")) if not NO_PROSE.fullmatch(tag)]
    sentences = [sentence for text in texts for sentence in split(text)]
    words = [word for text in texts for word in WORD.findall(text)]
    syllables = sum(count(word) if word[0].isalpha() else 1.5 for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    return Reading(len(words), len(sentences), grade, over(20, sentences), over(25, sentences))


def over(most: int, sentences: list[str]) -> list[str]:
    return [sentence for sentence in sentences if len(WORD.findall(sentence)) > most]


def split(text: str) -> list[str]:
    text = ABBREVIATION.sub(lambda match: match[0].replace(".", ""), text)
    text = re.sub(r"(\d)\.(\d)", r"\1,\2", text)
    return [sentence for sentence in SENTENCE_END.split(text) if WORD.search(sentence)]


def count(word: str) -> int:
    """Syllables of an English word, nearly."""
    parts = [part for part in re.split(r"[-'’]", word.lower()) if part not in ("", "s", "t")]
    return sum(max(1, sounds(part)) for part in parts)


def sounds(part: str) -> int:
    return len(VOWELS.findall(part)) - len(SILENT.findall(part)) + len(SPLIT.findall(part))
