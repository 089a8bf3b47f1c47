"""The enquiry form in a real browser: a first copy of the site, so it takes test enquiries."""

import re
import time
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from enquiries.slips import TOO_QUICK
from tests.browser.axe import COLOURS, EVERY_RULE, doubts
from tests.browser.pages import press, switch

WIDTHS = (320, 768, 1440)
ROWS = "SELECT phone, treatment_slug, state FROM enquiries_enquiry WHERE message = ?"


def faults(page: Page) -> list:
    """What axe holds against the page, and what it cannot decide, at each width and in both schemes."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for dark, rules in ((False, EVERY_RULE), (True, COLOURS)):
            switch(page, dark=dark)
            found += [(width, dark, line) for line in doubts(page, rules)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((width, "wide"))
    return found


def fill_in(page: Page, **changed) -> None:
    given = {"name": "Asha Rao", "city": "Pune", "phone": "098765 43210", "message": "After six."} | changed
    for name, text in given.items():
        page.fill(f"#id_{name}", text)


def test_form_errors_and_answers_are_accessible(open_page):
    page = open_page("/enquire/?treatment=mesotherapy")
    assert faults(page) == []

    press(page, "text=Send my enquiry")

    assert page.title().startswith("Error: ")
    assert faults(page) == []
    page.goto("/enquire/withdraw/")
    assert faults(page) == []


@pytest.fixture(scope="module")
def slips(site) -> list[tuple[float, str]]:
    """As many forms as are sent here, opened together: who sends one too quickly is taken for a program."""
    slips = []
    for _ in range(5):
        with urllib.request.urlopen(f"{site.url}/enquire/", timeout=30) as answer:
            slips.append((time.time(), re.search('name="slip" value="([^"]+)"', answer.read().decode())[1]))
    return slips


@pytest.fixture
def form_open_for_a_while(open_page, slips):
    def form(path: str = "/enquire/", **options) -> Page:
        page = open_page(path, **options)
        opened, slip = slips.pop()
        time.sleep(max(0, opened + TOO_QUICK + 0.2 - time.time()))
        page.locator("[name=slip]").evaluate("(e, slip) => { e.value = slip }", slip)
        return page

    return form


@pytest.mark.parametrize("javascript", [True, False])
def test_an_enquiry_needs_no_script(form_open_for_a_while, site, javascript):
    page = form_open_for_a_while("/enquire/?treatment=mesotherapy", javascript=javascript)
    # A number of its own: the fifth enquiry that names the same one is taken for spam, whichever test sends it.
    number = f"987654320{int(javascript)}"
    fill_in(page, message=f"Script: {javascript}", phone=number)
    page.check("#id_consent")

    press(page, "text=Send my enquiry")

    expect(page.locator("h1")).to_have_text("Thank you. We have your enquiry.")
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", page.inner_text(".reference"))
    assert not page.context.cookies()
    assert site.query(ROWS, f"Script: {javascript}") == [(f"+91{number}", "mesotherapy", "new")]


def test_the_summary_takes_focus_and_its_links_lead_to_the_fields(open_page):
    page = open_page("/enquire/")
    fill_in(page, name="", phone="12")
    press(page, "text=Send my enquiry")

    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.click("text=Write your name.")
    assert page.evaluate("document.activeElement.id") == "id_name"
    assert page.input_value("#id_phone") == "12"
    assert page.input_value("#id_message") == "After six."


def test_each_field_has_a_name_a_hint_and_its_error_for_screen_readers(open_page):
    page = open_page("/enquire/")
    fill_in(page, name="", city="", phone="")
    press(page, "text=Send my enquiry")

    expect(page.get_by_role("textbox", name="Your name")).to_have_accessible_description("Error: Write your name.")
    expect(page.get_by_role("textbox", name="City or town")).to_have_accessible_description(
        "Error: Write your city or town."
    )
    expect(page.get_by_role("textbox", name="Mobile number")).to_have_accessible_description(
        re.compile("An Indian number.*Error: Give a mobile number")
    )
    expect(page.get_by_role("checkbox", name="I am 18 or older.")).to_have_accessible_description(
        re.compile("Error: Tick the box")
    )
    expect(page.get_by_role("group", name="Good time to call")).to_be_visible()
    expect(page.get_by_role("group", name="One way to reach you Fill in one of the two.")).to_be_visible()


def test_the_keyboard_alone_is_enough(form_open_for_a_while):
    page = form_open_for_a_while()
    page.focus("#id_name")
    for text in ("Asha Rao", "Pune", "9876543210"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    order = []
    for _ in range(7):
        order.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if order[-1] == "id_consent":
            page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.focus("main button[type=submit]")
    page.keyboard.press("Enter")

    assert order[:5] == ["id_email", "id_treatment", "id_call_time_0", "id_message", "A"]
    assert "id_consent" in order and "id_website" not in order
    expect(page.locator("h1")).to_have_text("Thank you. We have your enquiry.")


def test_a_double_press_and_a_reload_make_one_enquiry(form_open_for_a_while, site):
    page = form_open_for_a_while()
    fill_in(page, message="Pressed twice")
    page.check("#id_consent")

    page.dblclick("text=Send my enquiry")
    expect(page.locator(".reference")).to_be_visible()
    page.reload()

    expect(page.locator(".reference")).to_be_visible()
    assert len(site.query(ROWS, "Pressed twice")) == 1


def test_a_patient_withdraws_with_the_number_they_were_shown(form_open_for_a_while, site):
    page = form_open_for_a_while()
    fill_in(page, message="To be withdrawn")
    page.check("#id_consent")
    press(page, "text=Send my enquiry")
    reference = page.inner_text(".reference")

    press(page, "text=Withdraw your enquiry")
    page.fill("#id_reference", reference.lower())
    page.fill("#id_contact", "9876543210")
    press(page, "text=Withdraw and delete my enquiry")

    expect(page.locator("h1")).to_have_text("Your enquiry is deleted")
    assert site.query(ROWS, "To be withdrawn") == []
