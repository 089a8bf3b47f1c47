"""The end of a page, and the way through it: better with a script, whole without one."""

import pytest

PAGE = "/treatments/mesotherapy/"


@pytest.mark.parametrize(("javascript", "stays"), [(True, True), (False, False)], ids=["script", "no script"])
def test_a_press_says_thank_you(open_page, site, javascript, stays):
    page = open_page(PAGE, javascript=javascript)

    page.click("button[name=helpful][value=yes]")
    page.get_by_text("Thank you").first.wait_for()

    assert (page.url == f"{site.url}{PAGE}") is stays


def test_sharing_copies_the_address_where_the_browser_shares_nothing(open_page, complaints):
    page = open_page(PAGE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.share && Object.defineProperty(navigator, 'share', { value: undefined })")

    page.get_by_role("button", name="Share this page").click()
    page.get_by_text("The link is copied.").wait_for()

    assert page.evaluate("navigator.clipboard.readText()").endswith(PAGE)
    assert complaints == []


def test_without_a_script_nothing_is_offered_that_does_not_work(open_page):
    page = open_page(PAGE, javascript=False)

    assert not page.locator("button[value=share], button[value=print]").first.is_visible()


def test_the_contents_follow_the_reader_beside_the_text(open_page):
    page = open_page(PAGE, width=1440)

    page.click(".contents a[href='#costs']")

    page.locator(".contents a[href='#costs'][aria-current]").wait_for()
    assert page.locator(".contents [aria-current]").count() == 1


TELL_LATE = """
window.IntersectionObserver = class extends IntersectionObserver {
  constructor(callback, options) {
    const seen = [];
    super((entries) => seen.push(...entries), options);
    window.tell = () => callback(seen);
    window.met = (id) => seen.some(({ target, isIntersecting }) => isIntersecting && target.id === id);
  }
};"""
MET = "(id) => new Promise((found) => setInterval(() => window.met?.(id) && found(), 20))"


def test_the_contents_name_the_last_chapter_when_a_busy_browser_tells_of_several(open_page):
    page = open_page(PAGE, width=1440)
    page.add_init_script(TELL_LATE)
    page.reload()

    for chapter in ("brief", "costs"):
        page.click(f".contents a[href='#{chapter}']")
        page.evaluate(MET, chapter)
    page.evaluate("tell()")

    assert page.locator(".contents [aria-current]").get_attribute("href") == "#costs"


def test_a_thumb_finds_the_way_back_to_the_contents(open_page):
    page = open_page(f"{PAGE}#costs", width=375)

    page.locator(".back").click()

    assert page.url.endswith("#contents")
    assert page.locator("#contents").is_visible()
