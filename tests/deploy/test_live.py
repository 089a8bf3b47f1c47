"""Pages that are read often: nginx gives them from files, and they are as right and as new as from us."""

import gzip
import http.client
import time

import brotli
import pytest

from tests.deploy.nodes import wait_until
from tests.deploy.readers import Answer, Readers, ask, get
from tests.deploy.test_freshness import Desk
from tests.deploy.test_kills import policy
from tests.deploy.test_outage import gone

PATH = "/treatments/mesotherapy/"
OFTEN = "/treatments/often-published/"
NAMES = (
    *("content-type", "content-encoding", "last-modified", "cache-control", "vary", "permissions-policy"),
    *("x-content-type-options", "x-frame-options", "referrer-policy"),
    *("cross-origin-opener-policy", "cross-origin-resource-policy"),
)
UNPACK = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
OLDEST = 3.0


def is_from_a_file(answer: Answer) -> bool:
    return answer.status == 200 and not answer["etag"]


def from_a_file(port: int, path: str = PATH, **headers) -> Answer:
    """Once it has been read often enough."""
    answers = []

    def asked() -> bool:
        answers.append(get(port, path, **headers))
        return is_from_a_file(answers[-1])

    wait_until(asked, 60, "nginx has no file of it")
    return answers[-1]


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_page_from_a_file_is_the_same_page(encoding, node, nginx):
    theirs = from_a_file(nginx.port, accept_encoding=encoding)
    ours = get(node.port, PATH, accept_encoding=encoding)

    # A worker that has not got to it yet gives more bytes of the same words.
    assert UNPACK[encoding](theirs.body) == UNPACK[encoding](ours.body)
    assert [theirs[name] for name in NAMES] == [ours[name] for name in NAMES]
    assert policy(theirs) == policy(ours)


def test_who_has_it_is_told_so_and_who_sends_something_is_not_answered_from_a_file(node, nginx):
    page = from_a_file(nginx.port)
    ours = get(node.port, PATH)

    def status(**request) -> int:
        return get(nginx.port, PATH, **request).status

    assert status(if_modified_since=page["last-modified"]) == status(if_none_match=ours["etag"]) == 304
    assert status(if_modified_since="Sat, 01 Jan 2000 00:00:00 GMT") == status(if_none_match='"other"') == 200
    assert get(nginx.port, PATH, method="HEAD").body == b""
    assert status(method="POST", body="x=1") == get(node.port, PATH, method="POST", body="x=1").status == 405


def test_parameters_that_say_nothing_do_not_hide_those_that_do(nginx):
    from_a_file(nginx.port, "/treatments/")

    assert get(nginx.port, "/treatments/?page=evil").status == 404
    assert get(nginx.port, "/treatments/?concern=evil").status == 404
    assert get(nginx.port, "/treatments/?concern=fine-lines").body != get(nginx.port, "/treatments/").body


def test_no_reader_behind_nginx_sees_words_older_than_three_seconds(nginx, editor):
    desk, files = Desk(editor, OLDEST), []
    editor.ask("make", slug="often-published", words="mark-0-end")
    wait_until(lambda: b"mark-0-end" in get(nginx.port, OFTEN).body, 15, "never seen")

    def fault(path, answer, asked_at) -> str:
        files.append(is_from_a_file(answer))
        return desk.fault(path, answer, asked_at)

    with Readers([nginx.port], [OFTEN], fault, count=8, rate=100) as readers:
        for number in range(1, 4):
            desk.publish(number)
            time.sleep(OLDEST + 1.5)

    print(f"{readers.answers} answers, {sum(files)} from files, {len(readers.faults)} old or mixed")
    assert (readers.faults, readers.broken) == ([], [])
    assert any(files)


def test_pages_are_marked_as_old_again_while_the_database_is_away(database, node, nginx):
    from_a_file(nginx.port)

    with gone(database):
        wait_until(lambda: "detail=old" in get(nginx.port, PATH)["cache-status"], 8, "not marked")
    wait_until(lambda: not get(nginx.port, PATH)["cache-status"], 15, "still old")


def test_a_long_page_from_the_cache_does_not_wait_for_the_readers_system(nginx):
    """As long as it takes a system to say that it has got a packet: 40 ms."""
    connection, waits = http.client.HTTPConnection("127.0.0.1", nginx.port), []
    for _ in range(30):
        began = time.monotonic()
        answer = ask(connection, PATH, headers={"if-none-match": '"other"'})
        waits.append(time.monotonic() - began)
    connection.close()

    assert answer.status == 200 and len(answer.body) > 2**16
    assert sorted(waits)[10] < 0.03
