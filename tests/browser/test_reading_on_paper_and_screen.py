"""What a reader gets: on a small screen, on paper, with scripts off, and nothing from elsewhere."""

import re

import pytest

from tests.browser.pages import HALVES, ONE_OF_EACH, SIDEWAYS, every_page, unfold

# By style and not by `innerText`: that leaves out what the browser has not yet drawn because it is far below.
SHOWN = """() => {
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style, svg, template")) return " ";
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden") return " ";
    return [...node.childNodes].map(read).join(style.display === "inline" ? "" : " ");
  };
  return read(document.querySelector("main"));
}"""


def shown(page) -> list[str]:
    """Words of the main text that a reader can come to see."""
    return re.findall(r"\w+", page.evaluate(SHOWN).lower())


def test_every_page_comes_from_this_site_alone_and_without_a_complaint(site, open_page, complaints):
    page, asked = open_page("/"), []
    page.on("request", lambda request: asked.append(request.url))
    for path in every_page(site):
        page.goto(path, wait_until="load")

    assert len(asked) > 20
    assert [url for url in asked if not url.startswith(f"{site.url}/")] == []
    # The browser itself reports an address that is not there.
    assert [line for line in complaints if "404" not in line] == []


def test_pages_leave_nothing_in_the_browser(open_page):
    page = open_page("/")
    for path in ONE_OF_EACH[:6]:
        page.goto(path)

    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("half", HALVES, ids=["odd", "even"])
def test_without_scripts_the_words_are_the_same(open_page, half):
    with_scripts, without, differences = open_page(), open_page(javascript=False), {}
    for path in ONE_OF_EACH[half]:
        with_scripts.goto(path)
        without.goto(path)
        unfold(with_scripts)
        scripted, plain = set(shown(with_scripts)), set(shown(without))
        if scripted != plain or len(plain) <= 10:
            differences[path] = scripted ^ plain or plain

    assert differences == {}


NOT_DRAWN = "found => found.filter(e => getComputedStyle(e).contentVisibility !== 'visible').length"


def test_nothing_of_the_main_text_is_lost_on_paper(open_page):
    page, lost = open_page(width=1280), {}
    for path in ONE_OF_EACH[:6]:
        page.emulate_media(media="screen")
        page.goto(path)
        unfold(page)
        page.eval_on_selector_all("main nav", "found => found.forEach(e => e.remove())")
        on_screen = shown(page)

        page.emulate_media(media="print")

        if missing := set(on_screen) - set(shown(page)):
            lost[path] = missing
        assert page.eval_on_selector_all("main *", NOT_DRAWN) == 0, path
        assert not page.locator(".masthead nav").is_visible(), path

    assert lost == {}


NAMES = ".brand, .crumbs li, h1, h2, h3, h4, th, td, dt, dd, main li a, .lead"
ENDLESS = "found => found.forEach(e => e.append(' ' + 'x'.repeat(150)))"


def test_names_of_any_length_stay_on_a_phone(open_page):
    page, wide = open_page(width=320), []
    for path in (*ONE_OF_EACH, "/search/?q=needles"):
        page.goto(path)
        unfold(page)
        page.eval_on_selector_all(NAMES, ENDLESS)
        if page.evaluate(SIDEWAYS):
            wide.append(path)

    assert wide == []
