"""Nobody signs their own words, by whatever way they came into the page: in Python, and in the database alone."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests.factories import make_doctor, make_source, make_term, make_treatment, publish, undone
from treatments.admin.trash import touched
from treatments.comparison import column
from treatments.models import (
    Change,
    ComparisonFact,
    IdentityChange,
    Practitioner,
    SignOff,
    Source,
    Statement,
    Term,
    Treatment,
    freeze,
)
from treatments.models.identities import note_identity
from treatments.models.recording import glossary_recorded, recorded, sources_recorded
from treatments.models.restoring import restore
from treatments.models.signing import OwnWords, sign
from treatments.models.trash import going, throw_away

pytestmark = pytest.mark.django_db


class Clinic:
    """One page, a doctor who also writes, and a colleague who puts the doctor's words on the page."""

    def __init__(self):
        self.author = User.objects.create(username="asha", email="asha@example.org")
        self.colleague = User.objects.create(username="eva", email="eva@example.org")
        self.doctor = make_doctor(name="Asha", user=self.author)
        self.other = make_doctor(name="Binu", registration_number="2")
        self.page = make_treatment("needling", text="It may help.")
        self.beside = make_treatment("peeling", text="An acid takes the top layer off.")

    def write(self, text: str, *, by) -> None:
        with recorded(self.page, by=by):
            Statement.objects.filter(section__treatment=self.page).update(text=text)

    def source_of_the_author(self) -> Source:
        with sources_recorded(by=self.author):
            return make_source("trial", finding="It helped all.")

    def throw_away_and_bring_back(self, row) -> None:
        with transaction.atomic(), touched(going(row), by=self.author):
            trashed = throw_away(row, by=self.author)
        with transaction.atomic(), touched(trashed.contents(), by=self.colleague):
            trashed.bring_back(by=self.colleague)


def a_new_source(clinic):
    clinic.source_of_the_author()
    clinic.write("It may help [@trial].", by=clinic.colleague)


def a_changed_finding(clinic):
    source = make_source("trial")
    with sources_recorded(by=clinic.author):
        Source.objects.filter(pk=source.pk).update(finding="It helped all.")
    clinic.write("It may help [@trial].", by=clinic.colleague)


def a_source_that_another_gave_a_new_key(clinic):
    clinic.source_of_the_author()
    with sources_recorded(by=clinic.colleague):
        Source.objects.update(key="study")
    clinic.write("It may help [@study].", by=clinic.colleague)


def a_source_that_was_in_the_trash(clinic):
    clinic.throw_away_and_bring_back(clinic.source_of_the_author())
    clinic.write("It may help [@trial].", by=clinic.colleague)


def a_source_that_was_written_anew(clinic):
    """Gone for good, and back with the revision that cited it."""
    clinic.source_of_the_author()
    clinic.write("It may help [@trial].", by=clinic.colleague)
    old = freeze(clinic.page, by=clinic.colleague)
    clinic.write("It may help.", by=clinic.colleague)
    Source.objects.all().delete()
    sign(freeze(clinic.page, by=None), clinic.other, rendered_text="It may help.")
    restore(old, by=clinic.colleague)


def a_source_in_the_definition_of_a_word(clinic):
    clinic.source_of_the_author()
    make_term("Dermis", "the layer under the surface [@trial].")
    clinic.write("It goes into the dermis.", by=clinic.colleague)


def a_word_of_the_glossary(clinic):
    with glossary_recorded(by=clinic.author):
        make_term("Dermis", "the layer under the surface.")
    clinic.write("It goes into the dermis.", by=clinic.colleague)


def a_word_that_another_renamed(clinic):
    with glossary_recorded(by=clinic.author):
        make_term("Derma", "the layer under the surface.")
    with glossary_recorded(by=clinic.colleague):
        Term.objects.update(term="Dermis")
    clinic.write("It goes into the dermis.", by=clinic.colleague)


def a_column_beside_it(clinic):
    """It comes with the other page's publication: nobody touches this draft."""
    clinic.page.alternatives.create(other=clinic.beside)
    sign(freeze(clinic.page, by=None), clinic.other, rendered_text="It may help.")
    with recorded(clinic.beside, by=clinic.author):
        ComparisonFact.objects.create(treatment=clinic.beside, attribute="downtime", text="None at all.")
    publish(clinic.beside)


def a_column_that_went_live_with_it(clinic):
    clinic.page.alternatives.create(other=clinic.beside)
    with recorded(clinic.beside, by=clinic.author):
        Treatment.objects.filter(pk=clinic.beside.pk).update(summary="It helps all.")
    freeze(Treatment.objects.get(slug="peeling"), by=None)


def words_that_were_restored(clinic):
    """Unsigned words of old, which a colleague brings back after others were signed."""
    clinic.write("It helps all.", by=clinic.author)
    old = freeze(clinic.page, by=None)
    clinic.write("It may help.", by=clinic.colleague)
    sign(freeze(clinic.page, by=None), clinic.other, rendered_text="It may help.")
    restore(old, by=clinic.colleague)


