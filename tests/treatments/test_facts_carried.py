"""The shipped mesotherapy page carries every fact of the clinic, each at its own place."""

import json
import re
from pathlib import Path

import pytest

from tests.reader import Element, read

FACTS = json.loads((Path(__file__).parent.parent / "data" / "facts.json").read_text())
CARRIERS = ("p", "li", "tr", "dd", "dt", "h2", "h3", "h4", "h5", "caption", "figcaption", "summary")


def carriers(element: Element) -> list[str]:
    return [comparable(carrier.text) for carrier in element.all(*CARRIERS)]


def comparable(text: str) -> str:
    """In small letters, and with ranges in words."""
    return re.sub(r"(?<=\d)\s*[–-]\s*(?=₹?\d)", " to ", text.lower()).replace("’", "'")


def carries(words: str, terms: list[str]) -> bool:
    return all(any(comparable(way) in words for way in term.split("|")) for term in terms)


def test_all_138_facts_are_looked_for():
    assert [fact["id"] for fact in FACTS] == [f"F{number:03}" for number in range(1, 139)]
    assert all(fact["terms"] for fact in FACTS)


def test_a_fact_is_carried_by_one_block_alone():
    page = ["redness settles within 24 to 48 hours", "and swelling"]

    assert carries(comparable(page[0]), ["redness", "24–48 hours"])
    assert not any(carries(block, ["redness", "swelling"]) for block in page)


def test_every_fact_is_carried_by_one_block_under_its_anchor(client, shipped):
    page = read(client, "/treatments/mesotherapy/")

    lost = [
        f"{fact['id']} at #{fact['anchor']}: {fact['terms']}"
        for fact in FACTS
        if not any(carries(words, fact["terms"]) for words in carriers(page.with_id(fact["anchor"])))
    ]

    assert lost == []


@pytest.mark.parametrize("fact", ["F001", "F138"])
def test_facts_are_named_by_the_statements_that_carry_them(db, shipped_rows, fact):
    named = {name for rows in shipped_rows for row in rows for name in getattr(row, "facts", "").split()}

    assert fact in named
