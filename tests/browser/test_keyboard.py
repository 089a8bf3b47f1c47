"""Everything can be reached and seen with the keyboard alone."""

import pytest

ACTIVE = "document.activeElement"
LOOK = """e => {
  const { outlineStyle, outlineWidth, boxShadow, textDecoration, backgroundColor } = getComputedStyle(e);
  return [outlineStyle, outlineWidth, boxShadow, textDecoration, backgroundColor].join();
}"""


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
    ("entry", "path"), [("Treatments", "/treatments/"), ("Concerns", "/concerns/"), ("About", "/about/")]
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
@pytest.mark.parametrize("path", ["/", "/treatments/mesotherapy/", "/enquire/", "/accounts/login/"])
def test_every_stop_is_visible_and_looks_focused(open_page, path, dark):
    page = open_page(path, width=1280, dark=dark)
    # The browser's own pages have an end; ours must not have one halfway.
    stops = page.evaluate(
        "document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary').length"
    )
    seen = []
    for _ in range(min(stops, 60)):
        page.keyboard.press("Tab")
        handle = page.evaluate_handle(ACTIVE)
        if handle.evaluate("e => e === document.body"):
            break
        on = handle.evaluate(LOOK)
        box = handle.evaluate("e => { const r = e.getBoundingClientRect(); return [r.width, r.height] }")
        off = handle.evaluate(f"e => {{ e.blur(); const look = ({LOOK})(e); e.focus(); return look }}")
        name = handle.evaluate("e => e.outerHTML.slice(0, 90)")
        seen.append(name)
        assert on != off, name
        assert min(box) > 0, name

    assert len(seen) >= 5


def test_escape_and_tab_are_never_trapped(open_page):
    page = open_page("/treatments/", width=1280)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"{ACTIVE}.closest('footer') !== null"):
            return

    pytest.fail("sixty presses of Tab do not lead to the foot of the page")
