"""One page as ready bytes: its headers and its body in each encoding, and which of them a request gets.

Knows HTTP, and nothing of stamps, files or Django.
"""

import gzip
import hashlib
import json
import time
import zlib
from email.utils import formatdate, parsedate_to_datetime

import brotli

# Browsers ask each time and are told "not modified"; a shared cache may keep it for a second, or longer when we are
# gone.
CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-if-error=86400"
ENCODINGS = ("br", "gzip", "identity")
OURS = {
    "age",
    "cache-control",
    "cache-status",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "etag",
    "last-modified",
    "vary",
}
STATUS, NOT_MODIFIED = "200 OK", "304 Not Modified"
MAGIC = b"stored page 1\n"

Headers = list[tuple[str, str]]


class Variant:
    """A page in one encoding, as it goes over the wire."""

    __slots__ = ("body", "etag", "headers", "none", "unmodified")

    def __init__(self, encoding: str, body: bytes, headers: Headers, modified: int):
        digest = hashlib.sha256(repr(headers).encode() + body).hexdigest()[:20]
        self.body, self.none = [body], [b""]
        self.etag = f'"{digest}"'
        self.unmodified = [
            ("ETag", self.etag),
            ("Last-Modified", formatdate(modified, usegmt=True)),
            ("Cache-Control", CACHE_CONTROL),
            ("Vary", "Accept-Encoding"),
        ]
        coded = [("Content-Encoding", encoding)] if encoding != "identity" else []
        self.headers = [*headers, *self.unmodified, *coded, ("Content-Length", str(len(body)))]


class Page:
    """`as_of` is the stamp that was known before it was rendered, `until` when it expires by itself."""

    def __init__(
        self, key, bodies, headers, *, as_of, release, rendered, modified, until=None, everything=False, best=False
    ):
        self.key, self.bodies, self.own_headers = key, bodies, headers
        self.as_of, self.release, self.rendered, self.modified = as_of, release, rendered, modified
        self.until, self.everything, self.best = until, everything, best
        self.depends_on = ancestors(key)
        self.expires = until or float("inf")
        self.variants = {name: Variant(name, bodies[name], headers, modified) for name in ENCODINGS}
        self.size = sum(map(len, bodies.values())) + 4096
        # What the store notes on it: compared with the stamps of this generation, asked for since the last clearing,
        # and in which while of `livefiles.py` it was asked for and given to nginx.
        self.generation = -1
        self.used = True
        self.asked_in = self.given_in = ""

    def answer(self, environ: dict, start_response, extra: Headers | None = None) -> list[bytes]:
        variant = self.variants[accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))]
        if self.is_known(environ, variant):
            start_response(NOT_MODIFIED, variant.unmodified + extra if extra else variant.unmodified)
            return variant.none
        start_response(STATUS, variant.headers + extra if extra else variant.headers)
        return variant.none if environ["REQUEST_METHOD"] == "HEAD" else variant.body

    def is_known(self, environ: dict, variant: Variant) -> bool:
        """The reader has these very bytes. An ETag counts more than a date, which is only exact to a second.

        A later date than ours is another node's: it may have rendered older words later, by its clock.
        """
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags is not None:
            return tags.strip() == "*" or any(tag.strip().removeprefix("W/") == variant.etag for tag in tags.split(","))
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        return since is not None and seconds(since) == self.modified

    def improved(self) -> "Page":
        """The same page in the fewest bytes; takes a twentieth of a second."""
        plain = self.bodies["identity"]
        smallest = {
            "identity": plain,
            "gzip": gzip.compress(plain, 9, mtime=0),
            "br": brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11),
        }
        return Page(self.key, smallest, self.own_headers, **self.notes() | {"best": True})

    def notes(self) -> dict:
        names = ("as_of", "release", "rendered", "modified", "until", "everything", "best")
        return {name: getattr(self, name) for name in names}

    def encode(self) -> bytes:
        """For a file. The plain text is left out: it is in the gzip."""
        squeezed, small = self.bodies["gzip"], self.bodies["br"]
        head = {"key": self.key, "headers": self.own_headers, "gzip": len(squeezed), **self.notes()}
        content = json.dumps(head).encode() + b"\n" + squeezed + small
        return MAGIC + f"{zlib.crc32(content)}\n".encode() + content


def decode(data: bytes) -> Page:
    """Raises ValueError for what is not whole."""
    magic, rest = data[: len(MAGIC)], data[len(MAGIC) :]
    checksum, _, content = rest.partition(b"\n")
    if magic != MAGIC or int(checksum) != zlib.crc32(content):
        raise ValueError("not a stored page, or damaged")
    line, _, bodies = content.partition(b"\n")
    head = json.loads(line)
    middle, key, headers = head.pop("gzip"), head.pop("key"), [tuple(pair) for pair in head.pop("headers")]
    squeezed, small = bodies[:middle], bodies[middle:]
    return Page(key, {"identity": gzip.decompress(squeezed), "gzip": squeezed, "br": small}, headers, **head)


def quickly(body: bytes) -> dict[str, bytes]:
    """Encodings good enough for the first readers, in two milliseconds."""
    return {
        "identity": body,
        "gzip": gzip.compress(body, 6, mtime=0),
        "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    }


def ancestors(key: str) -> tuple[str, ...]:
    """The stamps that a page depends on: its own address, and those above it up to `/`; `x.md` lies under `x/`."""
    path = key.partition("?")[0]
    folders = [path[: place + 1] for place, letter in enumerate(path) if letter in "/."]
    return tuple(dict.fromkeys([folder.replace(".", "/") for folder in folders] + [path]))


_accepted: dict[str, str] = {}


def accepted(header: str) -> str:
    """The best encoding that the client takes."""
    known = _accepted.get(header)
    if known is None:
        known = negotiated(header)
        if len(_accepted) < 500 and len(header) < 200:
            _accepted[header] = known
    return known


def negotiated(header: str) -> str:
    weights = {}
    for entry in header.lower().split(","):
        name, _, parameter = entry.partition(";")
        weights[name.strip()] = weight(parameter)
    best = max(ENCODINGS[:2], key=lambda name: weights.get(name, weights.get("*", 0)))
    found = weights.get(best, weights.get("*", 0))
    return best if found > 0 and found >= weights.get("identity", 0) else "identity"


def weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def later_than(old: Page | None) -> int:
    """A modification date that no other version of the page has had, even within one second."""
    return max(int(time.time()), old.modified + 1 if old else 0)
