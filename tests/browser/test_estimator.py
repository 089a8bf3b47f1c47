"""What a course costs and takes: worked out in the browser, in the numbers that the server prints."""

import datetime

import msgspec
import pytest

from tests.browser.axe import COLOURS, violations
from tests.browser.pages import switch
from treatments import content, facts
from treatments.choices import ProcedureType

PRINTED = content.Treatment(
    slug="mesotherapy",
    name="Mesotherapy",
    heading="Mesotherapy",
    summary="",
    procedure_type=ProcedureType.PERCUTANEOUS,
    sessions_min=4,
    sessions_max=6,
    interval_weeks_min=2,
    interval_weeks_max=4,
    maintenance_months_min=6,
    maintenance_months_max=12,
    price=content.Price(min=3000, max=15000),
)
FIELDS = {
    "sessions": "Sessions",
    "price": "Price of one session, in rupees",
    "interval": "Weeks between sessions",
    "months": "Months between maintenance sessions",
}


@pytest.fixture
def box(open_page):
    page = open_page("/treatments/mesotherapy/")
    page.locator("[data-plan] summary").focus()
    page.keyboard.press("Enter")
    return page.locator("[data-plan]")


def rows(box) -> dict[str, str]:
    return dict(zip(box.locator("dt").all_inner_texts(), box.locator("dd").all_inner_texts(), strict=True))


def expected(own: dict[str, int]) -> dict[str, str]:
    """What the server would print for a treatment with these figures."""
    page = PRINTED
    if "price" in own:
        page = msgspec.structs.replace(page, price=content.Price(min=own["price"], max=own["price"]))
    for name, field in {"sessions": "sessions", "interval": "interval_weeks", "months": "maintenance_months"}.items():
        if name in own:
            page = msgspec.structs.replace(page, **{f"{field}_min": own[name], f"{field}_max": own[name]})
    told = {
        "A course": facts.PRICES["course_price"](page),
        "Each year after that": facts.PRICES["yearly_price"](page),
        "First to last session": facts.course_length(page),
    }
    return {label: words for label, words in told.items() if words}


def fill(box, own: dict[str, int]) -> None:
    for name, label in FIELDS.items():
        box.get_by_label(label, exact=True).fill(str(own.get(name, "")))


def test_it_begins_with_what_the_page_says(box):
    assert rows(box) == {
        "A course": "₹12,000 to ₹90,000",
        "Each year after that": "₹3,000 to ₹30,000",
        "First to last session": "6 to 20 weeks",
    }


def test_its_sums_are_those_of_the_server(box):
    cases = [
        {"sessions": 5},
        {"price": 7777},
        {"sessions": 1},
        {"sessions": 20, "price": 1_000_000},
        {"sessions": 2, "interval": 1},
        *({"months": months, "price": 100} for months in (1, 5, 7, 11, 12, 13, 36)),
        {"sessions": 3, "price": 1, "interval": 26, "months": 9},
    ]

    for own in cases:
        fill(box, own)
        assert rows(box) == expected(own), own


STARTS = [
    ("2027-01-03", {}, ("2027-02-14", "2027-05-23"), ("2027-08-14", "2028-05-23")),
    # Leap day, the end of a month, and the end of a year.
    ("2028-02-15", {"sessions": 2, "interval": 2, "months": 12}, ("2028-02-29",), ("2029-02-28",)),
    ("2026-12-31", {"sessions": 1, "months": 2}, ("2026-12-31",), ("2027-02-28",)),
]


def test_a_start_gives_days_to_plan_for(box):
    for start, own, last, maintenance in STARTS:
        fill(box, own)
        box.get_by_label("Day of the first session").fill(start)

        assert (rows(box)["Last session"], rows(box)["First maintenance"]) == (days(last), days(maintenance)), start


def days(dates: tuple[str, ...]) -> str:
    written = [f"{day.day} {day:%B %Y}" for day in map(datetime.date.fromisoformat, dates)]
    return f"between {written[0]} and {written[1]}" if len(written) == 2 else written[0]


def test_a_figure_that_cannot_be_is_explained_and_kept_and_not_counted(box):
    sessions = box.get_by_label("Sessions", exact=True)
    for typed in ("0", "-3", "21", "2.5", "1e9"):
        sessions.fill(typed)

        assert sessions.get_attribute("aria-invalid") == "true", typed
        assert sessions.input_value() == typed
        assert "says" not in box.locator("#own-sessions-hint").inner_text(), typed
        assert rows(box) == expected({}), typed

        sessions.fill("5")
        assert sessions.get_attribute("aria-invalid") == "false", typed
        assert rows(box) == expected({"sessions": 5}), typed


def test_a_year_that_cannot_be_meant_gives_no_days(box):
    start = box.get_by_label("Day of the first session")
    for typed in ("0002-01-01", "9999-12-31"):
        start.fill(typed)

        assert start.get_attribute("aria-invalid") == "true", typed
        assert rows(box) == expected({}), typed


def test_without_weeks_there_are_no_days_to_plan_for(open_page):
    page = open_page("/treatments/mesotherapy/")
    page.evaluate("document.querySelector('[data-plan]').dataset.plan = '2,4,1000,2000,,,,'")
    page.locator("[data-plan] summary").click()

    assert rows(page.locator("[data-plan]")) == {"A course": "₹2,000 to ₹8,000"}
    assert page.get_by_label("Day of the first session").count() == 0


def test_nothing_that_is_typed_leaves_the_browser_or_stays_in_it(box):
    page, asked = box.page, []
    page.on("request", lambda request: asked.append(request.url))
    before = page.url

    fill(box, {"sessions": 5, "price": 4000})
    box.get_by_label("Sessions", exact=True).press("Enter")

    assert (asked, page.url) == ([], before)
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert box.locator("input[name], form").count() == 0


def test_it_breaks_no_rule_while_it_is_used(open_page):
    page = open_page("/treatments/mesotherapy/")
    page.locator("[data-plan] summary").click()
    page.get_by_label("Sessions", exact=True).fill("99")

    assert violations(page) == []
    switch(page, dark=True)
    assert violations(page, COLOURS) == []


def test_a_phone_shows_it_whole_and_a_screen_reader_hears_the_sums(open_page):
    page = open_page("/treatments/mesotherapy/", width=320)
    page.locator("[data-plan] summary").click()

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.get_by_role("status").filter(has_text="₹12,000 to ₹90,000").count() == 1
