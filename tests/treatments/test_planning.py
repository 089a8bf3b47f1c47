"""What may go live when: signed words, one version an address, no old plan over newer words."""

import datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests.factories import add_price, make_concern, make_doctor, make_site_page, make_treatment, publish
from treatments.models import Practitioner, Publication, Revision, Statement, Treatment, freeze
from treatments.models.admission import AddressTaken, NotSigned
from treatments.models.publishing import stay, withdraw
from treatments.models.review_links import send_for_review
from treatments.models.signing import sign

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
TODAY, TONIGHT, URGENT = "Words of today.", "Words of tonight.", "Urgent words."


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def public(settings):
    settings.PUBLISH_UNREVIEWED = False


def rewrite(treatment, text) -> Revision:
    Statement.objects.filter(section__treatment=treatment).update(text=text)
    return freeze(treatment, by=None)


def shown(treatment, hours) -> str:
    live = Revision.objects.of(treatment).live(at=NOON + hours * HOUR).first()
    return live.page.sections[0].statements[0].text if live else ""


def planned(treatment):
    """Live now, and other words from 2 o'clock."""
    publish(treatment)
    rewrite(treatment, TONIGHT).publish(by=None, at=NOON + 2 * HOUR)


@pytest.mark.parametrize(
    ("at", "keep", "expected"),
    [
        (0, False, [URGENT, URGENT, URGENT]),
        (1, False, [TODAY, URGENT, URGENT]),
        (0, True, [URGENT, URGENT, TONIGHT]),
        (3, False, [TODAY, TODAY, TONIGHT]),
    ],
    ids=["now", "before the plan", "plan kept on purpose", "after the plan"],
)
def test_an_old_plan_never_silently_replaces_newer_words(noon, at, keep, expected):
    treatment = make_treatment(text=TODAY)
    planned(treatment)

    rewrite(treatment, URGENT).publish(by=None, at=NOON + at * HOUR, keep_plans=keep)

    assert [shown(treatment, hours) for hours in (0, 1, 2.5)] == expected


def test_publishing_leaves_a_planned_end_and_staff_can_call_it_off(noon):
    treatment = make_treatment(text=TODAY)
    publish(treatment)
    withdraw(treatment, by=None, at=NOON + 2 * HOUR)

    rewrite(treatment, URGENT).publish(by=None)

    assert [shown(treatment, hours) for hours in (0, 2)] == [URGENT, ""]
    assert stay(treatment, by=None) == 1
    assert shown(treatment, 2) == URGENT
    assert stay(treatment, by=None) == 0


def test_what_patients_have_read_is_not_rewritten_by_publishing_for_an_earlier_moment(noon):
    treatment = make_treatment(text=TODAY)
    publish(treatment, at=NOON - HOUR)

    rewrite(treatment, URGENT).publish(by=None, at=NOON - 2 * HOUR)

    assert [shown(treatment, hours) for hours in (-2, -1, 0)] == [URGENT, TODAY, TODAY]


@pytest.mark.parametrize("make", [make_treatment, make_concern])
def test_a_public_site_refuses_clinical_words_that_no_doctor_signed(public, make):
    with pytest.raises(NotSigned, match="Send it to a doctor"):
        publish(make())

    assert not Publication.objects.exists()


def test_a_public_site_publishes_signed_words_and_site_pages(public):
    publish(make_site_page())
    publish(make_treatment(), signed_by=make_doctor())

    assert Publication.objects.count() == 2


def test_a_price_needs_no_new_signature_and_a_word_does(public):
    treatment = make_treatment()
    publish(treatment, signed_by=make_doctor())
    add_price(treatment)

    publish(treatment)

    with pytest.raises(NotSigned):
        rewrite(treatment, "Other words.").publish(by=None)
    assert Publication.objects.count() == 2


def test_a_signature_must_still_stand_when_the_words_go_live(public, settings, noon):
    settings.CLINICAL_REVIEW_DAYS = 2
    treatment = make_treatment()
    revision = freeze(treatment, by=None)
    sign(revision, make_doctor(), rendered_text="The words.")

    with pytest.raises(NotSigned):
        revision.publish(by=None, at=NOON + datetime.timedelta(days=3))
    revision.publish(by=None, at=NOON + datetime.timedelta(days=1))


