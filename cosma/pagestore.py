"""Published pages as ready bytes, in front of Django: at a static file's speed, and when all behind them is dead.

A view that wears `@public_page` may be stored. What follows from that:

* Nothing of a visitor's request reaches it but the address: pages are rendered for a request of our own making, so
  no header, cookie, host or unknown parameter can split or poison what the next reader gets.
* A page is kept under the stamp that was known *before* it was rendered (`stamps.py`). If somebody publishes in
  between, this copy is never served. A view says with `expires` at which moment its page changes by itself.
* It lies in memory (`memory.py`), on disk for all workers of this node and for nginx (`pagefiles.py`), as bytes for
  each encoding (`storedpage.py`). `housekeeper.py` renders anew what was published, and compresses better.
* What is read often lies ready for nginx too, which then asks nobody (`livefiles.py`).
* When the database does not answer, or rendering fails, the last good page is served, with `Age` and `Cache-Status`.

This module is what views and verbs say to the store; `storefront.py` is what stands before Django. A fault in there
is logged, and the request goes on to Django.
"""

import re
from functools import partial, wraps
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from django.db import transaction
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

TICKET = "cosma.pagestore.ticket"
VALUES = {"page": re.compile("[1-9][0-9]{0,3}"), "concern": re.compile("[a-z0-9-]{0,80}")}
"""Parameters that a published page may read, and how their values look."""
WITHOUT = (None, "", "1")


class Rules(NamedTuple):
    everything: bool
    parameters: tuple[str, ...]


class Ticket:
    """Travels with a request of ours and comes back with what the view said."""

    public = False
    until: float | None = None


def public_page(view=None, *, everything=False, parameters=()):
    """Lets the answers of a view be stored: it sets no cookie and asks nothing of the request but its address.

    The page grows old with its own address's stamp and those above it, or, with `everything`, whenever any page does.
    `parameters` are those of VALUES that it reads from the query; all others are ignored.
    """
    if view is None:
        return partial(public_page, everything=everything, parameters=parameters)

    @wraps(view)
    def marked(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        if ticket := request.META.get(TICKET):
            ticket.public = True
        return response

    safe: Any = require_safe(marked)
    safe.public_page = Rules(everything, tuple(parameters))
    return safe


def expires(request, *moments) -> None:
    """Says when this page will read differently though nobody touches it: a plan, a review due, a price too old."""
    if ticket := request.META.get(TICKET):
        known = [moment.timestamp() for moment in moments if moment]
        ticket.until = min(known + ([ticket.until] if ticket.until else []), default=None)


running: Any = None
"""The store of this process, where there is one: in the server's workers, not in commands and tests."""


def touch() -> None:
    """Has this worker look for moved stamps as soon as the transaction commits; others look within half a second.

    The stamps themselves are moved by triggers (`treatments/models/stamps.py`), whoever writes the rows.
    """
    if running:
        transaction.on_commit(running.stamps.wake.set)


def rules_of(path: str) -> Rules | None:
    try:
        return getattr(resolve(path).func, "public_page", None)
    except Resolver404:
        return None


def with_parameters(path: str, query: str, rules: Rules) -> str | None:
    """Known ones alone, in one order, and not the first page, which is the one without a number.

    Nothing where nginx might read them otherwise than we do: twice, in capitals, or written in another way.
    """
    found: dict[str, str] = {}
    for part in query.split("&") if rules.parameters else ():
        written, _, value = part.partition("=")
        name = unquote_plus(written).lower()
        if name not in rules.parameters:
            continue
        if name != written or name in found or not VALUES[name].fullmatch(value):
            return None
        found[name] = value
    kept = [f"{name}={found[name]}" for name in rules.parameters if found.get(name) not in WITHOUT]
    return f"{path}?{'&'.join(kept)}" if kept else path
