"""Reading measures of a page's main text: the same as the clinic's own measure, within a third of a grade.

A block's end ends a sentence. Headings, table heads and captions are left out.
"""

import re
from typing import NamedTuple

from tests.reader import Element, blocks
from treatments.measuring import WORD, grade, length, split

NO_PROSE = re.compile(r"h[1-6]|th|dt|summary|caption|figcaption|label|button|legend")


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
    return Reading(len(words), len(sentences), grade(sentences), over(20, sentences), over(25, sentences))


def over(most: int, sentences: list[str]) -> list[str]:
    return [sentence for sentence in sentences if length(sentence) > most]
