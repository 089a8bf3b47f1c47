"""What another release froze, or what is damaged, and this release cannot read: it must not close the staff's house."""

from typing import TypeVar

import msgspec

from treatments import content
from treatments.difference import Difference

P = TypeVar("P", bound=content.Part)
UNREADABLE = Difference("The whole page, which this release cannot read", "", "", clinical=True)
WAY_OUT = "This release cannot read what was published. Publish the draft again, or install the newer release."


def readable(text: str, kind: type[P]) -> P | None:
    try:
        return content.decode(text, kind)
    except msgspec.DecodeError:
        return None
