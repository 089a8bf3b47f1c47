"""The questions sheet on paper and on a screen: one page, boxes to tick, and nothing that is sent or kept."""

import re

import pytest

SHIPPED = ["mesotherapy", "microneedling", "prp", "laser-resurfacing"]
MARGIN = {"top": "15mm", "bottom": "15mm", "left": "15mm", "right": "15mm"}


@pytest.mark.parametrize("slug", SHIPPED)
def test_it_fits_on_one_sheet_of_paper(open_page, slug):
    page = open_page(f"/treatments/{slug}/questions/", width=1280)

    pdf = page.pdf(format="A4", margin=MARGIN)

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


@pytest.mark.parametrize("path", ["/treatments/mesotherapy/questions/", "/compare/", "/"])
def test_large_text_on_a_small_phone_moves_nothing_sideways(open_page, path):
    page = open_page(path, width=320)
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_ticking_marks_what_follows_and_nothing_leaves_the_browser(open_page):
    page, asked = open_page("/treatments/mesotherapy/questions/", width=320), []
    page.wait_for_load_state("networkidle")  # it asks for the icon in its own time
    page.on("request", lambda request: asked.append(request.url))
    colour = "e => getComputedStyle(e).backgroundColor"
    do_not, ask_first = page.get_by_text("Do not have it."), page.get_by_text("Ask a doctor first.")
    plain = do_not.evaluate(colour)

    page.get_by_label("you are pregnant").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    assert page.get_by_label("you are pregnant").is_checked()
    assert (do_not.evaluate(colour) != plain, ask_first.evaluate(colour) == plain) == (True, True)
    assert asked == []
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert page.locator("main [name], main form").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 320
