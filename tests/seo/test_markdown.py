"""The page as Markdown says what the page says."""

import re

import pytest
from django.conf import settings
from django.utils import timezone

from tests.factories import add_section, make_organisation, make_source, make_treatment, publish
from tests.reader import blocks, read
from treatments.markup import markdown as renderer

pytestmark = pytest.mark.django_db


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"\[\d+\]|https?://\S+", " ", text).lower()))


def test_the_markdown_of_every_treatment_has_the_words_of_its_page(client, shipped):
    for slug in ("mesotherapy", "microneedling", "prp", "laser-resurfacing"):
        main = read(client, f"/treatments/{slug}/").one("main")
        for number in main.all("sup"):
            number.children = []
        shown = set().union(*(words(text) for tag, text in blocks(main) if tag != "figcaption"))

        text = client.get(f"/treatments/{slug}.md").content.decode()

        assert shown - words(text) <= CHROME
        assert text.count("\n# ") + text.startswith("# ") == 1


CHROME = {
    "question",
    "back",
    "to",
    "contents",
    "top",
    "read",
    "the",
    "disclaimer",
    "edit",
    "drawn",
    "scale",
    "layer",
    "what",
    "changed",
    "concerns",
}
"""Words that only help to move about on the page."""


def test_sources_are_numbered_as_on_the_page(client):
    make_organisation()
    make_source("b", title="Second", url="https://b.example/", publisher="A journal", year=2020)
    make_source("a", title="First")
    treatment = make_treatment(text="One [@a]. Two [@b].", sessions_min=2, sessions_max=3)
    add_section(treatment, "cost", "It takes {sessions} at {clinic}.")
    publish(treatment)

    text = client.get("/treatments/needling.md").content.decode()

    assert "One [1]. Two [2]." in text
    assert "1. First. " in text and "2. [Second](https://b.example/). A journal, 2020. " in text
    assert "It takes 2 to 3 sessions at Cosma Beauty." in text


def test_it_is_text_that_points_to_the_page(client):
    publish(make_treatment())

    answer = client.get("/treatments/needling.md")
    page = read(client, "/treatments/needling/")

    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Link"] == f'<{settings.SITE_URL}/treatments/needling/>; rel="canonical"'
    (link,) = [link for link in page.all("link") if link["type"] == "text/markdown"]
    assert (link["rel"], link["href"]) == ("alternate", f"{settings.SITE_URL}/treatments/needling.md")


def test_a_bar_in_a_cell_does_not_break_its_table(client):
    treatment = make_treatment()
    treatment.agents.create(name="A | B", agent_class="acid", role_claimed="One.\n\nTwo.")
    treatment.sections.create(anchor="what-it-is", heading="What it is")
    publish(treatment)

    text = client.get("/treatments/needling.md").content.decode()

    (row,) = [line for line in text.splitlines() if "A \\| B" in line]
    assert row.replace("\\|", "").count("|") == 6
    assert renderer.render(text)


def test_an_old_price_is_not_written(client):
    import datetime

    from tests.factories import add_price

    treatment = make_treatment()
    add_price(treatment, checked_on=timezone.localdate() - datetime.timedelta(days=91))
    publish(treatment)

    text = client.get("/treatments/needling.md").content.decode()

    assert "3,000" not in text and "The price is being checked" in text