def words_that_were_in_the_trash(clinic):
    with recorded(clinic.page, by=clinic.author):
        effect = clinic.page.side_effects.create(name_plain="No redness at all")
    with transaction.atomic(), touched(going(effect), by=clinic.author):
        trashed = throw_away(effect, by=clinic.author)
    sign(freeze(clinic.page, by=None), clinic.other, rendered_text="It may help.")
    with transaction.atomic(), touched(trashed.contents(), by=clinic.colleague):
        trashed.bring_back(by=clinic.colleague)


WAYS = [
    a_new_source,
    a_changed_finding,
    a_source_that_another_gave_a_new_key,
    a_source_that_was_in_the_trash,
    a_source_that_was_written_anew,
    a_source_in_the_definition_of_a_word,
    a_word_of_the_glossary,
    a_word_that_another_renamed,
    a_column_beside_it,
    a_column_that_went_live_with_it,
    words_that_were_restored,
    words_that_were_in_the_trash,
]


def frozen(clinic, way):
    """With its columns, where the way needs them at the same moment."""
    page = Treatment.objects.get(pk=clinic.page.pk)
    if way is not a_column_that_went_live_with_it:
        return freeze(page, by=None)
    beside = clinic.beside.revisions.get()
    return freeze(page, by=None, alongside={"peeling": column(beside.page)}, at=beside.frozen_at)


def refuses(revision, doctor) -> tuple[bool, bool]:
    """In Python, and in the database alone."""
    try:
        with undone():
            sign(revision, doctor, rendered_text="The words.")
    except OwnWords:
        in_python = True
    else:
        in_python = False
    try:
        with undone():
            insert(revision, doctor)
    except DatabaseError as error:
        return in_python, "Nobody signs their own words" in str(error)
    return in_python, False


def insert(revision, doctor) -> None:
    now = timezone.now()
    row = SignOff(revision=revision, practitioner=doctor, fingerprint=revision.fingerprint, signed_at=now)
    row.valid_until = now + datetime.timedelta(days=1)
    SignOff.objects.bulk_create([row])


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nobody_signs_words_that_another_put_on_the_page_for_them(way):
    clinic = Clinic()
    way(clinic)
    revision = frozen(clinic, way)

    assert refuses(revision, clinic.doctor) == (True, True)
    assert refuses(revision, clinic.other) == (False, False)


@pytest.mark.parametrize("known_by", ["account", "address"])
@pytest.mark.parametrize("way", ["another address", "a second record"])
def test_a_doctor_stays_the_author_under_another_address_and_on_another_record(known_by, way):
    clinic = Clinic()
    known = {"user": clinic.author} if known_by == "account" else {"user": None, "email": "Asha@Example.org"}
    Practitioner.objects.filter(pk=clinic.doctor.pk).update(**known)
    clinic.write("It helps all.", by=clinic.author)
    doctor = Practitioner.objects.get(pk=clinic.doctor.pk)
    if way == "a second record":
        doctor = make_doctor(name="Dr Asha", email="elsewhere@example.org")
    else:
        before = Practitioner.objects.get(pk=doctor.pk)
        doctor.email, doctor.user = "elsewhere@example.org", None
        doctor.save()
        note_identity(before, doctor, by=None)
        IdentityChange.objects.all().confirm(by=clinic.colleague)

    assert refuses(freeze(clinic.page, by=None), doctor) == (True, True)


def test_the_doctor_is_told_which_words_are_their_own():
    clinic = Clinic()
    a_changed_finding(clinic)

    with pytest.raises(OwnWords, match=r"changed medical words of this page \(Source trial › Finding\)"):
        sign(freeze(clinic.page, by=None), clinic.doctor, rendered_text="The words.")


def test_what_another_doctor_signed_on_this_page_is_no_longer_ones_own():
    clinic = Clinic()
    a_new_source(clinic)
    sign(freeze(clinic.page, by=None), clinic.other, rendered_text="It may help.")
    clinic.write("It may help a little [@trial].", by=clinic.colleague)

    assert refuses(freeze(clinic.page, by=None), clinic.doctor) == (False, False)


def test_a_signature_under_a_page_without_the_source_covers_nothing_of_it():
    clinic = Clinic()
    clinic.source_of_the_author()
    sign(freeze(clinic.page, by=None), clinic.other, rendered_text="It may help.")
    clinic.write("It may help [@trial].", by=clinic.colleague)

    assert refuses(freeze(clinic.page, by=None), clinic.doctor) == (True, True)


def test_what_stands_on_other_pages_alone_is_in_nobodys_way():
    clinic = Clinic()
    clinic.source_of_the_author()
    with recorded(clinic.beside, by=clinic.author):
        Treatment.objects.filter(pk=clinic.beside.pk).update(summary="It helps all.")
    publish(clinic.beside)

    assert refuses(freeze(clinic.page, by=None), clinic.doctor) == (False, False)
    assert Change.objects.filter(shared="source trial", by=clinic.author).exists()
