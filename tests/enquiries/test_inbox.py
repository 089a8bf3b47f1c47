import csv
import io
import re
import zipfile

import pytest
from django.test import Client
from django.utils import timezone

from enquiries import export
from enquiries.models import Deed, Enquiry, Event, Note, State
from outbox.models import Mail
from tests.enquiries.patient import make_enquiry
from tests.staff.people import staff_client

pytestmark = pytest.mark.usefixtures("clinic")
INBOX = "/admin/enquiries/enquiry/"
EXPORT = f"{INBOX}export/"


@pytest.fixture
def desk():
    return staff_client("desk")


def record(enquiry: Enquiry) -> str:
    return f"{INBOX}{enquiry.pk}/change/"


def changed(client, enquiry, **fields):
    """Opens the record and saves it with these fields changed."""
    page = client.get(record(enquiry)).content.decode()
    form = {
        "state": enquiry.state,
        "assigned_to": enquiry.assigned_to_id or "",
        "seen": re.search(r'name="seen" value="([^"]+)"', page)[1],
        "notes-TOTAL_FORMS": 0,
        "notes-INITIAL_FORMS": 0,
    }
    return client.post(record(enquiry), {**form, **fields})


@pytest.mark.parametrize("role", ["editor", "reviewer"])
def test_nobody_else_on_the_staff_sees_enquiries(role):
    enquiry, client = make_enquiry(), staff_client(role)

    for address in (INBOX, record(enquiry), EXPORT, "/admin/enquiries/event/", "/admin/outbox/mail/"):
        assert client.get(address).status_code == 403
    assert "nquiries" not in client.get("/admin/").content.decode()


def test_strangers_are_sent_to_the_login():
    assert Client().get(INBOX).status_code == 302


def test_the_desk_finds_calls_and_writes(desk):
    enquiry = make_enquiry(email="asha@example.org")

    page = desk.get(record(enquiry)).content.decode()

    assert 'href="tel:+919876543210"' in page and "+91 98765 43210" in page
    assert 'href="mailto:asha@example.org"' in page
    assert "Asha Rao" in desk.get(INBOX).content.decode()


def test_each_opening_is_logged_and_only_managers_read_the_log(desk):
    enquiry = make_enquiry()

    desk.get(record(enquiry))

    event = Event.objects.get(what=Deed.OPENED)
    assert (event.enquiry, event.by) == (enquiry, desk.user)
    assert desk.get("/admin/enquiries/event/").status_code == 403
    assert "who did what" not in desk.get(record(enquiry)).content.decode().lower()
    manager = staff_client("manager")
    assert "desk@example.org" in manager.get("/admin/enquiries/event/").content.decode()
    assert "desk@example.org" in manager.get(record(enquiry)).content.decode()


def test_a_refused_save_shows_the_record_and_is_logged_as_an_opening(desk):
    enquiry = make_enquiry()

    page = desk.post(record(enquiry), {"state": "nonsense"}).content.decode()

    assert "Asha Rao" in page
    assert Event.objects.filter(what=Deed.OPENED, enquiry=enquiry).exists()


@pytest.mark.parametrize("query", ["phone__contains=98", "email__startswith=a", "notes__text__contains=a"])
def test_nothing_is_searched_past_the_log(desk, query):
    make_enquiry()

    assert desk.get(f"{INBOX}?{query}").status_code == 400
    desk.post(INBOX, {"search": "asha", "action": "take"})
    assert Event.objects.filter(what=Deed.SEARCHED).count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("assigned=nobody", {"Asha Rao"}),
        ("assigned=them", {"Ravi"}),
        ("folder=mine", {"Ravi"}),
        ("treatment=needling", {"Asha Rao"}),
        ("treatment=none", {"Ravi"}),
        ("test=no", {"Asha Rao", "Ravi"}),
        ("folder=nonsense&assigned=nonsense&treatment=nonsense", set()),
    ],
)
def test_the_inbox_is_filtered(desk, query, found):
    make_enquiry()
    make_enquiry(name="Ravi", phone="9123456789", treatment="").assign(to=desk.user, by=desk.user)

    page = desk.get(f"{INBOX}?{query.replace('them', str(desk.user.pk))}").content.decode()

    assert {name for name in ("Asha Rao", "Ravi") if name in page} == found


def test_the_first_page_says_who_waits(desk):
    make_enquiry()
    make_enquiry(name="Ravi", phone="9123456789").assign(to=desk.user, by=desk.user)

    page = desk.get("/admin/").content.decode()

    assert "1 new" in page and "1 assigned to you" in page
    assert "Asha" not in page


def test_a_note_can_be_written_without_a_script(desk):
    enquiry = make_enquiry()

    assert 'name="notes-0-text"' in desk.get(record(enquiry)).content.decode()
    changed(desk, enquiry, **{"notes-TOTAL_FORMS": 1, "notes-0-text": ""})
    assert not Note.objects.exists()


@pytest.mark.parametrize("words", ["asha", "98765 432", "+919876543210", "pune"])
def test_searching_sends_the_words_in_no_address(desk, words):
    make_enquiry()
    make_enquiry(name="Ravi", phone="9123456789", city="Nagpur", message="Another")

    page = desk.post(INBOX, {"search": words}).content.decode()

    assert "Asha Rao" in page and "Ravi" not in page
    assert 'method="get"' not in page.split('id="toolbar"')[1].split("</form>")[0]
    assert Event.objects.filter(what=Deed.SEARCHED).exists()


