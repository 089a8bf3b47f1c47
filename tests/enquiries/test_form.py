import re
import time
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client, TestCase, override_settings
from django.utils import timezone

from enquiries import limits
from enquiries.models import Attempt, Enquiry, Notice, State
from enquiries.slips import OPEN_FOR
from outbox.models import Mail
from tests.enquiries.patient import enquire, make_enquiry, open_for_enquiries, open_form, send, slip_in, words
from tests.factories import make_organisation, make_treatment, publish


class PatientTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.organisation = open_for_enquiries()

    def test_an_enquiry_is_kept_before_thank_you_and_shown_with_its_number(self):
        answer = enquire(self.client)
        page = self.client.get(answer.headers["Location"])

        enquiry = Enquiry.objects.get()
        assert answer.status_code == 303
        self.assertContains(page, enquiry.reference)
        assert (enquiry.phone, enquiry.treatment_name, enquiry.state) == ("+919876543210", "Needling", State.NEW)
        assert "Asha" not in page.content.decode()

    def test_the_address_of_the_answer_says_nothing(self):
        location = enquire(self.client).headers["Location"]

        enquiry = Enquiry.objects.get()
        assert not any(word in location for word in (enquiry.reference, "Asha", "9876543210", "Pune"))

    def test_a_made_up_receipt_shows_no_number(self):
        make_enquiry(self.client)

        page = self.client.get("/enquire/thanks/?r=made-up")

        self.assertNotContains(page, Enquiry.objects.get().reference)
        self.assertContains(page, "This page has ended")

    def test_a_double_press_makes_one_enquiry(self):
        fields = {"slip": open_form(self.client), **words()}

        first, second = send(self.client, fields), send(self.client, fields)

        assert first.headers["Location"].split("%3A")[0][:60] == second.headers["Location"].split("%3A")[0][:60]
        assert Enquiry.objects.count() == 1
        assert Mail.objects.count() == 1

    def test_who_goes_back_after_a_time_out_and_sends_the_same_again_makes_one_enquiry(self):
        first, second = enquire(self.client), enquire(self.client)

        numbers = {self.client.get(answer.headers["Location"]).content for answer in (first, second)}
        assert Enquiry.objects.count() == len(numbers) == 1

    def test_the_same_words_from_elsewhere_or_later_are_another_enquiry(self):
        enquire(self.client)
        enquire(self.client, headers={"REMOTE_ADDR": "10.9.9.9"})
        with time_machine.travel(timezone.now() + timedelta(hours=2), tick=True):
            enquire(self.client)

        assert Enquiry.objects.count() == 3

    def test_corrected_words_of_the_same_form_are_not_lost(self):
        fields = {"slip": open_form(self.client), **words()}
        send(self.client, fields)

        send(self.client, fields | {"message": "Please call after seven."})

        assert Enquiry.objects.filter(message="Please call after seven.").exists()

    def test_all_that_was_typed_comes_back_with_every_error(self):
        answer = enquire(self.client, phone="12", email="no address", message="Only on Sundays", consent=None)

        assert answer.status_code == 422
        for typed in ("Asha Rao", 'value="12"', "no address", "Only on Sundays", "Pune"):
            self.assertContains(answer, typed, status_code=422)
        self.assertContains(answer, '<option value="needling" selected', status_code=422)
        self.assertContains(answer, "<title>Error: ", status_code=422)

    def test_the_summary_takes_focus_and_leads_to_each_field(self):
        page = enquire(self.client, name="", phone="", consent=None).content.decode()

        assert 'role="alert" tabindex="-1" autofocus' in page
        for field in ("id_name", "id_phone", "id_consent"):
            assert f'href="#{field}"' in page
            assert f'id="{field}_error"' in page
            assert f'aria-describedby="{field}' in page

    def test_numbers_are_understood_however_they_are_written(self):
        typed = ["9876543210", "098765 43210", "+91 98765-43210", "91 9876543210", "0091 98765 43210", "९८७६५४३२१०"]
        for phone in typed:
            with self.subTest(phone):
                assert make_enquiry(phone=phone, message=phone).phone == "+919876543210"

    def test_an_e_mail_address_alone_is_enough(self):
        enquiry = make_enquiry(phone="", email="asha@example.org")

        assert enquiry.email == "asha@example.org"
        assert {mail.kind for mail in Mail.objects.all()} == {"enquiry-to-desk", "enquiry-to-patient"}

    def test_landlines_and_foreign_numbers_are_refused_with_advice(self):
        for phone in ("020 2612 3456", "+44 7911 123456", "12345 67890"):
            with self.subTest(phone):
                self.assertContains(enquire(self.client, phone=phone), "10 digits that start with", status_code=422)

    def test_a_name_or_city_that_cannot_be_seen_is_asked_for_again(self):
        for blank in ("\u200b\u200b", "\u3164", ".", "\u00ad"):
            with self.subTest(ascii(blank)):
                answer = enquire(self.client, name=blank, city=blank)
                self.assertContains(answer, "Write your name.", status_code=422)
                self.assertContains(answer, "Write your city or town.", status_code=422)
        assert make_enquiry(name="रवि कुमार", city="मुंबई").name == "रवि कुमार"

    def test_a_mail_is_promised_only_where_one_can_be_sent(self):
        for can, times in ((True, 1), (False, 0)):
            with self.settings(MAIL_IS_SENT=can):
                page = self.client.get(enquire(self.client, message=str(can)).headers["Location"])
            self.assertContains(page, "we also send a note", count=times)

    def test_the_way_to_withdraw_opens_beside_the_half_filled_form(self):
        assert re.search(
            r'href="[^"]+/enquire/withdraw/" target="_blank"', self.client.get("/enquire/").content.decode()
        )

    def test_the_treatment_of_the_page_is_chosen_already(self):
        page = self.client.get("/enquire/?treatment=needling")

        self.assertContains(page, '<option value="needling" selected')

    @patch("enquiries.reception.OFFERED", 1)
    def test_on_a_large_site_each_treatment_can_be_asked_about_from_its_page(self):
        publish(make_treatment("peeling"))
        fields = {"slip": open_form(self.client), **words(treatment="peeling")}

        page = self.client.get("/enquire/?treatment=peeling").content.decode()
        send(self.client, fields)

        assert '<option value="peeling" selected' in page
        assert 'value="peeling"' not in self.client.get("/enquire/").content.decode()
        assert Enquiry.objects.get().treatment_name == "Peeling"

    def test_drafts_cannot_be_asked_about(self):
        make_treatment("unpublished")

        self.assertNotContains(self.client.get("/enquire/?treatment=unpublished"), "unpublished")

    def test_clinics_are_offered_once_there_are_shown_ones(self):
        from treatments.models import Clinic

        self.assertNotContains(self.client.get("/enquire/"), "id_clinic")
        Clinic.objects.create(name="North", city="Delhi", shown=False)
        clinic = Clinic.objects.create(name="South", city="Chennai", shown=True)

        page = self.client.get("/enquire/")

        self.assertContains(page, "South, Chennai")
        self.assertNotContains(page, "North, Delhi")
        assert make_enquiry(clinic=str(clinic.pk)).clinic == clinic

    def test_consent_is_unticked_and_its_exact_words_are_kept(self):
        page = self.client.get("/enquire/")

        self.assertNotContains(page, 'id="id_consent" checked')
        self.assertContains(page, 'A test officer, <a href="mailto:grievance@example.org">')
        self.assertContains(page, "90 days")
        enquiry = make_enquiry()
        assert "A test clinic" in enquiry.notice.text
        assert (enquiry.keep_until - enquiry.created_at.date()).days in (90, 91)

    def test_a_notice_that_changed_meanwhile_must_be_read_again(self):
        slip = open_form(self.client)
        self.organisation.retention_days = 400
        self.organisation.save(update_fields=["retention_days"])

        answer = send(self.client, {"slip": slip, **words()})

        self.assertContains(answer, "The notice has changed", status_code=422)
        assert " checked" not in tick(answer), "a tick under the old words is no consent to the new ones"
        assert send(self.client, {"slip": slip_in(answer), **words()}).status_code == 303
        assert Notice.objects.get().text.count("400 days") == 1

    def test_an_old_or_forged_slip_keeps_the_text_and_works_the_second_time(self):
        for slip in (open_form(self.client, seconds_ago=OPEN_FOR + 60), "forged", ""):
            with self.subTest(slip):
                answer = send(self.client, {"slip": slip, **words(message=f"With {slip[:4]}")})

                self.assertContains(answer, "Asha Rao", status_code=422)
                assert (" checked" in tick(answer)) == (slip.count(":") > 0), "who knows which notice the others saw?"
                assert send(self.client, {**words(), "slip": slip_in(answer)}).status_code == 303

    def test_a_retry_long_after_the_form_was_opened_is_no_second_enquiry(self):
        fields = {"slip": open_form(self.client), **words()}
        send(self.client, fields)

        with patch("enquiries.slips.time.time", return_value=time.time() + OPEN_FOR + 60):
            answer = send(self.client, fields)

        assert Enquiry.objects.count() == 1
        assert answer.status_code in (303, 422)

    def test_another_site_cannot_send_the_form(self):
        for headers in (
            {"HTTP_ORIGIN": "https://evil.example"},
            {"HTTP_ORIGIN": "null"},
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
            {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_ORIGIN": "http://testserver"},
        ):
            with self.subTest(headers):
                self.assertContains(enquire(self.client, headers=headers), "Asha Rao", status_code=403)
        assert not Enquiry.objects.exists()

    def test_our_own_pages_can(self):
        own = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}

        assert enquire(self.client, headers=own).status_code == 303

    def test_no_page_of_the_form_sets_a_cookie_or_may_be_stored(self):
        answer = enquire(self.client)
        pages = [
            answer,
            enquire(self.client, name=""),
            self.client.get(answer.headers["Location"]),
            *(self.client.get(f"/enquire/{page}") for page in ("", "withdraw/", "withdrawn/")),
        ]

        for page in pages:
            assert not page.cookies
            assert "no-store" in page.headers["Cache-Control"]
            assert "Set-Cookie" not in page.headers

    def test_form_pages_are_kept_out_of_search_engines(self):
        self.assertContains(self.client.get("/enquire/"), '<meta name="robots" content="noindex">')


