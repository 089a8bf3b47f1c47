"""A manager who leads a doctor's mail elsewhere cannot sign with it: a second person confirms who the doctor is."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from outbox.models import Mail
from tests.factories import make_doctor, make_treatment, undone
from tests.staff.people import Form, staff_client
from treatments.models import IdentityChange, Practitioner, ReviewLink, SignOff, Trashed, freeze
from treatments.models.identities import WAIT
from treatments.models.review_links import send_for_review
from treatments.models.signing import sign


@pytest.fixture
def doctor(db):
    return make_doctor(email="asha@example.org", phone="+919876543210")


@pytest.fixture
def second(db):
    return staff_client("manager", "second")


def address(doctor, name="change") -> str:
    return f"/admin/treatments/practitioner/{doctor.pk}/{name}/"


def change(client, doctor, **fields) -> str:
    form = Form(client.get(address(doctor)))
    return client.post(address(doctor), form.values | fields, follow=True).content.decode()


def confirm(client, doctor) -> str:
    form = Form(client.get(address(doctor, "confirm")))
    return client.post(address(doctor, "confirm"), form.values, follow=True).content.decode()


def may_sign(doctor) -> tuple[bool, bool]:
    """In Python, and in the database alone."""
    revision, answers = freeze(make_treatment(f"page-{timezone.now():%f}"), by=None), []
    row = SignOff(revision=revision, practitioner=doctor, fingerprint=revision.fingerprint)
    row.valid_until = timezone.now() + datetime.timedelta(days=9)
    doctor.refresh_from_db()
    for attempt in (lambda: sign(revision, doctor, rendered_text="Words."), row.save):
        try:
            with undone():
                attempt()
            answers.append(True)
        except (ValidationError, DatabaseError):
            answers.append(False)
    return answers[0], answers[1]


CHANGES = [
    {"email": "manager@example.org"},
    {"phone": "+919000000000"},
    {"registration_number": "999"},
    {"name": "Somebody Else"},
]


@pytest.mark.parametrize("fields", CHANGES, ids=lambda fields: next(iter(fields)))
def test_nothing_is_sent_or_signed_before_another_manager_has_confirmed_it(manager, second, doctor, fields):
    told = change(manager, doctor, **fields)

    assert "or before another manager confirms it" in told
    assert may_sign(doctor) == (False, False)
    with pytest.raises(ValidationError, match="Another manager must confirm it first"):
        send_for_review(freeze(make_treatment(), by=None), doctor, by=None)
    assert "There was nothing for you to confirm." in confirm(manager, doctor)
    assert may_sign(doctor) == (False, False)

    assert "You confirmed who" in confirm(second, doctor)
    assert may_sign(doctor) == (True, True)


def test_the_doctor_is_told_at_the_address_of_before_and_whom_to_ask(manager, second, doctor):
    change(manager, doctor, email="manager@example.org")

    letter = Mail.objects.get(kind="identity-changed").letter()

    assert letter.to == "asha@example.org"
    assert "asha@example.org → manager@example.org" in letter.body and "second@example.org" in letter.body


def test_what_says_nothing_of_who_the_doctor_is_waits_for_nobody(manager, doctor):
    change(manager, doctor, degree="DNB")

    assert not IdentityChange.objects.exists() and not Mail.objects.exists()
    assert may_sign(doctor) == (True, True)


def enter(client, **fields) -> Practitioner:
    """A doctor whom the site may not know yet."""
    known = set(Practitioner.objects.values_list("pk", flat=True))
    form = Form(client.get("/admin/treatments/practitioner/add/")).values
    client.post("/admin/treatments/practitioner/add/", form | {"name": "Asha Rao", "degree": "MD"} | fields)
    return Practitioner.objects.exclude(pk__in=known).get()


def test_a_new_doctor_is_confirmed_where_there_is_somebody_to_do_it(manager, second, db):
    doctor = enter(manager, registration_number="777", email="binu@example.org")

    assert may_sign(doctor) == (False, False)
    confirm(second, doctor)
    assert may_sign(doctor) == (True, True)


def test_a_clinic_with_one_manager_can_begin_with_its_doctor(manager, db):
    doctor = enter(manager, registration_number="777", email="binu@example.org")

    assert may_sign(doctor) == (True, True)
    assert IdentityChange.objects.unconfirmed().exists()


def test_it_can_enter_a_name_today_and_the_rest_tomorrow(manager, db):
    doctor = enter(manager, registration_number="", email="")
    begun = manager.get("/admin/").content.decode()

    told = change(manager, doctor, registration_number="777", email="binu@example.org")

    assert "cannot be sent a page to sign yet" in begun and "cannot be sent" not in told
    assert may_sign(doctor) == (True, True) and "Nothing is sent" not in told
    assert "No other manager is here to confirm it sooner" in change(manager, doctor, email="manager@example.org")
    assert may_sign(doctor) == (False, False)


def test_a_record_that_was_emptied_is_no_new_doctor(manager, doctor):
    change(manager, doctor, registration_number="", council="", email="", phone="")
    doctor.refresh_from_db()
    assert not (doctor.registration_number or doctor.council or doctor.email or doctor.phone or doctor.user)
    IdentityChange.objects.update(counts_from=timezone.now())

    told = change(manager, doctor, registration_number="777", email="manager@example.org")

    assert "No other manager is here" in told and may_sign(doctor) == (False, False)


@pytest.mark.parametrize("fields", [{"registration_number": "12345"}, {"name": "asha rao"}], ids=["number", "name"])
def test_a_second_record_of_the_same_doctor_is_no_way_around(manager, doctor, fields):
    other = {"name": "A. Rao", "registration_number": "777", "email": "manager@example.org"}
    added = enter(manager, **other | fields)

    assert may_sign(added) == (False, False) and not Mail.objects.exists()


def test_neither_is_the_trash(manager, doctor):
    change(manager, doctor, email="manager@example.org")
    manager.post(address(doctor, "delete"), {"post": "yes"})
    manager.post(f"/admin/treatments/trashed/{Trashed.objects.get().pk}/undo/")

    assert may_sign(Practitioner.objects.get()) == (False, False)


def test_a_clinic_with_one_manager_waits(manager, doctor):
    change(manager, doctor, email="new@example.org")

    with time_machine.travel(timezone.now() + WAIT + datetime.timedelta(minutes=1)):
        assert may_sign(doctor) == (True, True)


def test_the_database_lets_nobody_confirm_their_own_change(manager, doctor):
    change(manager, doctor, email="new@example.org")

    with pytest.raises(IntegrityError), undone():
        IdentityChange.objects.update(confirmed_by=manager.user, confirmed_at=timezone.now())


def test_what_was_changed_after_somebody_looked_is_not_confirmed(manager, second, doctor):
    change(manager, doctor, phone="+919000000000")
    read = Form(second.get(address(doctor, "confirm"))).values
    change(manager, doctor, email="manager@example.org")

    second.post(address(doctor, "confirm"), read)

    assert list(IdentityChange.objects.unconfirmed().values_list("what", flat=True)) == [
        "Email: asha@example.org → manager@example.org"
    ]


def test_the_other_managers_see_it_first_of_all(manager, second, editor, doctor):
    change(manager, doctor, email="manager@example.org")
    line = "asha@example.org → manager@example.org"

    assert line in second.get("/admin/").content.decode() and line in second.get(address(doctor)).content.decode()
    assert line not in manager.get("/admin/").content.decode()
    assert line not in editor.get("/admin/").content.decode()
    confirm(second, doctor)
    assert line not in second.get("/admin/").content.decode()
    assert "Confirmed by second@example.org" in manager.get(address(doctor)).content.decode()


def test_open_links_stop_working_and_a_link_sent_before_signs_nothing(manager, doctor):
    link = send_for_review(freeze(make_treatment(), by=None), doctor, by=None)
    change(manager, doctor, email="manager@example.org")

    assert ReviewLink.objects.get(pk=link.pk).revoked_at
