"""Sending a page to a doctor from the admin, what comes back, and signing inside the admin."""

import datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from outbox.models import Mail
from tests.factories import add_price, make_doctor, make_site_page, make_treatment, publish
from tests.shelf import shelved
from tests.staff.people import Form, code, make_staff, staff_client
from treatments.models import Change, Practitioner, Publication, ReviewLink, Revision, SignOff, Statement, freeze
from treatments.models.review_links import send_for_review
from treatments.models.signing import valid_signature


@shelved
def doctor():
    return make_doctor(email="doctor@example.org")


@shelved
def treatment():
    return make_treatment(text="It may help.")


def address(subject, name="review") -> str:
    return f"/admin/treatments/{subject._meta.model_name}/{subject.pk}/{name}/"


def send(client, treatment, doctor, **answers):
    form = Form(client.get(address(treatment)))
    chosen = {"practitioner": str(doctor.pk), "days": "7", "send": "Send"}
    return client.post(address(treatment), form.values | chosen | answers, follow=True).content.decode()


def test_an_editor_sends_the_draft_and_sees_neither_link_nor_code(editor, treatment, doctor):
    page = send(editor, treatment, doctor, note="Please look at the risks.")

    link = ReviewLink.objects.get()
    assert "Revision 1 is on its way to Asha Rao." in page and "Sent, not opened" in page
    assert (link.revision.note, link.created_by.email) == ("Please look at the risks.", "editor@example.org")
    assert link.expires_at - link.created_at == datetime.timedelta(days=7)
    assert Mail.objects.filter(kind="review-link", key=str(link.pk)).exists()
    assert link.token not in page and "/review/" not in page.replace(address(treatment), "")


def test_sending_twice_freezes_once_and_calls_off_the_first_link(editor, treatment, doctor):
    send(editor, treatment, doctor)
    page = send(editor, treatment, doctor)

    assert Revision.objects.count() == 1
    assert [bool(link.revoked_at) for link in ReviewLink.objects.all()] == [False, True]
    assert "Called off" in page


def test_pressing_twice_sends_one_mail_whose_link_works(editor, treatment, doctor):
    form = Form(editor.get(address(treatment))).values | {"practitioner": str(doctor.pk), "days": "7", "send": "Send"}

    answers = [editor.post(address(treatment), form, follow=True).content.decode() for _ in range(2)]

    assert "sent already, after you opened this page" in answers[1] and "Sent, not opened" in answers[1]
    assert ReviewLink.objects.get().is_open(at=timezone.now())
    assert Mail.objects.filter(kind="review-link").count() == 1


def test_words_that_changed_meanwhile_are_not_sent(editor, treatment, doctor):
    form = Form(editor.get(address(treatment)))
    Statement.objects.update(text="Half-written.")

    page = editor.post(address(treatment), form.values | {"practitioner": doctor.pk, "days": "7", "send": "Send"})

    assert "after you opened this page. Look again" in page.content.decode()
    assert not ReviewLink.objects.exists()


def test_an_author_is_not_asked_and_the_form_says_why(editor, treatment, doctor):
    author = User.objects.create(username="author", email="Doctor@example.org")
    Change.objects.create(treatment=treatment, field="Sections", clinical=True, by=author)

    page = send(editor, treatment, doctor)

    assert "another doctor must sign" in page and not ReviewLink.objects.exists() and not Revision.objects.exists()


def test_without_a_doctor_the_page_says_who_can_enter_one(editor, treatment):
    make_doctor(email="")

    page = editor.get(address(treatment)).content.decode()

    assert "No doctor can be asked yet" in page and 'name="send"' not in page


def test_a_link_is_called_off_by_a_button(editor, treatment, doctor):
    send(editor, treatment, doctor)
    link = ReviewLink.objects.get()

    page = editor.post(address(treatment), {"revoke": link.pk}, follow=True).content.decode()

    link.refresh_from_db()
    assert link.revoked_at and "The link no longer works" in page


def test_remarks_stand_beside_the_words_they_are_about(editor, treatment, doctor):
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)
    link.give_back([("overview", "Say how often."), ("", "Too short.")])

    preview = editor.get(address(treatment, "preview")).content.decode()
    section = editor.get(f"/admin/treatments/section/{treatment.sections.get().pk}/change/").content.decode()
    page = editor.get(address(treatment)).content.decode()

    assert preview.index('id="overview"') < preview.index("Say how often.") and "Too short." in preview
    assert "Say how often." in section
    assert f"/admin/treatments/section/{treatment.sections.get().pk}/change/" in page and "Too short." in page


@pytest.fixture
def reviewer_doctor(doctor):
    """A doctor with an account: the record, the client, and the key of the second factor."""
    user, factor = make_staff("reviewer")
    Practitioner.objects.filter(pk=doctor.pk).update(user=user)
    from django.test import Client

    client = Client()
    client.force_login(user)
    doctor.refresh_from_db()
    return doctor, client, factor.secret


