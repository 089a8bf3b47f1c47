import io
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from enquiries import forgetting
from enquiries.models import Attempt, Deed, Enquiry, Event, Note
from outbox.models import Mail
from tests.enquiries.patient import make_enquiry, send, slip_in
from tests.staff.people import make_staff

pytestmark = pytest.mark.usefixtures("clinic")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def told(enquiry: Enquiry) -> Enquiry:
    """With a note, a line in the log and a line in the admin's history."""
    user, _ = make_staff("desk")
    Note.objects.create(enquiry=enquiry, text="She asked about Sundays.", by=user)
    enquiry.log(Deed.OPENED, by=user)
    kind = ContentType.objects.get_for_model(Enquiry)
    LogEntry.objects.create(
        user=user, content_type=kind, object_id=str(enquiry.pk), object_repr=str(enquiry), action_flag=CHANGE
    )
    return enquiry


def command(name: str, *arguments: str) -> str:
    answer = io.StringIO()
    call_command(name, *arguments, stdout=answer)
    return answer.getvalue()


def nothing_is_left() -> bool:
    rows = (Enquiry, Note, Mail, LogEntry)
    return not any(model.objects.exists() for model in rows) and not Event.objects.exclude(enquiry=None).exists()


def test_enquiries_go_after_the_promised_time_and_purging_twice_does_no_harm():
    enquiry, kept = told(make_enquiry()), make_enquiry(phone="9123456789")
    Enquiry.objects.filter(pk=enquiry.pk).update(keep_until=timezone.localdate() - timedelta(days=1))

    assert command("purge_enquiries").startswith("1 ")
    assert command("purge_enquiries").startswith("0 ")
    assert list(Enquiry.objects.all()) == [kept]
    assert not Note.objects.exists()


def test_an_enquiry_stays_through_its_last_day():
    enquiry = make_enquiry()
    Enquiry.objects.filter(pk=enquiry.pk).update(keep_until=timezone.localdate())

    command("purge_enquiries")

    assert Enquiry.objects.exists()


def test_counts_of_attempts_go_after_a_day():
    enquiry, long_ago = make_enquiry(), timezone.now() - timedelta(days=2)
    Attempt.objects.update(at=long_ago)
    Enquiry.objects.update(created_at=long_ago)

    command("purge_enquiries")

    enquiry.refresh_from_db()
    assert not Attempt.objects.exists()
    assert enquiry.likeness == ""


@pytest.mark.parametrize("who", ["reference", "98765 43210", "ASHA@example.org"])
def test_one_command_erases_a_person_everywhere(who):
    enquiry = told(make_enquiry(email="asha@example.org"))

    assert command("erase_enquiry", enquiry.reference if who == "reference" else who).startswith("1 ")
    assert nothing_is_left()
    assert Event.objects.filter(what=Deed.OPENED, enquiry=None).exists()


def test_erasing_names_nobody_else():
    make_enquiry()

    assert "nothing was erased" in command("erase_enquiry", "9123456789")
    assert "nothing was erased" in command("erase_enquiry", "@")
    assert "nothing was erased" in command("erase_enquiry", "")
    assert Enquiry.objects.count() == 1


def test_a_restored_backup_forgets_again_and_the_file_says_nothing_about_anybody():
    enquiry = make_enquiry()
    backup = serializers.serialize("json", Enquiry.objects.all())
    kept = make_enquiry(phone="9123456789")
    command("erase_enquiry", enquiry.reference)
    for row in serializers.deserialize("json", backup):
        row.save()

    assert Enquiry.objects.count() == 2
    assert command("forget_again").startswith("1 enquiries erased again")
    assert list(Enquiry.objects.all()) == [kept]
    marks = forgetting.marks_file().read_text()
    assert not any(word in marks for word in (enquiry.reference, enquiry.key, "Asha", "98765"))
    assert forgetting.marks_file().stat().st_mode & 0o077 == 0


def test_marks_are_only_ever_added():
    for phone in ("9123456789", "9123456780"):
        make_enquiry(phone=phone)
        command("erase_enquiry", phone)

    assert len(forgetting.read_marks()) == 2


def withdraw(client, **fields):
    slip = slip_in(client.get("/enquire/withdraw/"))
    return send(client, {"slip": slip, **fields}, "/enquire/withdraw/")


def test_a_patient_withdraws_with_number_and_contact():
    enquiry, client = told(make_enquiry()), Client()

    answer = withdraw(client, reference=enquiry.reference.lower().replace("-", " "), contact="+91 9876543210")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/enquire/withdrawn/")
    assert nothing_is_left()
    assert Event.objects.filter(what=Deed.WITHDRAWN).exists()


def test_a_double_press_withdraws_once_and_says_so_twice():
    enquiry, client = make_enquiry(), Client()
    fields = {
        "slip": slip_in(client.get("/enquire/withdraw/")),
        "reference": enquiry.reference,
        "contact": "9876543210",
    }

    answers = [send(client, fields, "/enquire/withdraw/") for _ in range(2)]

    assert [answer.headers.get("Location") for answer in answers] == ["/enquire/withdrawn/"] * 2
    assert send(client, fields | {"reference": "ABCD-EFGH"}, "/enquire/withdraw/").status_code == 422


@pytest.mark.parametrize("where", ["enquiries.reception.read", "enquiries.forgetting.remove_some"])
def test_a_dead_database_keeps_what_was_typed_to_withdraw(where, caplog):
    enquiry, client = make_enquiry(), Client()
    slip = slip_in(client.get("/enquire/withdraw/"))

    with patch(where, side_effect=OperationalError("Asha Rao")):
        answer = send(
            client, {"slip": slip, "reference": enquiry.reference, "contact": "9876543210"}, "/enquire/withdraw/"
        )

    page = answer.content.decode()
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert enquiry.reference in page and "9876543210" in page and "Nothing was deleted yet." in page
    assert "Asha" not in caplog.text


@pytest.mark.parametrize("contact", ["9123456789", "", "x@example.org", "the number itself"])
def test_only_who_knows_both_can_withdraw(contact):
    enquiry = make_enquiry()
    contact = enquiry.reference if contact == "the number itself" else contact

    answer = withdraw(Client(), reference=enquiry.reference, contact=contact)

    assert answer.status_code == 422
    assert enquiry.reference in answer.content.decode()
    assert Enquiry.objects.exists()


def test_guessing_is_stopped():
    client = Client()

    answers = [withdraw(client, reference=f"ABCD-EF{turn:02}", contact="9876543210") for turn in range(22)]

    assert [answer.status_code for answer in answers[-2:]] == [429, 429]
