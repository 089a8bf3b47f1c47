import datetime

import pytest
from django.utils import timezone

from tests.treatments.test_signing import doctor, treatment  # noqa: F401
from treatments.models import Revision, freeze
from treatments.models.signing import sign
from treatments.review import review

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 6, 30, tzinfo=datetime.UTC)


@pytest.fixture
def live(treatment, doctor):  # noqa: F811
    revision = freeze(treatment, by=None)
    revision.publish(by=None, at=NOW)
    sign(revision, doctor, rendered_text="It may help.", at=NOW)
    return revision


def read(at):
    revision = Revision.objects.live(at=at).with_live_from().with_signature().get()
    return review(revision.signature, at=at)


def test_patients_read_who_reviewed_the_words_and_when_they_are_due_again(live):
    found = read(at=NOW)

    assert (found.name, found.credentials) == ("A. Doctor", "MD, A council, registration 1")
    assert (found.reviewed_on, found.next_review) == (datetime.date(2026, 11, 22), datetime.date(2027, 11, 22))
    assert not found.overdue


def test_a_review_is_overdue_from_the_moment_its_signature_ends(live):
    last = NOW + datetime.timedelta(days=365)

    assert not read(at=last - datetime.timedelta(seconds=1)).overdue
    assert read(at=last).overdue


def test_a_withdrawn_signature_leaves_the_page_unreviewed(live):
    live.sign_offs.get().withdraw()

    assert read(at=timezone.now() + datetime.timedelta(days=1)) is None