def answer(client, treatment, **fields):
    form = Form(client.get(address(treatment, "sign")))
    return client.post(address(treatment, "sign"), form.values | {"read": "yes"} | fields, follow=True)


def test_a_reviewer_signs_with_the_second_factor(reviewer_doctor, treatment):
    doctor, client, secret = reviewer_doctor
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)

    page = answer(client, treatment, action="sign", code=code(secret), remarks="Well put.").content.decode()

    signed = SignOff.objects.get()
    link.refresh_from_db()
    assert "You signed these words" in page
    assert (signed.practitioner, signed.remarks, link.sign_off) == (doctor, "Well put.", signed)
    assert "It may help." in signed.rendered_text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": "000000"}, "Incorrect code"),
        ({"code": ""}, "required"),
        ({"read": ""}, "Tick the box"),
        ({"revision": "0"}, "Another version"),
    ],
)
def test_a_reviewer_does_not_sign_without(reviewer_doctor, treatment, fields, message):
    doctor, client, secret = reviewer_doctor
    send_for_review(freeze(treatment, by=None), doctor, by=None)

    page = answer(client, treatment, **({"action": "sign", "code": code(secret), "remarks": "Kept."} | fields))

    assert page.status_code == 422 and message in page.content.decode() and "Kept." in page.content.decode()
    assert not SignOff.objects.exists()


def test_a_reviewer_returns_with_remarks_and_what_was_sent_to_a_colleague_too(reviewer_doctor, treatment):
    _, client, _ = reviewer_doctor
    other = make_doctor(name="Another", registration_number="2", email="other@example.org")
    send_for_review(freeze(treatment, by=None), other, by=None)

    answer(client, treatment, action="return", **{"remark-overview": "Say how often."})

    link = ReviewLink.objects.get(practitioner__name="Asha Rao")
    assert link.used_at and [remark.text for remark in link.remarks.all()] == ["Say how often."]


def test_four_eyes_hold_inside_the_admin(reviewer_doctor, treatment):
    doctor, client, secret = reviewer_doctor
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)
    before = link.revision.frozen_at - datetime.timedelta(1)
    Change.objects.create(treatment=treatment, field="Sections", clinical=True, by=doctor.user, at=before)

    page = answer(client, treatment, action="sign", code=code(secret))

    assert "another doctor must sign" in page.content.decode() and not SignOff.objects.exists()


def test_a_reviewer_takes_the_signature_back_and_says_why(reviewer_doctor, treatment, editor):
    doctor, client, _ = reviewer_doctor
    live = publish(treatment, signed_by=doctor)
    page = client.get(address(treatment)).content.decode()
    assert "Take my signature back" in page and ">Read and sign</a>" not in page

    page = client.post(
        address(treatment), {"withdraw": live.sign_offs.get().pk, "why": "One <b>risk</b> is missing."}, follow=True
    ).content.decode()

    assert "You took your signature back" in page and "Take my signature back" not in page
    assert ">Read and sign</a>" in page, "what patients read waits for a signature again"
    assert valid_signature(live, at=timezone.now()) is None
    history = editor.get(address(treatment, "history")).content.decode()
    assert "taken back on" in history and "One &lt;b&gt;risk&lt;/b&gt; is missing." in history


@pytest.mark.parametrize(("who", "status"), [("editor", 403), ("reviewer", 302), ("manager", 302), ("desk", 403)])
def test_nobody_takes_back_the_signature_of_another(who, status, treatment, doctor):
    live = publish(treatment, signed_by=doctor)
    user = User.objects.create(username="somebody")
    make_doctor(name="B. Other", registration_number="2", user=user)
    client = staff_client(who)

    for key in (str(live.sign_offs.get().pk), "x", "9" * 30):
        assert client.post(address(treatment), {"withdraw": key}).status_code == status

    assert valid_signature(live, at=timezone.now())
    assert "Take my signature back" not in client.get(address(treatment)).content.decode()


def test_the_editor_reads_what_the_doctor_said_when_signing_and_taking_back(client, editor, treatment, doctor):
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)
    link.seal(rendered_text="It may help.", remarks="Well put.").withdraw(note="I was too quick.")

    page = editor.get(address(treatment)).content.decode()

    assert "Well put." in page and "I was too quick." in page


def test_a_reviewer_without_a_doctors_record_is_told_who_helps(reviewer, treatment, doctor):
    send_for_review(freeze(treatment, by=None), doctor, by=None)

    page = reviewer.get(address(treatment, "sign"), follow=True).content.decode()

    assert "A manager can link it" in page


@pytest.mark.parametrize(("role", "sends", "signs"), [("editor", 1, 0), ("manager", 1, 0), ("reviewer", 0, 0)])
def test_each_role_does_its_part_alone(role, sends, signs, treatment, doctor):
    """The reviewer here has no doctor's record, so nobody of these can sign."""
    client = staff_client(role)
    client.post(address(treatment), {"send": "Send", "practitioner": doctor.pk, "days": "7", "seen": "x"})
    send_page = client.get(address(treatment)).content.decode()
    signing = client.get(address(treatment, "sign"))

    assert ('name="send"' in send_page) == bool(sends)
    assert signing.status_code == (403 if role == "editor" else 302)
    assert SignOff.objects.count() == signs


