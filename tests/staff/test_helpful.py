import pytest

from tests.staff.people import staff_client
from treatments.models import Helpful

ADDRESS = "/admin/treatments/helpful/"


@pytest.mark.parametrize("role", ["editor", "reviewer", "manager"])
def test_staff_read_what_readers_answered_and_cannot_change_it(role):
    answer = Helpful.objects.create(path="/treatments/needling/", yes=7, no=2)
    client = staff_client(role)

    page = client.get(ADDRESS).content.decode()

    assert "7 of 9" in page and 'href="/treatments/needling/"' in page
    assert client.post(f"{ADDRESS}{answer.pk}/change/", {"yes": 100}).status_code == 403
    assert client.get(f"{ADDRESS}add/").status_code == 403