def test_a_plan_falls_with_the_signature_it_rests_on(public, noon):
    treatment = make_treatment(text=TODAY)
    publish(treatment, signed_by=(doctor := make_doctor()))
    later = rewrite(treatment, TONIGHT)
    signature = sign(later, doctor, rendered_text="The words.")
    later.publish(by=None, at=NOON + HOUR)

    signature.withdraw()

    assert shown(treatment, 2) == TODAY


@pytest.mark.parametrize("act", ["the signature is taken back", "the first plan is cancelled late"])
def test_a_plan_falls_with_the_plan_whose_words_it_repeats(public, settings, noon, act):
    settings.CLINICAL_REVIEW_DAYS = 1
    treatment = make_treatment(text=TODAY)
    publish(treatment, signed_by=(doctor := make_doctor()))
    later = rewrite(treatment, TONIGHT)
    signature = sign(later, doctor, rendered_text="The words.")
    later.publish(by=None, at=NOON + 20 * HOUR)
    # A day later nobody would have to sign: patients would read the same words already.
    later.publish(by=None, at=NOON + 30 * HOUR, keep_plans=True)

    if act == "the signature is taken back":
        signature.withdraw()
    else:
        Publication.objects.get(live_from=NOON + 20 * HOUR).cancel(by=None)

    assert [shown(treatment, hours) for hours in (0, 21, 31)] == [TODAY, TODAY, TODAY]


def test_a_kept_plan_must_be_signed_too(public, noon):
    treatment, doctor = make_treatment(text=TODAY), make_doctor()
    first = freeze(treatment, by=None)
    first.publish(by=None, unreviewed=True)
    first.publish(by=None, at=NOON + 2 * HOUR)
    signed = rewrite(treatment, URGENT)
    sign(signed, doctor, rendered_text="The words.")

    with pytest.raises(NotSigned, match="revision 1"), transaction.atomic():
        signed.publish(by=None, keep_plans=True)
    signed.publish(by=None)

    assert shown(treatment, 3) == URGENT


def test_content_files_go_live_unreviewed_where_a_person_asks_for_it(public, tmp_path):
    make_treatment()
    call_command("dumpcontent", tmp_path, verbosity=0)

    call_command("loadcontent", tmp_path, "--publish-unreviewed", verbosity=0)

    assert Publication.objects.count() == 1


def of_one_address():
    """Two treatments; the first was renamed, and the second took its slug."""
    first = make_treatment("needling")
    Treatment.objects.filter(pk=publish(first).treatment_id).update(slug="renamed")
    return first, freeze(make_treatment("needling", text="Other words."), by=None)


def test_two_treatments_are_never_live_at_one_address():
    first, second = of_one_address()

    with pytest.raises(AddressTaken, match="/treatments/needling/"):
        second.publish(by=None)
    withdraw(first, by=None)
    second.publish(by=None)

    with pytest.raises(AddressTaken), transaction.atomic():
        Revision.objects.of(first).get().publish(by=None)
    assert Revision.objects.live(at=timezone.now()).get() == second


@pytest.mark.parametrize("other", ["of another page", "of the same page"])
def test_the_database_itself_shows_one_revision_at_an_address(other):
    first, second = of_one_address()
    revision = second if other == "of another page" else Revision.objects.of(first).get()
    now = timezone.now()

    with pytest.raises(DatabaseError, match="one revision at a time"), transaction.atomic():
        Publication.objects.create(revision=revision, live_from=now)
    ended = Publication.objects.create(revision=revision, live_from=now, live_until=now)
    with pytest.raises(DatabaseError, match="one revision at a time"), transaction.atomic():
        Publication.objects.filter(pk=ended.pk).update(live_until=None)


@pytest.mark.parametrize(
    ("column", "value", "revoked"),
    [
        ("email", "other@example.org", True),
        ("phone", "+919876543210", True),
        ("registration_number", "2", True),
        ("shown", True, False),
    ],
)
def test_changing_where_links_go_calls_off_the_open_ones(column, value, revoked):
    doctor = make_doctor(email="doctor@example.org")
    link = send_for_review(freeze(make_treatment(), by=None), doctor, by=None)

    Practitioner.objects.filter(pk=doctor.pk).update(**{column: value})

    link.refresh_from_db()
    assert bool(link.revoked_at) == revoked
