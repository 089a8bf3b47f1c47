"""No page breaks a rule of WCAG 2.2 A or AA that a machine can check: light and dark, on a phone and on a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.pages import every_page, unfold

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
WIDTHS = (320, 1280)


def violations(page) -> list[str]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule(site, open_page, scheme):
    page, found = open_page("/", dark=scheme == "dark"), {}
    for path in every_page(site):
        page.goto(path)
        unfold(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if wrong := violations(page):
                found[path, width] = wrong

    assert found == {}


def test_a_page_that_breaks_a_rule_is_noticed(open_page):
    page = open_page("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<main><img src=\"/x.png\"><input></main>')")

    assert {line.split(":")[0] for line in violations(page)} >= {"image-alt", "label"}
