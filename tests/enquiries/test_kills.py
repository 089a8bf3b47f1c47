import os
from pathlib import Path

import pytest

from tests.enquiries.kills import storm


@pytest.mark.deploy
def test_killed_workers_lose_and_double_no_enquiry(tmp_path):
    print(storm(tmp_path, patients=40, kills=5))


@pytest.mark.soak
def test_a_thousand_kills_lose_and_double_no_enquiry(tmp_path):
    counts = storm(tmp_path, patients=1000, kills=1000)

    result = Path(os.environ.get("SOAK_RESULTS", "var")) / "soak-enquiries.txt"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(f"{os.environ['TEST_DATABASE_NAME']}: {counts}\n")
