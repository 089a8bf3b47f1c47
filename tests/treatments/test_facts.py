"""Figures in words: money as India writes it, spans as people say them, and nothing where nothing is known."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import add_price, make_treatment
from treatments import choices, content, facts

TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "₹0"),
        (1, "₹1"),
        (999, "₹999"),
        (1_000, "₹1,000"),
        (15_000, "₹15,000"),
        (99_999, "₹99,999"),
        (1_00_000, "₹1,00,000"),
        (12_34_567, "₹12,34,567"),
        (99_99_999, "₹99,99,999"),
        (1_00_00_000, "₹1,00,00,000"),
        (1_23_45_67_890, "₹1,23,45,67,890"),
    ],
)
def test_rupees_are_grouped_by_thousand_lakh_and_crore(amount, words):
    assert facts.rupees(amount) == words


@given(amount=st.integers(0, 10**12))
def test_rupees_keep_every_digit(amount):
    words = facts.rupees(amount)

    assert int(words.removeprefix("₹").replace(",", "")) == amount
    first, *middle = words.removeprefix("₹").split(",")
    assert len(first) <= (2 if middle else 3)
    assert [len(group) for group in middle] == [*[2] * (len(middle) - 1), 3][: len(middle)]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0, "0 hours"),
        (1, 1, "1 hour"),
        (0, 24, "0 to 24 hours"),
        (24, 24, "24 hours"),
        (24, 48, "24 to 48 hours"),
        (48, 48, "48 hours"),
        (48, 72, "2 to 3 days"),
        (72, 72, "3 days"),
        (36, 72, "36 to 72 hours"),
        (24, 168, "1 to 7 days"),
        (168, 168, "1 week"),
        (168, 336, "1 to 2 weeks"),
        (336, 2016, "2 to 12 weeks"),
        (100, 100, "100 hours"),
        (None, 24, ""),
        (24, None, ""),
        (None, None, ""),
    ],
)
def test_hours_are_said_as_people_say_them(low, high, words):
    assert facts.hours(low, high) == words


@pytest.mark.parametrize(
    ("low", "high", "unit", "words"),
    [
        (4, 6, "session", "4 to 6 sessions"),
        (4, 4, "session", "4 sessions"),
        (1, 1, "session", "1 session"),
        (1, 2, "week", "1 to 2 weeks"),
        (0.5, 1.5, "mm", "0.5 to 1.5 mm"),
        (1.0, 4.0, "mm", "1 to 4 mm"),
        (1.0, 1.0, "mm", "1 mm"),
        (3, 6, "", "3 to 6"),
        (None, 6, "session", ""),
        (4, None, "session", ""),
    ],
)
def test_a_spread_is_said_in_words(low, high, unit, words):
    assert facts.spread(low, high, unit) == words


def treatment(**fields) -> content.Treatment:
    plain = {"slug": "a", "name": "A", "heading": "A", "summary": "A", "procedure_type": choices.ProcedureType.SURGICAL}
    return content.Treatment(**plain | fields)


COURSE = {"sessions_min": 4, "sessions_max": 6, "interval_weeks_min": 2, "interval_weeks_max": 4}
PRICE = content.Price(min=3000, max=15_000)


def test_a_course_runs_from_its_first_session_to_its_last():
    assert facts.frozen(treatment(**COURSE))["course_length"] == "6 to 20 weeks"
    assert facts.frozen(treatment(**COURSE | {"sessions_min": 1, "sessions_max": 1}))["course_length"] == ""


def test_a_course_costs_its_sessions_unless_the_price_is_for_the_course():
    per_session = facts.live(treatment(**COURSE, price=PRICE), organisation="", today=TODAY)
    whole = content.Price(min=3000, max=15_000, per=choices.PriceUnit.COURSE)
    per_course = facts.live(treatment(**COURSE, price=whole), organisation="", today=TODAY)

    assert per_session["course_price"] == "₹12,000 to ₹90,000"
    assert per_course["course_price"] == "₹3,000 to ₹15,000"


@pytest.mark.parametrize(
    ("months", "words"),
    [((6, 12), "₹3,000 to ₹30,000"), ((12, 12), "₹3,000 to ₹15,000"), ((5, 7), "₹3,000 to ₹45,000"), (None, "")],
)
def test_a_year_of_maintenance_goes_from_the_fewest_cheapest_to_the_most_and_dearest(months, words):
    maintenance = {"maintenance_months_min": months[0], "maintenance_months_max": months[1]} if months else {}

    assert facts.live(treatment(**maintenance, price=PRICE), organisation="", today=TODAY)["yearly_price"] == words


def test_what_is_not_known_is_said_nowhere():
    empty = treatment()

    assert set(facts.frozen(empty).values()) == {""}
    assert [fact.label for fact in facts.key_facts(empty, today=TODAY)] == ["What happens"]


@pytest.mark.parametrize(("age", "old"), [(0, False), (90, False), (91, True), (10_000, True)])
def test_a_price_is_old_after_ninety_days(age, old):
    price = content.Price(min=1, max=2, checked_on=TODAY - datetime.timedelta(days=age))

    assert facts.price_is_old(price, TODAY) is old


def test_an_old_price_is_in_no_fact_and_an_undated_one_says_so():
    old = treatment(**COURSE, price=content.Price(min=3000, max=15_000, checked_on=datetime.date(2026, 1, 1)))
    undated = treatment(**COURSE, price=PRICE)

    assert not [value for value in facts.live(old, organisation="", today=TODAY).values() if "₹" in value]
    assert not [fact for fact in facts.key_facts(old, today=TODAY) if "₹" in fact.value]
    assert "date not given by the clinic" in [fact.note for fact in facts.key_facts(undated, today=TODAY)]


def test_a_price_was_not_checked_tomorrow(db):
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)

    with pytest.raises(ValidationError, match="in the future"):
        add_price(make_treatment(), checked_on=tomorrow)


@given(low=st.integers(0, 5000), length=st.integers(0, 5000))
def test_no_span_is_ever_said_with_a_fraction_or_backwards(low, length):
    words = facts.hours(low, low + length)
    figures = [int(figure) for figure in words.split() if figure.isdigit()]

    assert figures == sorted(figures)
    assert 1 <= len(figures) <= 2
    assert "." not in words
