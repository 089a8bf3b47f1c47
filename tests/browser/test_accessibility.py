"""No page breaks a rule of WCAG 2.2 A or AA that a machine can check: light and dark, on a phone and on a desk."""

import pytest

from tests.browser.axe import COLOURS, WCAG, doubts, violations
from tests.browser.pages import HALVES, SIDEWAYS, every_page, switch, unfold

VIEWS = [(320, False, WCAG), (1280, False, WCAG), (1280, True, COLOURS), (320, True, COLOURS)]
OUTSIDE = """found => found.filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("half", HALVES, ids=["odd", "even"])
def test_no_page_breaks_a_rule_or_scrolls_sideways(site, open_page, half):
    page, found = open_page("/"), {}
    for path in every_page(site)[half]:
        switch(page, dark=False)
        page.goto(path)
        unfold(page)
        for width, dark, rules in VIEWS:
            page.set_viewport_size({"width": width, "height": 800})
            switch(page, dark=dark)
            if wrong := doubts(page, rules):
                found[path, width, dark] = wrong
            if page.evaluate(SIDEWAYS):
                found[path, width, "wide"] = page.eval_on_selector_all("body *", OUTSIDE)

    assert found == {}


def test_a_page_that_breaks_a_rule_is_noticed(open_page):
    page = open_page("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<main><img src=\"/x.png\"><input></main>')")

    assert {line.split(":")[0] for line in violations(page)} >= {"image-alt", "label"}


def test_a_colour_that_is_too_faint_in_the_dark_alone_is_noticed(open_page):
    page = open_page("/")
    page.evaluate("document.querySelector('main p').style.color = 'light-dark(black, #333)'")
    assert violations(page) == []

    switch(page, dark=True)

    assert [line.split(":")[0] for line in violations(page, COLOURS)] == ["color-contrast"]
