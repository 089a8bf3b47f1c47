"""Chapters are kept from one rendering to the next, and nobody can tell."""

import datetime

import pytest
import time_machine
from django.template.loader import render_to_string

from tests.factories import add_price, make_organisation, make_treatment, publish
from tests.reader import read, tree
from treatments import views
from treatments.models import Organisation, Revision

pytestmark = pytest.mark.django_db
ADDRESS = "/treatments/needling/"


def test_kept_chapters_are_those_that_staff_and_doctors_read(client, shipped):
    page = Revision.objects.get(slug="mesotherapy", treatment__isnull=False).page

    fresh = tree(render_to_string("treatments/treatment.html", views.treatment_context(page)))
    kept = [read(client, "/treatments/mesotherapy/") for _ in range(2)][1]

    for chapter in fresh.all("section"):
        if chapter["class"] == "chapter" and chapter["id"] != "this-page":
            assert kept.with_id(chapter["id"]).text == chapter.text


def test_they_follow_the_words_the_clinics_name_and_the_day(client):
    make_organisation(name="First Clinic")
    treatment = make_treatment(text="Ask {clinic}.")
    add_price(treatment, checked_on=datetime.date(2026, 6, 1))
    with time_machine.travel(datetime.datetime(2026, 6, 2, tzinfo=datetime.UTC), tick=False):
        publish(treatment)
        assert "Ask First Clinic." in read(client, ADDRESS).text

        Organisation.objects.update(name="Second Clinic")
        assert "Ask Second Clinic." in read(client, ADDRESS).text

        treatment.sections.get().statements.update(text="Other words.")
        publish(treatment)
        page = read(client, ADDRESS).text
        assert "Other words." in page and "The price is being checked" not in page
    with time_machine.travel(datetime.datetime(2027, 6, 2, tzinfo=datetime.UTC), tick=False):
        assert "The price is being checked" in read(client, ADDRESS).text
