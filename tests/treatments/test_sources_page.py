"""What each source found stands on a page of its own; a doctor who signs reads it with the page."""

import brotli
import pytest

from tests.factories import add_section, make_editor, make_source, make_treatment, publish
from tests.reader import read
from treatments import review_views
from treatments.models import freeze

pytestmark = pytest.mark.django_db
FOUND = "It found a small change in 10 people."
WEIGHT = 20_000
"""Bytes of the longest page as it goes over the wire. Readers on slow networks pay for each."""


@pytest.fixture
def treatment():
    make_source("trial", title="A small trial", finding=FOUND, conflict=True)
    make_source("review", title="A review", finding="Studies do not agree.")
    treatment = make_treatment(text="It may help [@trial].")
    add_section(treatment, "disclaimer", "Read on [@review] and [@trial].")
    return treatment


def test_each_source_says_what_it_found_and_where_the_page_relies_on_it(client, treatment):
    publish(treatment)

    page = read(client, "/treatments/needling/sources/")

    first, second = page.one("ol", class_="sources").all("li")
    assert "A small trial" in first.text and FOUND in first.text
    assert "the maker or a group of specialists paid for it" in first.text
    assert [a["href"] for a in first.all("a")] == ["/treatments/needling/#brief", "/treatments/needling/#this-page"]
    assert [a.text for a in second.all("a")] == ["About this page"]


def test_the_page_names_its_sources_and_leads_to_what_they_found(client, treatment):
    publish(treatment)

    page = read(client, "/treatments/needling/")

    assert "A small trial" in page.with_id("s1").text and "Conflict of interest." in page.with_id("s1").text
    assert FOUND not in page.text
    assert "/treatments/needling/sources/" in [link["href"] for link in page.all("a")]


def test_a_page_without_sources_says_so(client):
    publish(make_treatment())

    assert "The page cites no source." in read(client, "/treatments/needling/sources/").text
    assert "sources/" not in str([link["href"] for link in read(client, "/treatments/needling/").all("a")])


def test_a_doctor_signs_what_the_sources_found_with_the_page(treatment):
    text = review_views.rendered_text(freeze(treatment, by=make_editor()))

    assert FOUND in text


def test_the_longest_page_stays_light(client, shipped):
    assert len(brotli.compress(client.get("/treatments/mesotherapy/").content, quality=11)) <= WEIGHT
