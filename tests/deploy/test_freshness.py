"""A publish shows in every worker of every node within a second, whole, and exactly once rendered."""

import re
import threading
import time

import pytest

from tests.deploy.nodes import SLACK, wait_until
from tests.deploy.readers import Readers, get
from tests.soak import short_and_long
from treatments.readings import SHOWN

OLDEST = 1.0 + SLACK
EVENTUALLY = 15
"""Where what is asked is whether, not when."""
MARK = re.compile(rb"mark-(\d+)-end")
SLUG, PATH = "often-published", "/treatments/often-published/"
COLD = "/treatments/treatment-3/changes/"
LOOKS = 12
"""So many looks at the stamps that every worker of both nodes has had one."""


class Desk:
    """What was published when."""

    def __init__(self, editor, oldest: float = OLDEST):
        self.editor, self.oldest, self.committed = editor, oldest, {}

    def publish(self, number: int) -> None:
        self.committed[number] = self.editor.ask("publish", slug=SLUG, words=f"mark-{number}-end")

    def fault(self, path, answer, asked_at) -> str:
        """A reader must not see words whose successor was committed more than `oldest` seconds before they asked."""
        marks = set(MARK.findall(answer.body))
        if answer.status != 200 or len(marks) != 1:
            return f"{answer.status}, a page of {sorted(marks)}"
        following = self.committed.get(int(marks.pop()) + 1)
        late = asked_at - following if following else 0
        return f"{late:.2f} s old" if late > self.oldest else ""


@pytest.mark.parametrize("publishes", short_and_long(50, 1000))
def test_no_reader_sees_old_or_mixed_words(publishes, node, other_node, editor):
    editor.ask("make", slug=SLUG, words="mark-0-end")
    desk = Desk(editor)
    ports = [node.port, other_node.port]
    for port in ports:
        wait_until(lambda port=port: b"mark-0-end" in get(port, PATH).body, EVENTUALLY, "never seen")

    with Readers(ports, [PATH], desk.fault, count=32, rate=250) as readers:
        for number in range(1, publishes + 1):
            desk.publish(number)
            # Now and then long enough for words to grow too old.
            time.sleep(0.05 if number % 10 else OLDEST + 0.2)

    print(f"{publishes} publishes: {readers.answers} answers, {len(readers.faults)} old or mixed")
    assert (readers.faults, readers.broken) == ([], [])
    assert readers.answers > 10 * publishes


def test_a_page_changes_at_its_planned_moment(node, editor):
    editor.ask("make", slug="planned", words="before-the-plan")
    wait_until(lambda: b"before-the-plan" in get(node.port, "/treatments/planned/").body, EVENTUALLY, "never seen")

    planned = time.time() + 2.5
    editor.ask("publish", slug="planned", words="after-the-plan", at=planned)
    assert time.time() < planned, "this machine is too slow to plan anything"
    seen = []
    while (asked_at := time.time()) < planned + 0.6:
        new = b"after-the-plan" in get(node.port, "/treatments/planned/").body
        seen.append((asked_at - planned, time.time() - planned, new))
        time.sleep(0.02)

    assert not any(new for _, answered, new in seen if answered < 0)
    assert all(new for asked, _, new in seen if asked > 0.3)


def test_a_withdrawn_page_is_gone_from_the_files_too(node, nginx, editor):
    editor.ask("make", slug="withdrawn", words="soon-gone")
    file = node.folder / "var/pages/html/treatments/withdrawn/index.html.gz"
    wait_until(file.exists, EVENTUALLY, "not stored")

    editor.ask("take_away", slug="withdrawn")

    wait_until(lambda: get(node.port, "/treatments/withdrawn/").status in (404, 410), EVENTUALLY, "still there")
    wait_until(lambda: not file.exists(), EVENTUALLY, "the file is still there")


def test_a_bulk_edit_of_the_directory_shows_on_every_page(node, other_node, editor, pages):
    editor.ask("rename_clinic", name="Another Name")

    for port in (node.port, other_node.port):
        for path in list(pages)[:3]:
            wait_until(lambda port=port, path=path: b"Another Name" in get(port, path).body, EVENTUALLY, "the old name")


def looks(database) -> list[str]:
    """Up to which version each of the latest looks at the stamps already knew them, whichever worker's it was."""
    return re.findall(r"treatments_stamp WHERE version > (\d+)", database.log())[-LOOKS:]


def test_a_stampede_on_a_cold_page_renders_it_once(node, database, pages):
    database.log_statements()
    # A stamp that one worker knows and the other does not yet is a reason to render again.
    wait_until(lambda: len(looks(database)) == LOOKS and len(set(looks(database))) == 1, 60, "stamps keep moving")
    answers: list[int] = []
    stampede = [
        threading.Thread(target=lambda: answers.append(get(node.port, COLD, timeout=60).status)) for _ in range(500)
    ]

    for thread in stampede:
        thread.start()
    for thread in stampede:
        thread.join()

    # The pages published just before are still being rendered anew, but nobody else asks for any change log.
    asked = [line for line in database.log().splitlines() if '"significant"' in line and f"LIMIT {SHOWN}" in line]
    assert answers == [200] * 500
    assert len(asked) == 1
