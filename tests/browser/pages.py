"""Which pages there are to look at, as search engines find them, and those that they are not told of."""

import urllib.request
import xml.etree.ElementTree as XML

UNLISTED = [
    "/nowhere/",
    "/compare/?t=mesotherapy&t=prp",
    "/enquire/",
    "/treatments/mesotherapy/changes/",
    "/treatments/mesotherapy/questions/",
    "/treatments/mesotherapy/sources/",
    "/accounts/login/",
]
ONE_OF_EACH = [
    "/",
    "/treatments/",
    "/treatments/mesotherapy/",
    "/concerns/",
    "/concerns/fine-lines/",
    "/about/",
    *UNLISTED,
]


HALVES = [slice(0, None, 2), slice(1, None, 2)]
"""Of a list of pages: one for each of two processes."""
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def listed(site) -> list[str]:
    with urllib.request.urlopen(f"{site.url}/sitemap.xml", timeout=10) as answer:
        document = XML.fromstring(answer.read())
    return [element.text.removeprefix(site.url) for element in document.iter() if element.tag.endswith("}loc")]


def every_page(site) -> list[str]:
    return [*listed(site), *UNLISTED]


def unfold(page) -> None:
    """Opens every part that a reader could open."""
    page.eval_on_selector_all("details", "found => found.forEach(e => { e.open = true })")


def switch(page, *, dark: bool) -> None:
    """To the colours of the other scheme, at once: none of them halfway through a transition."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.evaluate("document.getAnimations().forEach(animation => animation.finish())")


def press(page, selector: str) -> None:
    """What leads to another page, and waits for it: a click alone may be over before the browser has left."""
    with page.expect_navigation():
        page.click(selector)
