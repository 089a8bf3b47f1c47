"""Treatments side by side: with a keyboard alone, on a phone, and where the table is wider than the window."""

import re

ALL_FOUR = "/compare/?t=laser-resurfacing&t=mesotherapy&t=microneedling&t=prp"
X = "e => e.getBoundingClientRect().x"


def test_two_are_chosen_with_the_keyboard_and_without_scripts(open_page):
    page = open_page("/compare/", javascript=False)

    for name in ("Mesotherapy", "Microneedling"):
        page.get_by_label(name).focus()
        page.keyboard.press("Space")
    page.locator("main button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/?t=mesotherapy&t=microneedling")

    assert "No treatment" in page.locator("table").inner_text()
    assert page.get_by_label("Microneedling").is_checked()


def test_one_alone_is_explained_where_the_reader_is(open_page):
    page = open_page("/compare/")

    page.get_by_label("Mesotherapy").check()
    page.locator("main").get_by_role("button", name="Compare").click()

    assert "at least 2" in page.locator("[role=alert]:focus").inner_text()
    assert page.get_by_label("Mesotherapy").is_checked()


def test_what_is_compared_stays_in_sight_while_the_rest_moves(open_page):
    page = open_page(ALL_FOUR, width=800)
    pane, first = page.locator(".pane"), page.locator("tbody th").first
    before = first.evaluate(X)

    pane.focus()
    pane.evaluate("e => e.scrollTo({ left: 999, behavior: 'instant' })")

    assert pane.evaluate("e => e.scrollLeft") > 50
    assert abs(first.evaluate(X) - before) < 1
    assert page.evaluate("document.documentElement.scrollWidth") == 800


def test_on_a_phone_each_row_is_a_card_that_names_whose_answer_it_is(open_page):
    page = open_page(ALL_FOUR, width=320)
    cell = page.locator("tbody td").first

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator(".pane").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert re.match('"Laser skin resurfacing', cell.evaluate("e => getComputedStyle(e, '::before').content"))
