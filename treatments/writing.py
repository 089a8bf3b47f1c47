"""Small pieces of Markdown that fields become."""

import datetime

from treatments import content
from treatments.templatetags.words import lasting


def on(day: datetime.date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "Not checked"


def with_medical(effect: content.SideEffect) -> str:
    return f"{effect.name_plain} ({effect.name_medical})" if effect.name_medical else effect.name_plain


def how_long(effect: content.SideEffect) -> str:
    length = lasting(effect)
    return f"It lasts {length}." if length else ""


def join(*pieces: str) -> str:
    return " ".join(piece for piece in pieces if piece)


def bullets(lines) -> str:
    return "\n".join(f"- {line}" for line in lines if line)


def table(head: tuple[str, ...], rows) -> str:
    """Nothing where there are no rows."""
    written = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    rule = f"|{' --- |' * len(head)}"
    return "\n".join([f"| {' | '.join(head)} |", rule, *written]) if written else ""
