"""The parts of the page store that need no site: memory, files, encodings, addresses."""

import gzip

import pytest

from cosma import pagestore, storedpage
from cosma.memory import Memory
from cosma.pagefiles import PageFiles, file_name
from cosma.stamps import Stamps


def test_lists_keep_one_page_for_each_number():
    rules = pagestore.Rules(True, ("page",))

    keys = [
        pagestore.with_parameters("/x/", query, rules) for query in ("", "page=1", "page=2&a=b", "page=0", "page=x")
    ]

    assert keys == ["/x/", "/x/", "/x/?page=2", None, None]


def test_filters_are_kept_too_and_what_nginx_may_read_otherwise_is_not():
    rules = pagestore.Rules(True, ("concern", "page"))
    queries = {
        "concern=a": "/x/?concern=a",
        "page=2&concern=a-b&x=%00": "/x/?concern=a-b&page=2",
        "concern=&page=1": "/x/",
        "concern=a&concern=b": None,
        "page=2&page=3": None,
        "p%61ge=3": None,
        "page=%32": None,
        "PAGE=3": None,
        "concern=A": None,
        "concern=a/../b": None,
        "concern=" + "a" * 81: None,
        "concerns=a": "/x/",
    }

    assert {query: pagestore.with_parameters("/x/", query, rules) for query in queries} == queries


def test_memory_and_disk_keep_within_their_bounds(tmp_path):
    memory, files = Memory(60_000), PageFiles(tmp_path, 40_000)
    for number in range(20):
        page = a_page(f"/page-{number}/")
        page.used = False
        memory.put(page)
        memory.pages["/page-0/"].used = True  # read all the time
        files.write(page)
    files.trim()

    assert memory.size <= 60_000 and "/page-0/" in memory.pages and "/page-19/" in memory.pages
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 40_000


def a_page(key: str) -> storedpage.Page:
    body = bytes(range(256)) * 16
    notes = {"as_of": 1, "release": "x", "rendered": 0.0, "modified": 0}
    return storedpage.Page(key, {"identity": body, "gzip": gzip.compress(body), "br": body}, [("A", "b")], **notes)


def test_a_damaged_file_is_no_page(tmp_path):
    files = PageFiles(tmp_path, 10**6)
    files.write(a_page("/x/"))
    assert files.read("/x/").key == "/x/"

    files.path("/x/").write_bytes(files.path("/x/").read_bytes()[:-7])

    assert files.read("/x/") is None
    assert files.read("/../x/") is None and files.read("/y/") is None


def test_files_are_named_by_their_address():
    names = [file_name(key) for key in ("/", "/treatments/x/", "/treatments/?page=2", "/sitemap.xml")]
    names.append(file_name("/treatments/?concern=fine-lines&page=2"))

    assert names == [
        "index.html",
        "treatments/x/index.html",
        "treatments/index.page-2.html",
        "sitemap.xml",
        "treatments/index.concern-fine-lines.page-2.html",
    ]


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", "identity"),
        ("*", "br"),
        ("gzip, deflate, br", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0.5, identity", "identity"),
        ("br;q=nan", "identity"),
        ("deflate", "identity"),
    ],
)
def test_clients_get_an_encoding_that_they_take(header, encoding):
    assert storedpage.negotiated(header) == encoding


def test_a_page_depends_on_its_own_address_and_those_above():
    assert storedpage.ancestors("/treatments/x/questions/") == (
        "/",
        "/treatments/",
        "/treatments/x/",
        "/treatments/x/questions/",
    )
    assert "/treatments/x/" in storedpage.ancestors("/treatments/x.md")


@pytest.mark.django_db
def test_blind_stamps_see_again():
    stamps = Stamps()
    assert stamps.blind
    stamps.look()
    assert not stamps.blind
