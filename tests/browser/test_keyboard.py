"""Everything can be reached and seen with the keyboard alone."""

import pytest

ACTIVE = "document.activeElement"
LOOK = """e => {
  const { outlineStyle, outlineWidth, boxShadow, textDecoration, backgroundColor } = getComputedStyle(e);
  return [outlineStyle, outlineWidth, boxShadow, textDecoration, backgroundColor].join();
}"""

STOP = f"""() => {{
  const e = {ACTIVE}, look = {LOOK};
  if (e === document.body) return null;
  const {{ width, height }} = e.getBoundingClientRect();
  const on = look(e);
  e.blur();
  const off = look(e);
  e.focus();
  return {{ on, off, size: [width, height], name: e.outerHTML.slice(0, 90) }};
}}"""
"""Where the focus is, and how it looks there with and without it; nothing once it has left the page."""


def focused(page) -> str:
    return page.evaluate(f"{ACTIVE}.innerText").strip()


def tab_to(page, text: str, most=40) -> bool:
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page) == text:
            return True
    return False


def test_the_first_stop_leads_past_the_menu_to_the_text(open_page):
    page = open_page("/treatments/mesotherapy/")

    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the text"
    assert page.evaluate(f"{ACTIVE}.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")

    page.keyboard.press("Tab")
    assert page.evaluate(f"{ACTIVE}.closest('main') !== null")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    ("entry", "path"), [("Treatments", "/treatments/"), ("Concerns", "/concerns/"), ("Compare", "/compare/")]
)
def test_the_menu_is_reached_and_used(open_page, site, width, entry, path):
    page = open_page("/", width=width)

    assert tab_to(page, entry)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}{path}")

    assert page.locator("header [aria-current]").inner_text() == entry


def test_the_contents_list_leads_to_its_chapter(open_page, site):
    page = open_page("/treatments/mesotherapy/", width=1280)

    assert tab_to(page, "Side effects")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/treatments/mesotherapy/#risks")

    top = page.evaluate("document.querySelector('#risks').getBoundingClientRect().top")
    assert -5 <= top < page.viewport_size["height"] / 2
    page.keyboard.press("Tab")
    assert page.evaluate(
        f"document.querySelector('#risks').compareDocumentPosition({ACTIVE}) & Node.DOCUMENT_POSITION_FOLLOWING"
        f" || document.querySelector('#risks').contains({ACTIVE})"
    )


@pytest.mark.parametrize("dark", [False, True])
def test_every_stop_is_visible_and_looks_focused(open_page, dark):
    page = open_page(width=1280, dark=dark)
    for path in ("/", "/treatments/mesotherapy/", "/enquire/", "/accounts/login/"):
        page.goto(path)
        look_at_every_stop(page, path)


def look_at_every_stop(page, path: str) -> None:
    # The browser's own pages have an end; ours must not have one halfway.
    stops = page.evaluate(
        "document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary').length"
    )
    seen = []
    for _ in range(min(stops, 60)):
        page.keyboard.press("Tab")
        if not (stop := page.evaluate(STOP)):
            break
        seen.append(stop["name"])
        assert stop["on"] != stop["off"], (path, stop["name"])
        assert min(stop["size"]) > 0, (path, stop["name"])

    assert len(seen) >= 5, path


def test_escape_and_tab_are_never_trapped(open_page):
    page = open_page("/treatments/", width=1280)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"{ACTIVE}.closest('footer') !== null"):
            return

    pytest.fail("sixty presses of Tab do not lead to the foot of the page")
