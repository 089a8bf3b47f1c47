"""What a search result and a chat show of a page: a title and a description of the right length.

Staff may write both; where they do not, they are made from the page's own fields.
"""

from treatments import content, markup
from treatments.choices import Phase

TITLE = range(50, 61)
DESCRIPTION = range(110, 161)
ELLIPSIS = "…"


def treatment_title(page: content.Treatment) -> str:
    return page.search_title or fitted(page.name, treatment_topics(page), TITLE)


def treatment_description(page: content.Treatment) -> str:
    return page.search_description or fitted(page.summary, treatment_topics(page), DESCRIPTION, lead=" Read about ")


def treatment_topics(page: content.Treatment) -> list[str]:
    """Only what the page has something to say about."""
    after = page.aftercare or any(step.phase == Phase.AFTER for step in page.steps)
    topics = {
        "proof": page.evidence,
        "risks": page.side_effects or page.contraindications,
        "price": page.price,
        "recovery": page.healing,
        "aftercare": after,
        "side effects": page.side_effects,
        "who should not have it": page.contraindications,
        "what to ask a doctor": True,
        "its sources": cites(page),
    }
    return [topic for topic, told in topics.items() if told]


def concern_title(page: content.Concern) -> str:
    return page.search_title or fitted(page.name, concern_topics(page), TITLE)


def concern_description(page: content.Concern) -> str:
    return page.search_description or fitted(page.summary, concern_topics(page), DESCRIPTION, lead=" Read about ")


def concern_topics(page: content.Concern) -> list[str]:
    topics = {
        "treatments": page.lines,
        "how sure the proof is": page.lines,
        "what else helps": page.what_else_helps,
        "when to see a doctor": True,
        "what is known so far": True,
        "the sources": cites(page),
    }
    return [topic for topic, told in topics.items() if told]


def cites(page: content.Treatment | content.Concern) -> bool:
    return any(markup.cited_sources(text) for text in content.texts(page))


def fitted(start: str, topics: list[str], length: range, *, lead: str = ": ") -> str:
    """`start` with as many topics as bring it to the right length, or cut between words where it is too long."""
    start = " ".join(start.split())
    if len(start) >= length.stop:
        return shortened(start, length.stop - 1)
    best = start
    for chosen in choices_of(topics):
        ending = "." if lead != ": " else ""
        longer = f"{start}{lead}{listed(chosen)}{ending}"
        if len(best) not in length and len(best) < len(longer) < length.stop:
            best = longer
    return best


def choices_of(topics: list[str]) -> list[list[str]]:
    """The first topics, then the same with one left out: a long topic gives way to a shorter one."""
    growing = [topics[:count] for count in range(1, len(topics) + 1)]
    without_one = [[t for t in chosen if t != left_out] for chosen in growing for left_out in chosen[:-1]]
    return growing + without_one


def listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def shortened(text: str, most: int) -> str:
    cut = text[: most - len(ELLIPSIS) + 1].rsplit(" ", 1)[0].rstrip(" ,;:.")
    return cut[: most - len(ELLIPSIS)] + ELLIPSIS
