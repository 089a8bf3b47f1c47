"""Which pages nginx finds ready, and how soon it no longer does. tests/deploy/test_live.py asks nginx itself."""

import time

import brotli
import pytest
import time_machine

from cosma import storedpage
from cosma.livefiles import WHILE, LiveFiles
from cosma.storedpage import Page

HTML = [("Content-Type", "text/html; charset=utf-8"), ("X-Frame-Options", "DENY")]
MODIFIED = 1_700_000_000


def page(key="/treatments/needling/", headers=HTML, **notes) -> Page:
    given = {"as_of": 5, "release": "new", "rendered": 0, "modified": MODIFIED, "best": True} | notes
    return Page(key, storedpage.quickly(b"<p>words</p>"), headers, **given)


@pytest.fixture
def live(tmp_path):
    live = LiveFiles(tmp_path / "live", "new")
    live.lead(5)
    return live


def found(live, name="treatments/needling/index.html.br"):
    """What nginx finds, whose clock names the while."""
    return live.folder / str(int(time.time() / WHILE)) / name


def test_a_page_lies_where_nginx_looks_under_its_own_date(live):
    live.put(page(), live.current)
    live.put(page("/treatments/?page=2"), live.current)

    assert brotli.decompress(found(live).read_bytes()) == b"<p>words</p>"
    assert found(live).stat().st_mtime == MODIFIED
    assert found(live, "treatments/index.page-2.html").read_bytes() == b"<p>words</p>"


def test_it_is_gone_when_a_stamp_moves_or_the_database_is_out_of_sight(live):
    live.put(page(), live.current)
    live.lead(6)
    assert not found(live).exists()

    live.put(page(), live.current)
    live.leave()
    assert not found(live).exists()


def test_a_worker_that_lags_behind_brings_nothing_old_back(live):
    slow = LiveFiles(live.folder, "new")
    slow.lead(5)
    before = slow.current
    live.lead(6)

    slow.put(page(), before)
    slow.lead(5)

    assert not found(live).exists()


def test_what_was_given_lasts_for_its_while_alone(live):
    live.put(page(), live.current)

    with time_machine.travel(time.time() + WHILE):
        assert not found(live).exists()
    with time_machine.travel(time.time() + 2 * WHILE):
        live.lead(5)
        assert len(list(live.folder.iterdir())) == 2


def test_many_publishes_leave_nothing_behind_and_a_strange_file_does_no_harm(live):
    (live.folder / "lost+found").mkdir()
    for version in range(5, 15):
        live.lead(version)
        live.put(page(as_of=version), live.current)

    assert found(live).exists()
    assert len(list(live.folder.iterdir())) == 3


@pytest.mark.parametrize(
    "other",
    [
        page(until=time.time() + 1),
        page(best=False),
        page("/feed.atom"),
        page(headers=[*HTML, ("X-Robots-Tag", "noindex")]),
        page(headers=[("Content-Type", "text/plain; charset=utf-8")]),
    ],
    ids=["changes by itself soon", "not compressed well", "no page", "another header", "another type"],
)
def test_what_nginx_could_not_give_rightly_is_left_to_us(live, other):
    live.put(other, live.current)

    assert [path for path in live.folder.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_written_costs_speed_alone(tmp_path):
    (tmp_path / "file").touch()
    live = LiveFiles(tmp_path / "file" / "live", "new")

    live.lead(5)
    live.put(page(), live.current)

    assert live.current == ""
