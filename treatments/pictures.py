"""Pictures as a page shows them: in every format and width, so that a browser takes the lightest that will do."""

from typing import NamedTuple

from treatments import content, images

OPENING = "opening"
SIZES = "(min-width: 44rem) 40rem, 100vw"
"""Widths in the layout: the column of text, or a phone's whole screen."""


class Shown(NamedTuple):
    placed: content.PlacedPicture
    image: content.Image

    @property
    def url(self) -> str:
        """For a browser that knows no `srcset`, and for crawlers."""
        return address(self.image, self.image.widths[-1], "jpg")

    @property
    def srcset(self) -> str:
        return srcset(self.image, "jpg")

    @property
    def sources(self) -> list[tuple[str, str]]:
        return [(images.TYPES[ending], srcset(self.image, ending)) for ending in ("avif", "webp")]

    @property
    def sizes(self) -> str:
        return SIZES


def shown(page: content.TreatmentPage) -> dict[str, Shown]:
    """By the place where each stands."""
    known = {image.key: image for image in page.images}
    return {placed.anchor: Shown(placed, known[placed.picture]) for placed in page.pictures if placed.picture in known}


def srcset(image: content.Image, ending: str) -> str:
    return ", ".join(f"{address(image, width, ending)} {width}w" for width in image.widths)


def address(image: content.Image, width: int, ending: str) -> str:
    return f"/media/{images.file_name(image.key, width, ending)}"
