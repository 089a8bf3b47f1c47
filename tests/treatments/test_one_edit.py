"""A fact is written once: one edit of a field changes every place that names it."""

import datetime

import pytest
import time_machine

from tests.factories import add_price, add_section, make_organisation, make_treatment, publish
from tests.reader import read
from tests.shelf import shelved

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@shelved
def treatment():
    """Sessions and price stand in two fields each, and are named by prose, a question and a table."""
    treatment = make_treatment(
        text="A course is {sessions}. One costs {price}.",
        sessions_min=4,
        sessions_max=6,
        interval_weeks_min=2,
        interval_weeks_max=4,
        maintenance_months_min=6,
        maintenance_months_max=12,
    )
    add_price(treatment)
    add_section(treatment, "course", "The course takes {course_length}.")
    treatment.questions.create(
        anchor="faq-results", question="How many sessions?", answer="{sessions}, for {course_price}."
    )
    other = make_treatment("peeling")
    publish(other, at=LONG_AGO)
    treatment.alternatives.create(other=other)
    publish(treatment, at=LONG_AGO)
    return treatment


def faces(client) -> dict[str, str]:
    """The words of each place that shows the figures."""
    page = read(client, "/treatments/needling/")
    row = {next(row.all("th")).text: row.text for row in page.with_id("others").all("tr")}
    return {
        "key facts": page.with_id("key-facts").text,
        "prose": page.with_id("overview").text,
        "course": page.with_id("course").text,
        "question": page.with_id("faq-results").text,
        "comparison": row["Sessions"] + row["Price"],
        "cost": page.with_id("cost").text,
    }


BEFORE = {
    "key facts": ["4 to 6 sessions", "₹3,000 to ₹15,000", "₹12,000 to ₹90,000"],
    "prose": ["4 to 6 sessions", "₹3,000 to ₹15,000"],
    "course": ["6 to 20 weeks"],
    "question": ["4 to 6 sessions", "₹12,000 to ₹90,000"],
    "comparison": ["4 to 6 sessions", "₹3,000 to ₹15,000"],
    "cost": ["₹3,000 to ₹15,000", "₹12,000 to ₹90,000"],
}
AFTER = {
    "key facts": ["4 to 8 sessions", "₹3,500 to ₹15,000", "₹14,000 to ₹1,20,000"],
    "prose": ["4 to 8 sessions", "₹3,500 to ₹15,000"],
    "course": ["6 to 28 weeks"],
    "question": ["4 to 8 sessions", "₹14,000 to ₹1,20,000"],
    "comparison": ["4 to 8 sessions", "₹3,500 to ₹15,000"],
    "cost": ["₹3,500 to ₹15,000", "₹14,000 to ₹1,20,000"],
}


def test_one_edit_of_sessions_and_price_changes_every_place_at_once(client, treatment):
    shown = faces(client)
    assert {face: [figure for figure in BEFORE[face] if figure in shown[face]] for face in BEFORE} == BEFORE

    treatment.sessions_max = 8
    treatment.save(update_fields=["sessions_max"])
    treatment.price.min = 3500
    treatment.price.save(update_fields=["min"])
    assert faces(client) == shown
    publish(treatment)

    shown = faces(client)
    assert {face: [figure for figure in AFTER[face] if figure in shown[face]] for face in AFTER} == AFTER
    old = {figure for face in BEFORE for figure in BEFORE[face]} - {figure for face in AFTER for figure in AFTER[face]}
    assert [(face, figure) for face in shown for figure in old if figure in shown[face]] == []


def test_the_organisations_name_is_the_clinic_everywhere_without_publishing(client, treatment):
    organisation = make_organisation(name="Aarogya & Sons")
    add_section(treatment, "about", "{clinic} runs this site.")
    publish(treatment)
    assert "Aarogya & Sons runs this site." in read(client, "/treatments/needling/").with_id("about").text

    organisation.name = "Bharat <b>"
    organisation.save(update_fields=["name"])

    page = read(client, "/treatments/needling/")
    assert "Bharat <b> runs this site." in page.with_id("about").text
    assert "Aarogya" not in page.text


def test_a_figure_that_is_taken_away_leaves_no_row_behind(client, treatment):
    treatment.sessions_min = treatment.sessions_max = None
    treatment.save(update_fields=["sessions_min", "sessions_max"])
    publish(treatment)

    page = read(client, "/treatments/needling/")

    assert "Course" not in [label.text for label in page.with_id("key-facts").all("dt")]
    assert "None" not in page.text


DAY_OF_CHECK = datetime.date(2026, 8, 1)


@pytest.mark.parametrize(("days", "current"), [(0, True), (90, True), (91, False)])
def test_a_price_is_current_for_ninety_days_and_then_nothing_is_computed_from_it(client, treatment, days, current):
    treatment.price.checked_on = DAY_OF_CHECK
    treatment.price.save(update_fields=["checked_on"])
    with time_machine.travel(datetime.datetime.combine(DAY_OF_CHECK, datetime.time(6)), tick=False):
        publish(treatment)

    with time_machine.travel(datetime.datetime(2026, 8, 1, 6) + datetime.timedelta(days=days), tick=False):
        shown = faces(client)
        plans = [box["data-plan"] for box in read(client, "/treatments/needling/").all("details")]

    assert plans == (["4,6,3000,15000,2,4,6,12"] if current else [])
    amounts = [face for face in shown if "₹" in shown[face]]
    assert amounts == (["key facts", "prose", "question", "comparison", "cost"] if current else [])
    assert ("checked on 1 August 2026" in shown["key facts"]) is current
    assert ("yet to confirm" in shown["prose"]) is not current
    assert ("being checked" in shown["cost"]) is not current


@pytest.mark.parametrize(
    ("moment", "current"),
    [("2026-10-30T18:29:59+00:00", True), ("2026-10-30T18:30:00+00:00", False)],
)
def test_a_price_grows_old_at_midnight_in_india(client, treatment, moment, current):
    treatment.price.checked_on = DAY_OF_CHECK
    treatment.price.save(update_fields=["checked_on"])
    with time_machine.travel("2026-08-01T06:00:00+00:00", tick=False):
        publish(treatment)

    with time_machine.travel(moment, tick=False):
        assert ("₹" in faces(client)["cost"]) is current


def test_an_undated_price_says_so_wherever_it_heads(client, treatment):
    shown = faces(client)

    assert "date not given by the clinic" in shown["key facts"]
    assert "date not given by the clinic" in shown["cost"]
