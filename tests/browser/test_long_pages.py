"""A page of six thousand words shows its first at once and the rest soon after. No reader notices how."""

import pytest

from tests.browser.conftest import settle

PAGE = "/treatments/mesotherapy/"
IN_SIGHT = """() => {
  const met = document.elementFromPoint(innerWidth / 2, 200);
  return [met.textContent.slice(0, 80), Math.round(met.getBoundingClientRect().top)];
}"""
LENGTHS = """() => {
  const main = document.querySelector("main");
  return [main.innerText, main.textContent].map((text) => text.match(/\\w/g).length);
}"""


@pytest.mark.parametrize("javascript", [True, False])
def test_all_of_it_is_soon_there(open_page, javascript):
    page = open_page(PAGE, javascript=javascript)

    drawn, written = page.evaluate(LENGTHS)
    # Only what is folded or said to screen readers alone is not drawn.
    assert drawn > 0.9 * written > 20_000
    # Thirteen chapters came after the first look.
    assert page.evaluate("document.getAnimations().length") == 13


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
@pytest.mark.parametrize("depth", [1_500, 9_000, 22_000])
def test_a_reload_finds_the_words_that_were_being_read(open_page, width, height, depth):
    page = open_page(PAGE, width=width, height=height)
    page.evaluate(f"scrollTo(0, {depth})")
    page.wait_for_function(f"scrollY === {depth}")
    before = page.evaluate(IN_SIGHT)

    page.reload()
    settle(page)

    assert page.evaluate(IN_SIGHT) == before


@pytest.mark.parametrize("part", ["risks", "faq-pain", "sources"])
def test_a_link_to_a_part_arrives_there_and_stays(open_page, part):
    page = open_page(f"{PAGE}#{part}", settled=False)
    top = f"document.getElementById('{part}').getBoundingClientRect().top"
    on_arrival = page.evaluate(top)

    settle(page)

    assert 0 <= page.evaluate(top) == on_arrival < 100
