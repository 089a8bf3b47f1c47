"""What becomes of an uploaded photograph: nothing hidden survives, nothing broken gets in, nothing is half kept."""

import io
import zlib

import pytest
from PIL import Image, PngImagePlugin

from treatments import images

GPS = 0x8825


def photograph(size=(1300, 900), kind="JPEG", mode="RGB", **options) -> io.BytesIO:
    """Its left half is red and its right half is blue."""
    image = Image.new(mode, size, "red" if mode != "L" else 80)
    image.paste("blue" if mode != "L" else 200, (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def opened(file: io.BytesIO) -> Image.Image:
    return images.opened(file, file.getbuffer().nbytes)


def made(image: Image.Image) -> dict[tuple[int, str], bytes]:
    return {(found.width, found.ending): found.content for found in images.renditions(image, "name")}


def told_secrets() -> io.BytesIO:
    exif = Image.Exif()
    exif[0x010E] = "SECRET description"
    exif.get_ifd(GPS)[1] = "SECRET"
    return photograph(exif=exif, comment=b"SECRET comment", xmp=b"<x>SECRET</x>")


def test_everything_hidden_in_the_file_is_dropped():
    assert b"SECRET" in told_secrets().getvalue()

    for (width, ending), content in made(opened(told_secrets())).items():
        again = Image.open(io.BytesIO(content))
        assert b"SECRET" not in content, (width, ending)
        assert not again.getexif(), (width, ending)
        assert not {"comment", "xmp", "icc_profile", "exif"} & again.info.keys(), (width, ending)


def test_each_width_comes_in_each_format_and_none_is_larger_than_the_picture():
    files = made(opened(photograph()))

    assert {width for width, _ in files} == {400, 800, 1200, 1300}
    assert {ending for _, ending in files} == {"avif", "webp", "jpg"}
    for (width, ending), content in files.items():
        again = Image.open(io.BytesIO(content))
        assert (again.format, again.size) == (
            images.FORMATS[ending]["format"],
            (width, round(900 * width / 1300)),
        )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_that_lay_on_its_side_stands_up(kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it a quarter to the right

    assert opened(photograph((1200, 600), kind, exif=exif)).size == (600, 1200)


@pytest.mark.parametrize(
    ("focus", "colour"), [((0.0, 0.5), "red"), ((1.0, 0.5), "blue"), ((0.1, 0.5), "red"), ((0.95, 1.0), "blue")]
)
def test_what_must_stay_in_sight_stays(focus, colour):
    part = images.cropped(opened(photograph((2000, 600), "PNG")), 1.0, focus)

    assert part.size == (600, 600)
    assert part.getpixel((300, 300)) == {"red": (255, 0, 0), "blue": (0, 0, 255)}[colour]


def test_transparency_becomes_paper_and_grey_stays_grey():
    clear = Image.new("RGBA", (500, 500), (255, 0, 0, 0))
    out = io.BytesIO()
    clear.save(out, "PNG")

    assert opened(out).getpixel((9, 9)) == (255, 255, 255)
    assert opened(photograph(mode="L")).getpixel((9, 9)) == (80, 80, 80)


def test_grey_in_sixteen_bits_keeps_its_light_parts():
    steps = [step * 256 for step in range(256)] * 2
    fine = Image.new("I;16", (512, 1))
    fine.putdata(steps)
    out = io.BytesIO()
    fine.resize((512, 400), Image.Resampling.NEAREST).save(out, "PNG", transparency=0)

    grey = opened(out)
    assert [grey.getpixel((step, 9))[0] for step in (0, 100, 200, 255)] == [0, 100, 200, 255]


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (500, 500), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def vast(side: int) -> bytes:
    """A few bytes that say that they are a square of that many pixels."""
    head = b"IHDR" + side.to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    small = photograph((500, 500), "PNG").getvalue()
    return small[:12] + head + zlib.crc32(head).to_bytes(4) + small[33:]


def padded() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "a" * 900_000, zip=False)
    return photograph((500, 500), "PNG", pnginfo=info).getvalue() + b"\0" * 6_000_000


REFUSED = {
    "empty": (lambda: b"", "This is no JPEG"),
    "text": (lambda: b"hello " * 400, "This is no JPEG"),
    "a web page": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "This is no JPEG",
    ),
    "GIF": (lambda: photograph(kind="GIF", mode="L").getvalue(), "This is no JPEG"),
    "TIFF": (lambda: photograph(kind="TIFF").getvalue(), "This is no JPEG"),
    "cut off JPEG": (lambda: photograph().getvalue()[:3000], "damaged"),
    "cut off AVIF": (lambda: photograph(kind="AVIF").getvalue()[:700], "damaged|This is no JPEG"),
    "cut off WebP": (lambda: photograph(kind="WEBP").getvalue()[:200], "damaged|This is no JPEG"),
    "broken PNG": (lambda: photograph(kind="PNG").getvalue()[:60] + b"\xff" * 90, "damaged"),
    "moving WebP": (lambda: animated("WEBP"), "This picture moves"),
    "moving PNG": (lambda: animated("PNG"), "This picture moves"),
    "moving AVIF": (lambda: animated("AVIF"), "This picture moves"),
    "large": (lambda: vast(7_000), "49 megapixels; at most 40"),
    "vast": (lambda: vast(30_000), "more than 40 megapixels"),
    "heavy": (lambda: padded(), "6.6 MB; at most 6 MB"),
}
"""Made for the test alone: every run loads this module, whatever it is about."""


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_usable_picture_is_refused_with_what_to_do(kind):
    make, words = REFUSED[kind]

    with pytest.raises(images.Refused, match=words):
        opened(io.BytesIO(make()))


def test_a_picture_too_small_for_a_telephone_is_refused():
    with pytest.raises(images.Refused, match="would be 300 pixels wide; at least 400"):
        images.cropped(opened(photograph((900, 300))), 1.0, (0.5, 0.5))


@pytest.mark.parametrize("size", [(400, 20_000), (2100, 400), (50_000, 1)])
def test_a_strip_is_refused_before_anything_is_made_of_it(size):
    with pytest.raises(images.Refused, match=f"a strip of {size[0]} × {size[1]} pixels. Choose another shape."):
        images.cropped(opened(photograph(size, "PNG")), None, (0.5, 0.5))