def tick(response) -> str:
    return re.search('<input[^>]+id="id_consent"[^>]*>', response.content.decode())[0]


class AbuseTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        open_for_enquiries()

    def test_a_robot_gets_the_same_answer_and_lands_in_the_spam_folder(self):
        answer = enquire(self.client, website="https://example.org")

        self.assertContains(self.client.get(answer.headers["Location"]), "We have your enquiry")
        assert Enquiry.objects.get().state == State.SPAM
        assert not Mail.objects.exists()

    def test_a_form_that_comes_back_at_once_is_suspected(self):
        send(self.client, {"slip": open_form(self.client, seconds_ago=0), **words()})

        assert Enquiry.objects.get().state == State.SPAM

    def test_many_from_one_address_go_to_spam_and_then_are_refused_with_their_text(self):
        with patch.multiple(limits, ADDRESS_SUSPECT=2, ADDRESS_REFUSED=4):
            answers = [enquire(self.client, message=str(turn), phone=f"98765432{turn}0") for turn in range(5)]

        assert [answer.status_code for answer in answers] == [303, 303, 303, 303, 429]
        assert Enquiry.objects.filter(state=State.SPAM).count() == 2
        self.assertContains(answers[-1], "Asha Rao", status_code=429)

    def test_many_with_one_contact_from_anywhere_go_to_spam(self):
        for turn in range(6):
            enquire(self.client, message=str(turn), headers={"REMOTE_ADDR": f"10.0.0.{turn}"})

        assert Enquiry.objects.filter(state=State.SPAM).count() == 2

    def test_neighbours_in_one_ipv6_network_count_as_one(self):
        same = [limits.address(type("R", (), {"META": {"REMOTE_ADDR": f"2001:db8:1:1::{end}"}})) for end in (1, 2)]

        assert same[0] == same[1]

    def test_counting_keeps_no_address_and_no_number(self):
        make_enquiry()

        kept = " ".join(attempt.digest for attempt in Attempt.objects.all())
        assert "127.0.0.1" not in kept and "98765" not in kept


