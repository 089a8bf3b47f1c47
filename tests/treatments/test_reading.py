"""Every page can be read by a person who left school at twelve."""

import pytest

from tests import reading
from tests.reader import read, tree
from treatments import measuring

MOST_WORDS_OVER_20 = 0.05
HIGHEST_GRADE = 7
PAGES = [
    *("/treatments/mesotherapy/", "/treatments/microneedling/", "/treatments/prp/", "/treatments/laser-resurfacing/"),
    *("/concerns/fine-lines/", "/concerns/pigmentation/", "/about/", "/privacy/", "/editorial-policy/", "/"),
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_reads_easily(client, shipped, path):
    found = reading.measure(read(client, path))

    assert found.words > 100
    assert found.grade <= HIGHEST_GRADE
    assert len(found.over_20) <= MOST_WORDS_OVER_20 * found.sentences, found.over_20
    assert found.over_25 == []


def of(*texts: str) -> reading.Reading:
    blocks = "".join(f"<p>{text}</p>" for text in texts)
    return reading.measure(tree(f"<main><h1>Not counted</h1>{blocks}</main>"))


def test_a_block_ends_a_sentence_and_an_abbreviation_does_not():
    assert of("One thing", "Another thing").sentences == 2
    assert of("See Dr. Rao, e.g. for 1.5 mm. Then rest.").sentences == 2
    assert of("Ask this: what is in it?").sentences == 1
    assert of("Ask: What is in it?").sentences == 2


def test_long_sentences_are_counted():
    found = of(" ".join(["word"] * 21) + ".", " ".join(["word"] * 26) + ".", "Short.")

    assert (len(found.over_20), len(found.over_25)) == (2, 1)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        *[
            ("skin", 1),
            ("line", 1),
            ("lines", 1),
            ("used", 1),
            ("uses", 2),
            ("table", 2),
            ("treated", 2),
            ("needle", 2),
        ],
        *[("people", 2), ("doctor", 2), ("ageing", 3), ("safely", 2), ("dermatologist", 5), ("pigmentation", 4)],
        *[("minimally", 4), ("invasive", 3), ("side-effect", 3), ("doctor's", 2), ("microneedling", 4), ("a", 1)],
    ],
)
def test_syllables_are_counted_as_people_hear_them(word, syllables):
    assert measuring.count(word) == syllables


DULL = (
    "Needles go in 1 to 4 mm deep, and the doctor moves them over the face. Studies of it are small and do not agree. "
    "Redness usually settles within 24 to 48 hours, but bruises can take longer. "
    "Do not stop a prescribed medicine to have this treatment."
)
EASY = "The doctor gives many small injections into the skin. Ask what is in them. You can go home the same day."


# The grades are those of the measure that our pages are judged by, for these very words.
@pytest.mark.parametrize(("text", "grade"), [(DULL, 5.56), (EASY, 1.75)])
def test_the_grade_is_that_of_the_measure_we_are_judged_by(text, grade):
    assert of(text).grade == pytest.approx(grade, abs=0.3)
