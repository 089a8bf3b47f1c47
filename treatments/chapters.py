"""The chapters of a treatment page: everything on it that hangs on its revision, the clinic's name and the day alone.

So they are kept from one rendering to the next, under all that they are made of. What else a chapter is to show must
come in through `context`, or it would be shown for ever.
"""

import datetime
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from treatments import comparison, content, facts, figures, layout, markup, pictures, side_by_side
from treatments.choices import AftercareKind, Severity

KEPT = 16
"""Pages whose chapters a worker keeps, about 0.3 MB each."""


def context(page: content.TreatmentPage, *, organisation: str, today: datetime.date) -> dict:
    live = facts.live(page, organisation=organisation, today=today)
    words = {**facts.frozen(page), **live}
    return {
        "page": page,
        "chapters": layout.chapters(page),
        "key_facts": facts.key_facts(page, today=today),
        "words": markup.Words(page.html, words),
        "facts": words,
        "rows": comparison.rows(page, today=today) if page.beside else [],
        "compare_url": side_by_side.address_of([page.slug, *(other.slug for other in page.beside)]),
        "price_is_old": facts.price_is_old(page.price, today),
        "rules_are_old": facts.rules_are_old(page, today),
        "price_date": facts.price_date(page.price) if page.price else "",
        "opening": pictures.shown(page).get(pictures.OPENING),
        "costs": figures.costs(page),
        "plan": facts.plan(page),
        "depth": figures.depth(page),
        "course": figures.course(page),
        "recovery": figures.recovery(page),
        "disclaimer_link": "#disclaimer" if any(part.anchor == "disclaimer" for part in page.sections) else "",
        "steps": layout.numbered_steps(page),
        "side_effects": layout.side_effects(page, serious=False),
        "serious": layout.side_effects(page, serious=True),
        "care_cards": layout.care_cards(page),
        "contraindications": layout.grouped(page.contraindications, "severity", Severity),
        "dos": layout.aftercare(page, AftercareKind.DO),
        "donts": layout.aftercare(page, AftercareKind.DO_NOT),
        # A template pays dearly, block by block, for asking after a name that is not there.
        "edit_links": {},
        "margin": "",
        "review_link": None,
        "ready": {},
    }


@lru_cache(maxsize=KEPT)
def ready(snapshot: str, *, organisation: str, today: datetime.date) -> dict:
    """The same for a revision's words, with each chapter's HTML by its id."""
    page = content.decode(snapshot, content.TreatmentPage)
    given = context(page, organisation=organisation, today=today)
    return {**given, "ready": {chapter.id: html(given, chapter) for chapter in given["chapters"]}}


def html(given: dict, chapter: layout.Chapter) -> SafeString:
    return render_to_string("treatments/_chapter.html", {**given, "chapter": chapter})