class OpeningTests(TestCase):
    def test_a_copy_on_this_computer_takes_test_enquiries_and_says_so(self):
        make_organisation()

        self.assertContains(self.client.get("/enquire/"), "This is a test copy.")
        assert make_enquiry(treatment="").is_test
        assert not Mail.objects.exists()

    @override_settings(LOOPBACK=False)
    def test_a_public_site_is_closed_until_the_notice_can_name_everything(self):
        open_for_enquiries(grievance_contact="")

        self.assertContains(self.client.get("/enquire/"), "is not open yet")
        assert send(self.client, words()).status_code == 403
        assert not Enquiry.objects.exists()

    @override_settings(LOOPBACK=False)
    def test_a_public_site_opens_once_it_can(self):
        open_for_enquiries()

        assert not make_enquiry().is_test


@pytest.mark.django_db
def test_a_dead_database_keeps_the_text_and_names_the_telephone(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    open_for_enquiries()
    client = Client()
    fields = {"slip": open_form(client), **words()}

    with patch("enquiries.reception.read", side_effect=OperationalError("Asha Rao")):
        answer, page = send(client, fields), client.get("/enquire/")

    assert (answer.status_code, page.status_code) == (503, 503)
    for text in ("Asha Rao", "Please call after six.", "tel:+919876543210", "We cannot take enquiries just now"):
        assert text in answer.content.decode()
    assert "tel:+919876543210" in page.content.decode()
    assert send(client, fields).status_code == 303


@pytest.mark.django_db
def test_a_database_that_dies_while_saving_keeps_the_text_and_logs_none_of_it(caplog):
    open_for_enquiries()
    client = Client()
    fields = {"slip": open_form(client), **words()}

    with patch("enquiries.models.Enquiry.objects.create", side_effect=OperationalError("Asha Rao")):
        answer = send(client, fields)

    assert answer.status_code == 503
    assert "Please call after six." in answer.content.decode()
    assert "Asha" not in caplog.text
