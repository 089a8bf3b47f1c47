"""Search over what patients may read now: `search(typed)`, the same on SQLite and PostgreSQL.

A part of a page is found when it holds every word, or another that means the same. A word that stands nowhere is read
as the nearest one that does, or left out. First come those that say it in a page's name, then in a heading, in a
question, in the text.
"""

from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from treatments import facts, markup, vocabulary
from treatments.indexing import Rank
from treatments.models import Revision
from treatments.models.search_tables import ENTRY_INDEX, VECTOR
from treatments.models.searching import SearchEntry
from treatments.understanding import Group, Question, understand

MOST = 100
"""Results that are shown of one search; who wants to see more adds a word."""
ENOUGH = 10
"""With fewer than these, those that hold some of the words follow."""
IN_TEXT, IN_PAGE_NAME = max(Rank) + 1, max(Rank) + 2
MATCHES = {
    "postgresql": f"{VECTOR} @@ %s::tsquery",
    "sqlite": f"id IN (SELECT rowid FROM {ENTRY_INDEX} WHERE {ENTRY_INDEX} MATCH %s)",
}
SIGNS = {"postgresql": (" & ", " | ", "'{}'"), "sqlite": (" AND ", " OR ", '"{}"')}
"""How each database writes "and", "or" and a word."""


class Found(NamedTuple):
    question: Question
    hits: list["Hit"]


class Hit(NamedTuple):
    """An entry, and how good an answer it is: less is better."""

    merit: tuple[int, int, float]
    entry: SearchEntry

    @property
    def partly(self) -> bool:
        """It holds some of the words alone."""
        return self.merit[0] > 0


class Result(NamedTuple):
    path: str
    page_name: str
    title: list[vocabulary.Piece]
    text: list[vocabulary.Piece]
    partly: bool


def search(typed: str, *, at=None) -> Found:
    question = understand(typed)
    live = SearchEntry.objects.live(at=at or timezone.now())
    found = candidates(live, question.groups, together=True) if question.groups else {}
    if len(found) < ENOUGH and len(question.groups) > 1:
        found |= candidates(live, question.groups, together=False)
    hits = [Hit(merit(entry, question.groups), entry) for entry in found.values()]
    return Found(question, sorted(hits, key=lambda hit: (hit.merit, hit.entry.pk))[:MOST])


def candidates(live, groups: list[Group], *, together: bool) -> dict[int, SearchEntry]:
    asked = expression(groups, together)
    in_titles, in_texts = (live.filter(matching(column, asked)) for column in ("title_words", "all_words"))
    found = (in_titles.filter(rank=Rank.NAME), in_titles.exclude(rank=Rank.NAME), in_texts)
    return {entry.pk: entry for some in found for entry in some[:MOST]}


def matching(column: str, asked: str) -> RawSQL:
    if connection.vendor == "sqlite":
        asked = f"{column} : ({asked})"
    return RawSQL(MATCHES[connection.vendor].format(column=column), [asked], output_field=BooleanField())


def expression(groups: list[Group], together: bool) -> str:
    """Stems hold letters and digits alone, so nothing in them can mean anything to a database."""
    both, either, word = SIGNS[connection.vendor]
    phrases = (
        either.join(f"({both.join(word.format(stem) for stem in phrase)})" for phrase in (group.typed, *group.same))
        for group in groups
    )
    return (both if together else either).join(f"({phrase})" for phrase in phrases)


def merit(entry: SearchEntry, groups: list[Group]) -> tuple[int, int, float]:
    """How many things it does not speak of, where it speaks of them, and how much. Less is better."""
    title, words = entry.title_words.split(), entry.all_words.split()
    name = vocabulary.stems(entry.page_name)
    own = title + words[len(title) + len(name) :]
    missing = sum(said(words, group) == 0 for group in groups)
    titled = [said(title, group) for group in groups]
    often = [min(said(own, group), 5) for group in groups]
    rank = entry.rank if all(titled) else IN_TEXT if any(often) else IN_PAGE_NAME
    asked = {stem for group in groups for stem in group.stems}
    to_the_point = sum(word in asked for word in title) / max(len(title), 1)
    # That a heading repeats the name of its page says nothing about the part under it.
    telling = [group for group in groups if entry.rank == Rank.NAME or not said(name, group)]
    in_title = sum(min(said(title, group), 1) for group in telling)
    return missing, rank, -(3 * in_title + to_the_point + sum(often) / 5)


def said(words: list[str], group: Group) -> float:
    """How often; in other words that mean the same counts half."""
    return max(
        count(words, group.typed),
        max((count(words, phrase) / 2 for phrase in group.same), default=0),
    )


def count(words: list[str], phrase: tuple[str, ...]) -> int:
    return min(words.count(stem) for stem in phrase)


def results(hits: list[Hit], question: Question, *, organisation: str) -> list[Result]:
    """As they are shown: the words that were looked for are marked, and the day's facts filled in."""
    wanted = frozenset(stem for group in question.groups for stem in group.stems)
    named = live_facts([hit.entry for hit in hits], organisation)
    return [
        Result(
            path=hit.entry.path,
            page_name=hit.entry.page_name if hit.entry.rank != Rank.NAME else "",
            title=vocabulary.marked(hit.entry.title, wanted),
            text=vocabulary.excerpt(markup.fill(hit.entry.text, named.get(hit.entry.revision_id, {})), wanted),
            partly=hit.partly,
        )
        for hit in hits
    ]


def live_facts(entries: list[SearchEntry], organisation: str) -> dict[int, dict[str, str]]:
    """By revision, for those whose text names a price or the clinic."""
    needed = {entry.revision_id for entry in entries if markup.named_facts(entry.text)}
    revisions = Revision.objects.in_bulk(needed) if needed else {}
    today = timezone.localdate()
    return {pk: facts.live(one.page, organisation=organisation, today=today) for pk, one in revisions.items()}
