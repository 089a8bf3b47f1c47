import pytest

from tests.enquiries.kills import storm
from tests.soak import at_length


@pytest.mark.deploy
def test_killed_workers_lose_and_double_no_enquiry(tmp_path):
    print(storm(tmp_path, patients=40, kills=5))


@pytest.mark.soak
def test_a_thousand_kills_lose_and_double_no_enquiry(tmp_path):
    print(storm(tmp_path, patients=at_length(1000), kills=at_length(1000)))
