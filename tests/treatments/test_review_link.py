"""A doctor signs through a link: what it shows, what it asks, and when it stops working."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from outbox.models import Mail
from tests.factories import add_section, make_doctor, make_editor, make_organisation, make_treatment, publish
from tests.reader import tree
from tests.shelf import shelved
from treatments.models import Change, IdentityChange, Practitioner, Remark, ReviewLink, SignOff, freeze
from treatments.models.identities import note_identity
from treatments.models.review_links import CODE_TRIES, LINK_LASTS, MOST_CODES, send_for_review
from treatments.models.signing import valid_signature

pytestmark = pytest.mark.django_db
LOCAL = {"HTTP_HOST": "localhost", "HTTP_SEC_FETCH_SITE": "same-origin"}


@shelved
def doctor():
    return make_doctor(email="doctor@example.org")


@shelved
def treatment():
    return make_treatment(text="It may help.")


@shelved
def link(treatment, doctor):
    return send_for_review(freeze(treatment, by=None), doctor, by=None)


def mail(kind):
    return Mail.objects.filter(kind=kind).latest("pk").letter()


def post(client, link, **fields):
    return client.post(link.get_absolute_url(), fields, **LOCAL)


def sign(client, link, **fields):
    post(client, link, action="code")
    code = re.search(r"\d{6}", mail("review-code").body)[0]
    return post(client, link, **({"action": "sign", "read": "yes", "code": code} | fields))


def sign_without_mail(client, link):
    post(client, link, action="code")
    return post(client, link, action="sign", read="yes", code=link.code())


def test_the_doctor_reads_the_page_as_patients_will_see_it(client, link):
    response = client.get(link.get_absolute_url(), **LOCAL)

    page = response.content.decode()
    assert response.status_code == 200
    assert "It may help." in page and "Sign these words" in page and "All its words are new to you" in page


def test_the_mail_says_who_asks_and_about_what(treatment, link):
    make_organisation(name="Cosma Beauty")

    letter = mail("review-link")

    assert "Cosma Beauty asks you to read its page" in letter.body
    assert treatment.name in letter.subject and treatment.name in letter.body


def test_the_answer_is_not_kept_found_or_told_to_other_pages(client, link):
    response = client.get(link.get_absolute_url(), **LOCAL)

    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert not response.cookies


def test_reading_the_link_signs_nothing(client, link):
    for method in (client.get, client.head):
        method(link.get_absolute_url(), **LOCAL)

    link.refresh_from_db()
    assert link.used_at is None and not SignOff.objects.exists()


def test_a_doctor_signs_with_the_code_from_the_second_message(client, link, doctor):
    response = sign(client, link, remarks="Well put.")

    signed = SignOff.objects.get()
    assert response.status_code == 302
    assert (signed.practitioner, signed.remarks) == (doctor, "Well put.")
    assert "It may help." in signed.rendered_text
    assert valid_signature(link.revision, at=timezone.now()) == signed
    assert signed.fingerprint in mail("review-receipt").body


def test_each_step_says_what_comes_next(client, link, treatment):
    at_first = client.get(link.get_absolute_url(), **LOCAL).content.decode()
    too_soon = tree(post(client, link, action="sign", read="yes").content)
    sent = tree(post(client, link, action="code", code="000000").content)
    empty = tree(post(client, link, action="sign", read="yes", code=" ").content)
    sign(client, link)
    signed = client.get(link.get_absolute_url(), **LOCAL).content.decode()
    publish(treatment)
    live = client.get(link.get_absolute_url(), **LOCAL).content.decode()
    second = send_for_review(freeze(treatment, by=None), link.practitioner, by=None)

    assert "Patients do not see these words yet." in at_first
    assert "Press “Send me a code” first" in too_soon.with_id("problem").text
    assert "Type the code from our second message." in empty.with_id("problem").text
    assert "We sent you a code" in sent.with_id("sign").with_id("problem").text and not sent.with_id("code")["value"]
    assert "once the clinic publishes these words" in signed
    assert f'<a href="{treatment.get_absolute_url()}">' in live and "once the clinic publishes" not in live
    assert "Patients read these words now." in client.get(second.get_absolute_url(), **LOCAL).content.decode()


def test_a_link_works_once(client, link):
    sign(client, link)

    again = sign_without_mail(client, link)

    assert SignOff.objects.count() == 1
    assert "You signed this page" in again.content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "000000x"}, "That is not the code we sent"),
        ({"read": ""}, "Tick the box"),
    ],
)
def test_what_was_typed_stays_after_an_error(client, link, fields, message):
    response = sign(client, link, remarks="Say <how> deep.", **fields)

    page = tree(response.content)
    assert response.status_code == 422
    assert page.one("textarea", id="remarks").text == "Say <how> deep."
    assert message in page.with_id("sign").with_id("problem").text
    assert not SignOff.objects.exists()


def test_a_code_cannot_be_guessed_again_and_again(client, link):
    post(client, link, action="code")
    link.refresh_from_db()
    wrong = "000001" if link.code() != "000001" else "000002"
    for _ in range(CODE_TRIES):
        post(client, link, action="sign", read="yes", code=wrong)

    response = post(client, link, action="sign", read="yes", code=link.code())

    assert "no longer valid" in response.content.decode() and not SignOff.objects.exists()


def test_an_old_code_stops_working_when_a_new_one_is_sent(client, link):
    post(client, link, action="code")
    link.refresh_from_db()
    old = link.code()

    post(client, link, action="code")
    post(client, link, action="sign", read="yes", code=old)

    assert not SignOff.objects.exists()


def test_no_code_signs_before_one_was_sent(client, link):
    post(client, link, action="sign", read="yes", code=link.code())

    assert not SignOff.objects.exists()


def test_remarks_go_back_paragraph_by_paragraph(client, link):
    post(client, link, action="return", **{"remark-overview": "Say how often.", "remarks": "Too short."})

    assert set(Remark.objects.values_list("place", "text")) == {("overview", "Say how often."), ("", "Too short.")}
    assert "You returned this page" in client.get(link.get_absolute_url(), **LOCAL).content.decode()


def test_a_page_is_not_returned_without_a_word(client, link):
    response = post(client, link, action="return")

    link.refresh_from_db()
    assert response.status_code == 422 and link.used_at is None


def test_a_signature_is_taken_back_through_the_same_link(client, link):
    sign(client, link)

    post(client, link, action="withdraw", remarks="I was too quick.")

    assert valid_signature(link.revision, at=timezone.now()) is None
    assert "You took your signature back" in client.get(link.get_absolute_url(), **LOCAL).content.decode()


def test_a_link_stops_working_when_the_medical_words_move_on(client, link, treatment, doctor):
    treatment.sections.first().statements.update(text="It helps.")
    newer = send_for_review(freeze(treatment, by=None), doctor, by=None)
    ReviewLink.objects.filter(pk=link.pk).update(revoked_at=None)

    response = sign_without_mail(client, link)

    assert response.status_code == 410 and not SignOff.objects.exists()
    assert newer.get_absolute_url() in response.content.decode()


def test_a_link_signs_nothing_once_the_draft_has_other_medical_words(client, link, treatment):
    treatment.sections.first().statements.update(text="It helps.")

    response = sign_without_mail(client, link)

    assert response.status_code == 410 and "This page has changed since" in response.content.decode()
    assert not SignOff.objects.exists()


def test_a_replaced_link_leads_to_the_newer_one(client, link, treatment, doctor):
    newer = send_for_review(link.revision, doctor, by=None)

    page = client.get(link.get_absolute_url(), **LOCAL).content.decode()

    assert "There is a newer version" in page and newer.get_absolute_url() in page


def test_codes_are_not_sent_without_end(client, link):
    for _ in range(MOST_CODES):
        assert post(client, link, action="code").status_code == 200

    response = post(client, link, action="code", remarks="Still here.")

    assert response.status_code == 422 and "Still here." in response.content.decode()
    assert Mail.objects.filter(kind="review-code").count() == MOST_CODES


def test_every_remark_says_what_it_is_about(client, treatment, doctor):
    treatment.questions.create(question="Does it hurt?", answer="A little.", anchor="faq-pain")
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)

    page = client.get(link.get_absolute_url(), **LOCAL).content.decode()

    assert "Remark on “Does it hurt?”" in page and "Remark on “”" not in page


@pytest.mark.parametrize("field", ["revoked_at", "expires_at"])
def test_a_link_that_was_called_off_or_is_too_old_signs_nothing(client, link, field):
    ReviewLink.objects.filter(pk=link.pk).update(**{field: timezone.now() - timedelta(minutes=1)})

    assert sign_without_mail(client, link).status_code == 410
    assert not SignOff.objects.exists()


def test_a_new_link_calls_off_the_one_before(treatment, doctor, link):
    send_for_review(link.revision, doctor, by=None)

    link.refresh_from_db()
    assert link.revoked_at and mail("review-link").to == "doctor@example.org"


def test_a_link_called_off_before_it_was_sent_is_not_sent(link):
    ReviewLink.objects.revoke(at=timezone.now())

    assert mail("review-link") is None


@pytest.mark.parametrize("token", ["1", "1:forged", "x" * 500, "%00", "-1:abc"])
def test_a_token_that_we_did_not_write_leads_nowhere(client, token):
    assert client.get(f"/review/{token}/", **LOCAL).status_code in (400, 404)


def test_a_form_on_another_site_signs_nothing(client, link):
    response = client.post(
        link.get_absolute_url(), {"action": "code"}, HTTP_HOST="localhost", HTTP_SEC_FETCH_SITE="cross-site"
    )

    assert response.status_code == 403 and not Mail.objects.filter(kind="review-code").exists()


def test_an_author_is_not_asked_to_sign(treatment, doctor):
    author = make_editor(email="DOCTOR@example.org")
    Change.objects.create(treatment=treatment, field="Sections", clinical=True, by=author)

    with pytest.raises(ValidationError, match="another doctor must sign"):
        send_for_review(freeze(treatment, by=None), doctor, by=None)


def test_an_author_who_became_one_after_the_link_was_sent_does_not_sign(client, link, treatment):
    author = User.objects.create(username="late", email="doctor@example.org")
    Change.objects.create(
        treatment=treatment, field="Sections", clinical=True, by=author, at=link.revision.frozen_at - timedelta(1)
    )

    response = sign(client, link)

    assert response.status_code == 409 and "another doctor must sign" in response.content.decode()
    assert not SignOff.objects.exists()


def test_neither_link_nor_code_is_kept_in_the_database(client, link):
    post(client, link, action="code")
    link.refresh_from_db()

    kept = str(list(Mail.objects.values())) + str(list(ReviewLink.objects.values()))

    assert link.token not in kept and link.code() not in kept


def test_a_second_signature_is_asked_for_what_changed(client, treatment, doctor, link):
    sign(client, link)
    add_section(treatment, "recovery", "It takes a day.")

    newer = send_for_review(freeze(treatment, by=None), doctor, by=None)

    page = client.get(newer.get_absolute_url(), **LOCAL).content.decode()
    assert "Compared with the words that were signed last" in page and "<ins>" in page
    assert newer.expires_at - newer.created_at == LINK_LASTS


def test_a_link_at_an_address_of_before_does_not_lead_to_the_newer_one(client, link, doctor, treatment):
    doctor.email = "new@example.org"
    doctor.save()
    note_identity(Practitioner(email="doctor@example.org"), doctor, by=make_editor())
    IdentityChange.objects.all().confirm(by=make_editor("manager@example.org"))
    newer = send_for_review(link.revision, doctor, by=None)

    page = client.get(link.get_absolute_url(), **LOCAL).content.decode()

    assert "This link was called off" in page and newer.token not in page