def test_the_inbox_shows_what_waits_and_has_a_folder_for_the_rest(desk):
    closed = make_enquiry(name="Old Case")
    closed.move(State.CLOSED, by=None)

    assert "Old Case" not in desk.get(INBOX).content.decode()
    assert "Old Case" in desk.get(f"{INBOX}?folder=closed").content.decode()


def test_states_notes_and_who_did_it_are_kept(desk):
    enquiry = make_enquiry()

    answer = changed(
        desk,
        enquiry,
        state="assigned",
        assigned_to=desk.user.pk,
        **{"notes-TOTAL_FORMS": 1, "notes-0-text": "Call on Sunday.", "notes-0-enquiry": enquiry.pk},
    )

    enquiry.refresh_from_db()
    assert answer.status_code == 302
    assert (enquiry.state, enquiry.assigned_to) == (State.ASSIGNED, desk.user)
    assert Note.objects.get().by == desk.user
    assert {Deed.ASSIGNED, Deed.NOTED} <= set(Event.objects.values_list("what", flat=True))


def test_the_second_of_two_who_save_is_told_both_states(desk):
    enquiry = make_enquiry()
    page = desk.get(record(enquiry)).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    enquiry.move(State.CONTACTED, by=None)

    answer = changed(desk, enquiry, state="closed", seen=seen).content.decode()

    assert "now “Contacted”; you chose “Closed”" in answer
    enquiry.refresh_from_db()
    assert enquiry.state == State.CONTACTED


def test_patients_words_cannot_be_changed(desk):
    enquiry = make_enquiry()

    changed(desk, enquiry, state="contacted", name="Somebody else", phone="+919999999999")

    enquiry.refresh_from_db()
    assert (enquiry.name, enquiry.state) == ("Asha Rao", State.CONTACTED)


def test_taking_an_enquiry_out_of_spam_sends_its_mail(desk):
    enquiry = make_enquiry(website="filled in")
    assert not Mail.objects.exists()

    desk.post(INBOX, {"action": "not_spam", "_selected_action": enquiry.pk, "index": 0})

    enquiry.refresh_from_db()
    assert enquiry.state == State.NEW
    assert Mail.objects.count() == 1
    assert f"Moved to new: {enquiry.reference}." in desk.get(INBOX).content.decode()


def test_erasing_asks_first(desk):
    enquiry = make_enquiry()
    chosen = {"action": "erase_selected", "_selected_action": enquiry.pk, "index": 0}

    page = desk.post(INBOX, chosen).content.decode()

    assert "Erase for ever?" in page and enquiry.reference in page
    assert Enquiry.objects.exists()
    desk.post(INBOX, {**chosen, "really": "yes"})
    assert not Enquiry.objects.exists()
    assert Event.objects.get(what=Deed.ERASED).by == desk.user


def test_what_keeps_the_form_closed_is_said_to_staff(desk, clinic):
    clinic.grievance_contact = ""
    clinic.save(update_fields=["grievance_contact"])

    assert "grievance contact" in desk.get(INBOX).content.decode()


def test_the_weeks_are_drawn_and_told(desk):
    make_enquiry()

    page = desk.get(INBOX).content.decode()

    assert "<svg" in page and "1 from" in page


def exported(client, kind: str, **days):
    today = timezone.localdate()
    return client.post(EXPORT, {"first": today, "last": today, "kind": kind, **days})


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "|calc", "%0a"]


def test_no_cell_of_an_export_is_a_formula(desk):
    for place, text in enumerate(FORMULAS):
        make_enquiry(name=f"{text} x", city=text, phone=f"98765432{place:02}", message=f"{text}\n=2+2")

    table = list(csv.reader(io.StringIO(exported(desk, "csv").content.decode("utf-8-sig"))))
    book = zipfile.ZipFile(io.BytesIO(exported(desk, "xlsx").content))

    assert len(table) == len(FORMULAS) + 1
    assert not [cell for row in table for cell in row if cell.startswith(export.STARTS_FORMULA)]
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and sheet.count('t="s"') > len(FORMULAS) * 10


def test_exports_are_logged_limited_and_never_stored(desk):
    make_enquiry()

    answer = exported(desk, "xlsx")

    assert "no-store" in answer.headers["Cache-Control"]
    assert "1 as xlsx" in Event.objects.get(what=Deed.EXPORTED).detail
    assert exported(desk, "csv", first="2020-01-01").status_code == 200
    assert Event.objects.filter(what=Deed.EXPORTED).count() == 1


@pytest.mark.parametrize("days", [("9999-06-01", "9999-12-31"), ("0001-01-01", "0001-01-02"), ("x", "2026-01-01")])
def test_days_that_no_calendar_has_are_refused(desk, days):
    answer = exported(desk, "csv", first=days[0], last=days[1])

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert not Event.objects.exists()


def test_mail_of_an_unknown_kind_does_not_close_the_page():
    mail = Mail.objects.create(kind="of-an-older-release", key="1")

    page = staff_client("manager").get(f"/admin/outbox/mail/{mail.pk}/change/").content.decode()

    assert "It cannot be written (KeyError)." in page


def test_managers_are_told_that_no_mail_is_sent(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    assert "EMAIL_URL" in staff_client("manager").get("/admin/outbox/mail/").content.decode()


def test_managers_read_mail_that_waits_without_the_whole_address():
    make_enquiry(email="asha@example.org")
    mail = Mail.objects.get(kind="enquiry-to-patient")

    page = staff_client("manager").get(f"/admin/outbox/mail/{mail.pk}/change/").content.decode()

    assert "We have your enquiry" in page
    assert "asha@example.org" not in page
