"""The staff's pages in a real browser: under our policy, by keyboard, without a script, without a barrier."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.browser.axe import COLOURS, EVERY_RULE, violations
from tests.browser.pages import HALVES, SIDEWAYS, press, switch

editing = pytest.mark.usefixtures("the_only_editor")


@pytest.fixture(scope="module")
def account(site) -> dict[str, str]:
    email = f"browser-{time.time_ns()}@example.org"
    said = site.manage("createstaff", email, "--role", "manager")
    return dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)


@pytest.fixture
def staff_page(open_page, account, site, windows):
    """Logged in once as a person does it; each code works once, so the window with scripts takes the cookies along."""

    def log_in() -> None:
        page = open_page("/admin/", javascript=False, whose="staff")
        page.fill("[name=login]", account["email"])
        page.fill("[name=password]", account["password"])
        press(page, "input[type=submit]")
        page.fill("[name=code]", format_hotp_value(hotp_value(account["totp_secret"], int(time.time()) // 30)))
        press(page, "input[type=submit]")
        assert page.url == f"{site.url}/admin/"
        windows.of("staff", javascript=True).add_cookies(page.context.cookies())
        account["logged in"] = "yes"

    def staff_page(path: str, **options):
        if "logged in" not in account:
            log_in()
        return open_page(path, whose="staff", **options)

    return staff_page


@pytest.fixture(scope="module")
def mesotherapy(site) -> str:
    [(number,)] = site.query("SELECT id FROM treatments_treatment WHERE slug = 'mesotherapy'")
    return f"/admin/treatments/treatment/{number}/change/"


def addresses(mesotherapy: str) -> list[str]:
    treatment = mesotherapy.removesuffix("change/")
    own = ("change", "preview", "publish", "review", "schedule", "history", "compare", "delete")
    places = [f"{treatment}{name}/" for name in own] + [f"{treatment}compare/?a=1&b=1"]
    places += [f"{treatment}{name}/?revision=1" for name in ("restore", "again")]
    kinds = ("treatment", "concern", "source", "revision", "section", "trashed", "clinic")
    places += [f"/admin/treatments/{kind}/" for kind in kinds]
    places += [f"/admin/treatments/{kind}/add/" for kind in ("treatment", "section", "source", "practitioner")]
    places += [f"/admin/treatments/{path}/" for path in ("picture/add", "picture", "linkcheck")]
    places += [
        "/admin/",
        "/admin/components/",
        "/admin/treatments/helpful/",
        "/admin/treatments/organisation/",
        "/admin/treatments/section/words/?find=session&replacement=visit",
        "/admin/treatments/revision/1/page/",
        "/admin/auth/user/",
        "/admin/enquiries/enquiry/",
        "/admin/enquiries/enquiry/export/",
        "/admin/enquiries/event/",
        "/admin/outbox/mail/",
    ]
    return [*places, "/admin/auth/user/add/", "/accounts/2fa/", "/accounts/password/change/", "/accounts/logout/"]


OPENED = """
from django.contrib.auth.models import User
from treatments.models import Clinic, Concern, Opening, Treatment
name = "somebody-with-a-name-that-goes-on-and-on@example.org"
colleague, _ = User.objects.get_or_create(username=name, email=name)
Opening.objects.note(Treatment.objects.get(slug="mesotherapy"), by=colleague)
Clinic.objects.get_or_create(name="Clinicwithoutbreak" * 6, city="Town" * 20)
Concern.objects.get_or_create(slug="endless", name="Concernwithoutbreak" * 4, summary="Endless" * 20)
"""
WIDTHS = (1440, 768, 320)


@pytest.mark.parametrize("half", HALVES, ids=["odd", "even"])
def test_no_page_of_the_staff_keeps_anyone_out_or_is_too_wide(staff_page, complaints, mesotherapy, site, half):
    site.manage("shell", "-v", "0", "-c", OPENED)
    # The last one: the first is deleted and brought back by another test.
    [(section,)] = site.query("SELECT max(id) FROM treatments_section")
    page, found = staff_page("/admin/", width=1280), {}
    for address in [*addresses(mesotherapy), f"/admin/treatments/section/{section}/change/"][half]:
        page.set_viewport_size({"width": 1280, "height": 800})
        switch(page, dark=False)
        page.goto(address)
        for dark, rules in ((False, EVERY_RULE), (True, COLOURS)):
            switch(page, dark=dark)
            if faults := violations(page, rules):
                found[address, dark] = faults
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(SIDEWAYS):
                found[address, width] = "wide"
        if complaints:
            found[address, "policy"] = [*complaints]
            complaints.clear()
    assert found == {}


def refuse_a_save(page, mesotherapy) -> None:
    """As if somebody else had saved first."""
    page.goto(mesotherapy)
    page.evaluate("document.querySelector('[name=version]').value = 'of yesterday'")
    page.fill("[name=body_location]", "The face and the neck, typed just now")
    press(page, "[name=_save]")


@editing
@pytest.mark.parametrize("width, dark", [(320, False), (1280, True)])
def test_a_refused_save_shows_both_texts_to_everybody(staff_page, mesotherapy, width, dark):
    page = staff_page("/admin/", width=width, dark=dark)

    refuse_a_save(page, mesotherapy)

    assert "The face and the neck, typed just now" in page.locator(".collision").inner_text()
    assert page.input_value("[name=body_location]") == "The face and the neck, typed just now"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, EVERY_RULE) == []


@editing
def test_a_deleted_part_comes_back_at_one_press(staff_page, mesotherapy):
    page = staff_page(mesotherapy, javascript=False)
    with page.expect_navigation():
        page.locator(".contents a[href*='/section/']").first.click()
    heading = page.input_value("[name=heading]")
    press(page, ".deletelink")
    press(page, "input[value='Yes, delete it']")

    press(page, ".undo button")

    assert f"Section: {heading} is back." in page.locator(".messagelist").inner_text()
    assert page.input_value("[name=heading]") == heading


def titles(page) -> list[str]:
    return page.locator("#side_effects-group .part:not(.empty-form) .inline_label").all_inner_texts()


def open_side_effects(page) -> None:
    page.locator("#side_effects-heading").focus()
    page.evaluate("document.querySelector('#side_effects-group').closest('details').open = true")


@editing
def test_rows_move_by_keyboard_say_so_and_stay_moved(staff_page, mesotherapy):
    page = staff_page(mesotherapy, width=1280)
    open_side_effects(page)
    before = titles(page)
    assert len(before) > 2

    down = page.get_by_role("button", name=f"Move down: {before[0]}", exact=True)
    down.press("Enter")

    assert titles(page)[:2] == [before[1], before[0]]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == f"Move down: {before[0]}"
    assert f"{before[0]} is now number 2 of {len(before)}." in page.locator("[aria-live=polite]").inner_text()
    press(page, "[name=_continue]")
    open_side_effects(page)
    assert titles(page)[:2] == [before[1], before[0]]
    page.get_by_role("button", name=f"Move up: {before[0]}", exact=True).press("Space")
    press(page, "[name=_continue]")
    open_side_effects(page)
    assert titles(page) == before


@editing
def test_a_refused_form_keeps_the_chosen_places_and_asks_before_they_are_lost(staff_page, mesotherapy):
    page = staff_page(mesotherapy, width=1280)
    open_side_effects(page)
    before = titles(page)
    page.get_by_role("button", name=f"Move down: {before[0]}", exact=True).press("Enter")
    page.fill("[name=sessions_min]", "19")
    press(page, "[name=_continue]")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    open_side_effects(page)
    page.get_by_role("link", name="Preview the draft").click()
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    assert titles(page)[:2] == [before[1], before[0]]


@editing
def test_the_first_row_does_not_move_up(staff_page, mesotherapy):
    page = staff_page(mesotherapy)
    open_side_effects(page)
    before = titles(page)

    up = page.get_by_role("button", name=f"Move up: {before[0]}", exact=True)
    up.press("Enter")

    assert up.get_attribute("aria-disabled") == "true"
    assert titles(page) == before


@editing
def test_moving_and_taking_back_a_new_row_leaves_the_others_whole(staff_page, mesotherapy):
    page = staff_page(mesotherapy, width=1280)
    open_side_effects(page)
    before = titles(page)
    for _ in range(2):
        page.locator("#side_effects-group .add-row a").click()
    page.get_by_role("button", name="Move up: #", exact=False).last.press("Enter")
    page.get_by_role("button", name=f"Move down: {before[0]}", exact=True).press("Enter")

    page.locator("#side_effects-group .inline-deletelink").first.click()
    page.locator("#side_effects-group .inline-deletelink").first.click()
    page.get_by_role("button", name=f"Move up: {before[0]}", exact=True).press("Enter")
    press(page, "[name=_continue]")

    assert page.locator(".problems").count() == 0
    open_side_effects(page)
    assert titles(page) == before


FOCUS = "document.activeElement.name || document.activeElement.innerText.replaceAll(/\\s+/g, ' ')"


@editing
def test_who_adds_and_removes_rows_by_keyboard_keeps_the_place(staff_page, mesotherapy):
    page = staff_page(mesotherapy, width=320)
    open_side_effects(page)
    count = len(titles(page))
    add = page.locator("#side_effects-group .add-row a")

    for number in (count, count + 1):
        add.press("Enter")
        assert page.evaluate(FOCUS) == f"side_effects-{number}-name_plain"
    for removed, then in ((0, f"Side effect #{count + 1}"), (0, "Side effect Allergic reaction")):
        page.locator("#side_effects-group .inline-deletelink").nth(removed).press("Enter")
        page.locator("#side_effects-group summary:focus").wait_for()
        assert page.evaluate(FOCUS) == then
        assert page.get_by_role("button", name=f"Move up: {then.removeprefix('Side effect ')}", exact=True).count() == 1
        assert page.locator("[aria-live=polite]").last.inner_text() == f"#{count + 1} is removed."


@editing
def test_a_refused_form_begins_at_what_is_wrong(staff_page, mesotherapy):
    page = staff_page(f"{mesotherapy}#side_effects-group", javascript=False)
    page.fill("[name=sessions_min]", "9")

    press(page, "[name=_continue]")

    assert page.evaluate(FOCUS).startswith("Nothing is saved yet")
    assert 0 <= page.locator(".problems").bounding_box()["y"] < 800
    assert page.input_value("[name=sessions_min]") == "9"


@editing
def test_an_edit_link_opens_the_list_it_leads_to(staff_page, mesotherapy):
    page = staff_page(mesotherapy.replace("/change/", "/preview/"), javascript=False)

    with page.expect_navigation():
        page.locator("#rare-complications a.edit[href*='#']").first.click()

    assert page.url.endswith("#side_effects-group")
    page.locator("#side_effects-group").wait_for(state="visible")


@editing
def test_words_that_are_not_saved_are_not_lost_by_a_click(staff_page, mesotherapy):
    page = staff_page(mesotherapy)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.fill("[name=body_location]", "The face, half-written")
    page.press("[name=body_location]", "Tab")

    page.get_by_role("link", name="Preview the draft").click()
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    assert page.input_value("[name=body_location]") == "The face, half-written"


@editing
def test_a_page_is_edited_and_published_without_a_script(staff_page, site):
    page = staff_page("/admin/treatments/sitepage/?q=accessibility", javascript=False)
    with page.expect_navigation():
        page.locator("#result_list tbody th a").first.click()
    page.fill("[name=summary]", f"How well this site works for everybody, as of {time.time_ns()}.")
    words = page.input_value("[name=summary]")

    press(page, "[name=_publish]")
    press(page, "input[value='Publish now']")

    assert "is live" in page.locator(".messagelist").inner_text()
    press(page, ".messagelist a")
    assert words in page.locator("main").inner_text()


@editing
def test_search_results_are_shown_as_they_are_typed(staff_page, mesotherapy):
    page = staff_page(mesotherapy)
    page.fill("#id_search_title", "")
    made = page.inner_text(".search-result .title")
    page.locator("#id_search_title").press_sequentially("A title")

    assert page.inner_text(".search-result .title") == page.inner_text(".chat-card .title") == "A title"
    assert page.inner_text("[data-counts=title]") == "7"
    page.fill("#id_search_title", "")
    assert page.inner_text(".search-result .title") == made
