"""Asking other sites whether an address still leads somewhere: one question a second to each, by name, and briefly."""

import ipaddress
import socket
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPException
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings

PAUSE, PATIENCE = 1.0, 10.0
"""Seconds between two questions to one host, and for an answer."""
REFUSES_ROBOTS = {401, 403, 405, 406, 418, 429, 451, 999}
"""Answers of sites that are there for people and not for programs: they say nothing about the page."""
GONE = {404, 410}


class Answer(NamedTuple):
    status: int | None
    fault: str


class NoRedirectInside(urllib.request.HTTPRedirectHandler):
    """A site elsewhere must not make us ask a machine of our own network."""

    def __init__(self, allowed: Callable[[str], bool]):
        self.allowed = allowed

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if not self.allowed(urlsplit(newurl).hostname or ""):
            raise OSError("leads into a private network")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_public(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return True  # asking it will say what is wrong
    return all(ipaddress.ip_address(address[4][0]).is_global for address in found)


def ask(url: str, *, allowed: Callable[[str], bool] = is_public) -> Answer:
    """HEAD, and GET where that is not answered well. Never raises."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return Answer(None, "is no web address.")
    if not allowed(host):
        return Answer(None, "is not on the public internet.")
    answer = once(url, "HEAD", allowed)
    return once(url, "GET", allowed) if answer.fault or answer.status in REFUSES_ROBOTS else answer


def once(url: str, method: str, allowed: Callable[[str], bool]) -> Answer:
    agent = f"Mozilla/5.0 (compatible; link check of {settings.SITE_URL})"
    try:
        request = urllib.request.Request(ascii_only(url), method=method, headers={"User-Agent": agent, "Accept": "*/*"})
        with urllib.request.build_opener(NoRedirectInside(allowed)).open(request, timeout=PATIENCE) as response:
            return Answer(response.status, "")
    except HTTPError as error:
        error.close()
        return Answer(error.code, said(error.code))
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        return Answer(None, f"does not answer ({type(reason).__name__}).")


def said(status: int) -> str:
    if status in GONE:
        return f"is gone (answer {status})."
    if status in REFUSES_ROBOTS:
        return ""
    return f"answers with an error ({status})."


def ascii_only(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.encode("idna").decode() if not parts.netloc.isascii() else parts.netloc
    return urlunsplit((parts.scheme, host, quote(parts.path, "/%:@!$&'()*+,;=~"), quote(parts.query, "/%?=&+:,;@"), ""))


def politely(urls: Iterable[str], *, sleep: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """The same addresses, with a pause before a second one of the same host; hosts take turns."""
    asked: dict[str, float] = {}
    for url in by_turns(list(urls)):
        host = url.split("/")[2]
        wait = asked.get(host, 0) + PAUSE - time.monotonic()
        if wait > 0:
            sleep(wait)
        yield url
        asked[host] = time.monotonic()


def by_turns(urls: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    turns = []
    for url in urls:
        host = url.split("/")[2]
        seen[host] = turn = seen.get(host, 0) + 1
        turns.append((turn, url))
    return [url for _, url in sorted(turns, key=lambda pair: pair[0])]
