"""An uploaded photograph into the files that patients get: checked, turned upright, cropped, stripped, re-encoded.

Nothing of the upload itself is kept: neither where it was taken nor by which camera, nor anything hidden in it.
"""

import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MOST_BYTES = 6 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_WIDTH = 400
MOST_OBLONG = 5
WIDTHS = (400, 800, 1200, 1600)
READ = ("JPEG", "PNG", "WEBP", "AVIF")
RECIPE = 1
"""Raised when the files would come out differently: the same upload then gets other names."""
FORMATS: dict[str, dict] = {
    "avif": {"format": "AVIF", "quality": 58, "speed": 6},
    "webp": {"format": "WEBP", "quality": 78, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True},
}
"""Ending to how Pillow writes it, the lightest first: browsers take the first that they know."""
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}


class Refused(ValueError):
    """One sentence for whoever uploads: what is wrong and what to do."""


class Rendition(NamedTuple):
    name: str
    width: int
    ending: str
    content: bytes


def opened(file: BinaryIO, size: int) -> Image.Image:
    """The picture as people see it: upright, in sRGB, without a second frame. Raises Refused."""
    if size > MOST_BYTES:
        raise Refused(f"The file has {size / 1_048_576:.1f} MB; at most 6 MB are taken. Save it smaller and try again.")
    try:
        read = Image.open(file, formats=READ)
        refuse_odd(read)
        read.load()
        image = upright(read)
        image.info.clear()  # Pillow writes some of it again: comments, profiles
        return image
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise Refused("The picture has far more than 40 megapixels. Make it smaller.") from None
    except UnidentifiedImageError:
        raise Refused("This is no JPEG, PNG, WebP or AVIF picture. Save it as one of these and try again.") from None
    except Exception:  # Pillow's readers raise errors of a dozen kinds on a broken file
        raise Refused("This picture is damaged and cannot be read. Save it anew and try again.") from None


def refuse_odd(image: Image.Image) -> None:
    """From the header alone, before anything is decoded."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Refused(f"The picture has {width * height / 1e6:.0f} megapixels; at most 40 are taken. Make it smaller.")
    # A telephone's JPEG may carry a second picture for bright screens: that is no film.
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise Refused("This picture moves. Upload a still one.")


def upright(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(in_eight_bits(image))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return in_srgb(image.convert("RGB") if image.mode not in ("RGB", "CMYK") else image, profile)


def in_eight_bits(image: Image.Image) -> Image.Image:
    """Grey in 65,536 steps, of which Pillow would keep the darkest 256 and turn the rest white."""
    if not image.mode.startswith("I;16"):
        return image
    image.info.pop("transparency", None)
    return image.point(lambda step: step / 256).convert("L")


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours stay what they were when the profile that explains them is dropped."""
    if profile:
        try:
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, found, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return turned if turned is not None else image.convert("RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
    return image.convert("RGB")


def cropped(image: Image.Image, ratio: float | None, centre: tuple[float, float]) -> Image.Image:
    """The largest part of that shape (width over height) around a point, given as fractions. Raises Refused."""
    if ratio:
        width, height = image.size
        size = (width, round(width / ratio)) if width / ratio <= height else (round(height * ratio), height)
        left, top = (
            min(max(round(length * at - part / 2), 0), length - part)
            for length, part, at in zip(image.size, size, centre, strict=True)
        )
        image = image.crop((left, top, left + size[0], top + size[1]))
    if image.width < LEAST_WIDTH:
        raise Refused(f"The picture would be {image.width} pixels wide; at least {LEAST_WIDTH} are needed.")
    if max(image.size) > MOST_OBLONG * min(image.size):
        raise Refused(f"The picture would be a strip of {image.width} × {image.height} pixels. Choose another shape.")
    return image


def widths(image: Image.Image) -> list[int]:
    """Never larger than the picture is."""
    smaller = [width for width in WIDTHS if width < image.width]
    return [*smaller, min(image.width, WIDTHS[-1])] if len(smaller) < len(WIDTHS) else list(WIDTHS)


def key(source: str, ratio: float | None, centre: tuple[float, float]) -> str:
    """Names the files: the same upload cropped the same way has the same name, and nothing else has."""
    return hashlib.sha256(repr((RECIPE, source, ratio, centre)).encode()).hexdigest()[:20]


def renditions(image: Image.Image, name: str) -> Iterator[Rendition]:
    """One file after the other: each takes up to a second."""
    for width in widths(image):
        height = max(1, round(image.height * width / image.width))
        sized = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)
        for ending, options in FORMATS.items():
            out = io.BytesIO()
            sized.save(out, **options)
            yield Rendition(file_name(name, width, ending), width, ending, out.getvalue())


def file_name(name: str, width: int, ending: str) -> str:
    return f"pictures/{name}-{width}.{ending}"