def test_the_desk_and_site_pages_have_no_part_in_it(editor, treatment):
    desk = staff_client("desk")
    for name in ("review", "sign", "schedule"):
        assert desk.get(address(treatment, name)).status_code == 403
        assert desk.post(address(treatment, name), {}).status_code == 403
    assert editor.get(address(make_site_page())).status_code == 404


def test_only_a_manager_says_who_a_doctor_is(editor, doctor, treatment):
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)
    url = f"/admin/treatments/practitioner/{doctor.pk}/change/"

    editor.post(url, Form(editor.get(url)).values | {"email": "mine@example.org", "registration_number": "9"})
    doctor.refresh_from_db()
    assert (doctor.email, doctor.registration_number) == ("doctor@example.org", "12345")
    manager = staff_client("manager")
    page = manager.post(url, Form(manager.get(url)).values | {"email": "new@example.org"}, follow=True)

    link.refresh_from_db()
    assert link.revoked_at and "1 open link to Asha Rao no longer works" in page.content.decode()


def plan_form(client, treatment, **answers):
    url = address(treatment, "publish")
    return client.post(url, Form(client.get(url)).values | answers, follow=True).content.decode()


def in_hours(hours: int) -> str:
    return timezone.localtime(timezone.now() + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def test_a_page_is_planned_seen_and_called_off(editor, treatment):
    assert "goes live on" in plan_form(editor, treatment, plan="Publish then", at=in_hours(5))
    publication = Publication.objects.get()
    assert publication.live_from > timezone.now()
    plan = editor.get(address(treatment, "schedule")).content.decode()
    assert "Revision 1 goes live on" in plan

    told = editor.post(address(treatment, "schedule"), {"cancel": publication.pk}, follow=True).content.decode()

    assert "Revision 1 will not go live" in told and "Nothing is planned" in told


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"plan": "Publish then"}, "Say on which day"),
        ({"at": "2020-01-01T10:00", "plan": "Publish then"}, "That moment is over"),
        ({"at": "soon", "plan": "Publish then"}, "Enter a valid date"),
        ({"at": "2099-01-01T10:00"}, "You gave a moment to come"),
    ],
)
def test_a_moment_that_is_none_plans_and_publishes_nothing(editor, treatment, answers, message):
    assert message in plan_form(editor, treatment, **answers)

    assert not Publication.objects.exists()


@pytest.mark.parametrize(("choice", "left"), [("", 1), ("keep", 2)])
def test_publishing_now_says_what_is_planned_and_asks(editor, treatment, choice, left):
    plan_form(editor, treatment, plan="Publish then", at=in_hours(5))
    Statement.objects.update(text="Newer words.")
    assert "Revision 1 is planned to go live" in editor.get(address(treatment, "publish")).content.decode()

    plan_form(editor, treatment, keep_plans=choice)

    assert Publication.objects.not_cancelled().count() == left


def test_a_plan_that_was_made_after_the_page_was_opened_is_not_called_off_unseen(editor, treatment):
    values = Form(editor.get(address(treatment, "publish"))).values
    freeze(treatment, by=None).publish(by=None, at=timezone.now() + datetime.timedelta(hours=5))

    page = editor.post(address(treatment, "publish"), values).content.decode()

    assert "Nothing was published: look again" in page and Publication.objects.not_cancelled().count() == 1


def test_a_page_is_taken_off_now_or_later_and_kept_after_all(editor, treatment):
    publish(treatment)
    url = address(treatment, "schedule")
    editor.post(url, {"withdraw": "yes", "at": in_hours(5)})
    assert "goes off the site on" in editor.get(url).content.decode()
    editor.post(url, {"stay": "yes"})
    assert Publication.objects.get().live_until is None

    page = editor.post(url, {"withdraw": "yes", "at": ""}, follow=True).content.decode()

    assert "It is off the site." in page and not Revision.objects.live(at=timezone.now()).exists()


def test_on_a_public_site_the_form_leads_to_the_doctor(editor, treatment, settings):
    settings.PUBLISH_UNREVIEWED = False
    page = editor.get(address(treatment, "publish"))
    assert "A doctor must sign these words first" in page.content.decode()
    assert "Publish now" not in page.content.decode() and f"{address(treatment)}#send" in page.content.decode()

    editor.post(address(treatment, "publish"), {"seen": "x"})
    assert not Publication.objects.exists()


def test_on_a_public_site_a_new_price_goes_out_under_the_old_signature(editor, treatment, doctor, settings):
    settings.PUBLISH_UNREVIEWED = False
    publish(treatment, signed_by=doctor)
    add_price(treatment)

    plan_form(editor, treatment)

    assert Publication.objects.count() == 2
