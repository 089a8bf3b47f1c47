"""The first readers after a start come all at once: what they make msgspec learn must be learnt by then."""

import subprocess
import sys

from tests.tools import BASE_DIR

READ_AT_ONCE = """
import json, os, sys, threading
from pathlib import Path
from treatments import content

shapes = {"treatment": content.TreatmentPage, "concern": content.ConcernPage, "site_page": content.SitePagePage}
kept = [json.loads(path.read_text("utf-8")) for path in sorted(Path("tests/data/shapes").glob("1-*.json"))]
kept.sort(key=lambda one: one["kind"], reverse=True)
texts = [(json.dumps(one["snapshot"]), shapes[one["kind"]]) for one in kept]
sys.setswitchinterval(1e-6)


def read(ready):
    ready.wait()
    for text, kind in texts:
        content.decode(text, kind)


def read_at_once():
    ready = threading.Barrier(8)
    threads = [threading.Thread(target=read, args=[ready]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


for _ in range(20):  # not each of them would crash
    if worker := os.fork():
        _, status = os.waitpid(worker, 0)
        assert status == 0, status
    else:
        read_at_once()
        os._exit(0)
"""


def test_many_threads_read_their_first_page_at_the_same_moment():
    done = subprocess.run(
        [sys.executable, "-c", READ_AT_ONCE], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )

    assert (done.stderr, done.returncode) == ("", 0)
