import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests.factories import make_picture, place_picture
from treatments.fingerprint import fingerprint
from treatments.models import Change, PlacedPicture, Practitioner, Price, Revision, SignOff, Source, Treatment, freeze
from treatments.models.guards import lifted
from treatments.models.recording import recorded
from treatments.models.signing import OwnWords, sign, valid_signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def treatment():
    Source.objects.create(key="trial", title="A trial", kind="trial", finding="It may help.")
    row = Treatment.objects.create(
        slug="needling", name="Needling", heading="Needling", summary="Small needles.", procedure_type="percutaneous"
    )
    section = row.sections.create(anchor="overview", heading="In brief")
    section.statements.create(text="It may help [@trial].")
    return row


@pytest.fixture
def doctor():
    return Practitioner.objects.create(
        name="A. Doctor", degree="MD", council="A council", registration_number="1", email="doctor@example.org"
    )


@pytest.fixture
def editor():
    return User.objects.create(username="editor", email="Doctor@Example.org")


def change(treatment, by):
    Change.objects.create(treatment=treatment, field="sections.overview", clinical=True, by=by)


def test_a_signature_stands_for_the_same_clinical_words_in_a_later_revision(treatment, doctor):
    signed = sign(freeze(treatment, by=None), doctor, rendered_text="It may help.")
    Price.objects.create(treatment=treatment, min=3000, max=15000, factors="The doctor")
    treatment.sections.first().statements.update(qualification="Staff only.")

    later = freeze(treatment, by=None)

    assert valid_signature(later, at=timezone.now()) == signed


def test_a_changed_clinical_word_has_no_signature(treatment, doctor):
    sign(freeze(treatment, by=None), doctor, rendered_text="It may help.")
    treatment.sections.first().statements.update(text="It helps [@trial].")

    assert valid_signature(freeze(treatment, by=None), at=timezone.now()) is None


def test_a_changed_finding_of_a_cited_source_has_no_signature(treatment, doctor):
    sign(freeze(treatment, by=None), doctor, rendered_text="It may help.")
    Source.objects.update(finding="It did not help.")

    assert valid_signature(freeze(treatment, by=None), at=timezone.now()) is None


def test_gaps_between_words_do_not_void_a_signature(treatment):
    before = fingerprint(freeze(treatment, by=None).page)
    treatment.sections.first().statements.update(text="It  may\nhelp [@trial]. ")

    assert fingerprint(freeze(treatment, by=None).page) == before


def test_a_withdrawn_signature_stands_no_more(treatment, doctor):
    revision = freeze(treatment, by=None)
    sign(revision, doctor, rendered_text="It may help.").withdraw(note="I was too quick.")

    assert valid_signature(revision, at=timezone.now()) is None


def test_a_signature_that_is_taken_back_twice_keeps_the_first_reason(treatment, doctor):
    signature = sign(freeze(treatment, by=None), doctor, rendered_text="It may help.")
    signature.withdraw(note="I was too quick.")

    assert SignOff.objects.get().withdraw(note="Again.").note == "I was too quick."


def test_nobody_signs_their_own_words(treatment, doctor, editor):
    change(treatment, by=editor)

    with pytest.raises(OwnWords, match="another doctor must sign"):
        sign(freeze(treatment, by=None), doctor, rendered_text="It may help.")


def test_the_database_itself_refuses_a_signature_under_own_words(treatment, doctor, editor):
    change(treatment, by=editor)
    revision = freeze(treatment, by=None)

    with pytest.raises(DatabaseError, match="Nobody signs their own words"), transaction.atomic():
        insert(revision, doctor, revision.fingerprint)


def test_words_that_another_doctor_has_signed_since_are_no_longer_ones_own(treatment, doctor, editor):
    change(treatment, by=editor)
    other = Practitioner.objects.create(name="Another", degree="MD", registration_number="2")
    sign(freeze(treatment, by=None), other, rendered_text="It may help.")

    assert sign(freeze(treatment, by=None), doctor, rendered_text="It may help.")


def test_words_are_ones_own_again_when_the_other_doctor_takes_the_signature_back(treatment, doctor, editor):
    change(treatment, by=editor)
    other = Practitioner.objects.create(name="Another", degree="MD", registration_number="2")
    sign(freeze(treatment, by=None), other, rendered_text="It may help.").withdraw()
    revision = freeze(treatment, by=None)

    with pytest.raises(OwnWords):
        sign(revision, doctor, rendered_text="It may help.")
    with pytest.raises(DatabaseError, match="Nobody signs their own words"), transaction.atomic():
        insert(revision, doctor, revision.fingerprint)


def test_a_new_address_of_the_account_makes_nobody_another_person(treatment, doctor):
    change(treatment, by=User.objects.create(username="doctor@example.org", email="new@example.org"))
    revision = freeze(treatment, by=None)

    with pytest.raises(OwnWords):
        sign(revision, doctor, rendered_text="It may help.")
    with pytest.raises(DatabaseError, match="Nobody signs their own words"), transaction.atomic():
        insert(revision, doctor, revision.fingerprint)


def test_another_photograph_has_an_author(treatment, doctor, editor):
    first, second = make_picture("One"), make_picture("Another")
    placed = place_picture(treatment, first)

    with recorded(treatment, by=editor):
        PlacedPicture.objects.filter(pk=placed.pk).update(picture=second)

    assert Change.objects.filter(field="Photographs", clinical=True).exists()
    with pytest.raises(OwnWords):
        sign(freeze(treatment, by=None), doctor, rendered_text="It may help.")


def test_the_database_refuses_a_signature_for_other_words_or_without_a_number(treatment, doctor):
    revision = freeze(treatment, by=None)
    nobody = Practitioner.objects.create(name="No number", degree="MD")

    with pytest.raises(DatabaseError, match="for these words"), transaction.atomic():
        insert(revision, doctor, "0" * 64)
    with pytest.raises(DatabaseError, match="registration number"), transaction.atomic():
        insert(revision, nobody, revision.fingerprint)


def insert(revision, practitioner, fingerprint):
    now = timezone.now()
    SignOff.objects.bulk_create(
        [
            SignOff(
                revision=revision,
                practitioner=practitioner,
                fingerprint=fingerprint,
                signed_at=now,
                valid_until=now.replace(year=now.year + 1, day=1),
            )
        ]
    )


def test_a_revision_can_neither_be_changed_nor_deleted(treatment):
    revision = freeze(treatment, by=None)

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Revision.objects.update(note="Something else")
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        revision.delete()


def test_restore_and_clean_up_have_one_named_way_past_the_guards(treatment):
    freeze(treatment, by=None)

    with lifted("clean-up"):
        Revision.objects.all().delete()

    assert not Revision.objects.exists()
