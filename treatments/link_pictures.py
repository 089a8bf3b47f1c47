"""The picture that chats and networks show beside a link to a treatment: its name, key facts and who says it.

A page's GET only works out its address, which holds a hash of all that is drawn; the file is drawn when it is first
asked for, and kept. Another name, fact or design is another file. No price is drawn: a picture has no date.
"""

import hashlib
import io
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from treatments import content, facts
from treatments.jsonld import SHARE_SIZE

DESIGN = 1
"""Raised when the drawing changes: every picture gets a new address."""
FONT = settings.BASE_DIR / "static" / "fonts" / "hind-600.woff2"
PAPER, INK, QUIET, LINE = "#f7f9fe", "#1e2060", "#555a80", "#c8cee6"
DERMIS, FAT, MARIGOLD = "#eeb69c", "#f6dfa4", "#f5a81c"
LEFT, RIGHT, RULER, SKIN_TOP, SCALE_MM = 80, 700, 860, 95, 5
MM = (SHARE_SIZE[1] - SKIN_TOP - 60) / SCALE_MM
DERMIS_MM = 1


class LinkPicture(NamedTuple):
    """All that is drawn."""

    name: str
    rows: tuple[tuple[str, str], ...]
    depth: tuple[float, float] | None
    brand: str

    @property
    def key(self) -> str:
        return hashlib.sha256(msgspec.json.encode([DESIGN, *self])).hexdigest()[:16]


def of(page: content.TreatmentPage, brand: str) -> LinkPicture:
    words = facts.frozen(page)
    rows = {
        "Proof that it works": page.evidence.label if page.evidence else "",
        "Course": words["sessions"],
        "Depth": words["depth"],
        "Downtime": words["downtime"],
    }
    shallow, deep = page.depth_mm_min, page.depth_mm_max
    depth = None if shallow is None or deep is None else (shallow, deep)
    return LinkPicture(page.name, tuple((label, value) for label, value in rows.items() if value), depth, brand)


def file_name(slug: str, picture: LinkPicture) -> str:
    return f"{slug}-{picture.key}.png"


def path(slug: str, picture: LinkPicture) -> str:
    return f"/media/link/{file_name(slug, picture)}"


def kept(name: str) -> Path:
    return settings.VAR_DIR / "media" / "link" / name


def ready(name: str, picture: LinkPicture) -> Path:
    """The file, drawn now if it is not there yet; never seen half written."""
    target = kept(name)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
            part.write(drawn(picture))
            part.flush()
            os.fsync(part.fileno())
        os.chmod(part.name, 0o644)
        os.replace(part.name, target)
    return target


def drawn(picture: LinkPicture) -> bytes:
    """A PNG of few colours, so that a phone has it at once."""
    image = Image.new("RGB", SHARE_SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw_skin(draw, picture.depth)
    bottom = draw_name(draw, picture.name)
    draw_rows(draw, picture.rows, bottom + 34)
    draw_brand(draw, picture.brand)
    out = io.BytesIO()
    image.quantize(48, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def draw_name(draw: ImageDraw.ImageDraw, name: str) -> float:
    """As large as fits into three lines. Returns where it ends."""
    for size in (92, 76, 64, 52, 44):
        font = typeface(size, name)
        lines = wrapped(name, font, RIGHT - LEFT)
        if len(lines) <= (2 if size > 64 else 3) and all(font.getlength(line) <= RIGHT - LEFT for line in lines):
            break
    top = 70.0
    for line in lines[:3]:
        draw.text((LEFT, top), line, INK, font)
        top += size * 1.08
    return top


def draw_rows(draw: ImageDraw.ImageDraw, rows: tuple[tuple[str, str], ...], top: float) -> None:
    for label, value in rows:
        if top > SHARE_SIZE[1] - 160:
            return
        draw.text((LEFT, top), label, QUIET, typeface(28, label))
        draw.text((LEFT + 290, top), value, INK, typeface(28, value))
        top += 48


def draw_brand(draw: ImageDraw.ImageDraw, brand: str) -> None:
    top = SHARE_SIZE[1] - 92
    for place, width in enumerate((36, 20, 28, 36)):
        draw.line((LEFT, top + 10 * place, LEFT + width, top + 10 * place), INK, 4)
    draw.text((LEFT + 58, top - 10), brand, INK, typeface(36, brand))


def draw_skin(draw: ImageDraw.ImageDraw, depth: tuple[float, float] | None) -> None:
    """Skin in section with a ruler, the site's own device; the reach of the needle is marked where it is known."""
    width = SHARE_SIZE[0]
    draw.rectangle((RULER, SKIN_TOP, width, SKIN_TOP + DERMIS_MM * MM), DERMIS)
    draw.rectangle((RULER, SKIN_TOP + DERMIS_MM * MM, width, SKIN_TOP + SCALE_MM * MM), FAT)
    for half in range(2 * SCALE_MM + 1):
        y, whole = SKIN_TOP + half * MM / 2, half % 2 == 0
        draw.line((RULER - (28 if whole else 16), y, RULER, y), INK, 3)
        if whole:
            draw.text((RULER - 40, y), str(half // 2), QUIET, typeface(24, "0"), anchor="rm")
    draw.text((RULER - 40, SKIN_TOP - 36), "mm", QUIET, typeface(24, "mm"), anchor="rm")
    if depth:
        deepest = min(depth[1], SCALE_MM)
        draw.rectangle((RULER, SKIN_TOP + min(depth[0], SCALE_MM) * MM, RULER + 14, SKIN_TOP + deepest * MM), MARIGOLD)
        draw.polygon(needle(RULER + 150, SKIN_TOP + deepest * MM), INK)


def needle(x: float, tip: float) -> list[tuple[float, float]]:
    return [(x - 7, 0), (x + 7, 0), (x + 7, tip - 26), (x, tip), (x - 7, tip - 26)]


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def typeface(size: int, text: str) -> ImageFont.FreeTypeFont:
    """The site's own face, which is a subset; Pillow's own where a letter is not in it."""
    own = own_face(size)
    return own if own and all(in_face(character) for character in text) else plain_face(size)


@lru_cache
def own_face(size: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(FONT, size)
    except OSError:
        return None


@lru_cache
def plain_face(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)  # type: ignore[return-value]


@lru_cache(maxsize=512)
def in_face(character: str) -> bool:
    """A missing letter is drawn as the face's box for letters that it does not have."""
    own = own_face(28)
    return character == " " or bool(own and bytes(own.getmask(character)) != bytes(own.getmask("\uffff")))
