"""Which kinds of mail there are. Apps register theirs; the outbox knows only a kind and the key of the thing."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """A mail as it is to be sent. The subject is fixed text of ours, never words that a stranger typed."""

    to: str
    subject: str
    body: str
    reply_to: str = ""
    confidential: bool = False
    """Holds a code or a link that is for the recipient alone: staff who look at the outbox do not see it."""


@dataclass(frozen=True)
class Ping:
    """A message to another program: JSON, posted over the web. Two of the same do no harm."""

    url: str
    data: dict


Writer = Callable[[str], Letter | Ping | None]
writers: dict[str, Writer] = {}
over_the_web: set[str] = set()
"""Kinds that are sent as a `Ping`, with or without a mail server."""


def kind(name: str, *, web: bool = False) -> Callable[[Writer], Writer]:
    """Registers what writes this kind of mail from the thing's key; None says that the thing is gone."""

    def register(write: Writer) -> Writer:
        writers[name] = write
        if web:
            over_the_web.add(name)
        return write

    return register
