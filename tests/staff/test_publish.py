import pytest
from django.test import Client

from tests.factories import add_price, add_section, make_concern, make_doctor, make_site_page, make_treatment, publish
from tests.reader import tree
from tests.staff.people import Form, staff_client
from treatments.admin import publishing
from treatments.models import Publication, Revision, Statement, Treatment


def address(*subjects) -> str:
    keys = "+".join(str(subject.pk) for subject in subjects)
    return f"/admin/treatments/{subjects[0]._meta.model_name}/{keys}/publish/"


def press(client, *subjects, **answers):
    """Opens the confirmation page and presses its button."""
    form = Form(client.get(address(*subjects)))
    return client.post(address(*subjects), form.values | answers, follow=True)


def rewrite(text: str) -> None:
    Statement.objects.update(text=text)


@pytest.mark.parametrize("make", [make_treatment, make_concern, make_site_page])
def test_one_press_puts_a_page_before_patients(editor, make):
    subject = make()
    assert editor.get(subject.get_absolute_url()).status_code == 404

    answer = press(editor, subject, note="First version")

    assert f'<a href="{subject.get_absolute_url()}">See it as patients do</a>' in answer.content.decode()
    assert Client().get(subject.get_absolute_url()).status_code == 200
    publication = Publication.objects.get()
    assert publication.by.email == publication.revision.frozen_by.email == "editor@example.org"
    assert publication.revision.note == "First version"


def test_the_page_says_what_changes_before_anything_does(editor):
    treatment = make_treatment(text="Small needles go in.")
    publish(treatment)
    rewrite("Tiny needles go in.")

    page = editor.get(address(treatment)).content.decode()

    assert "Small</del>" in page
    assert "Tiny</ins>" in page
    assert "Patients have read revision 1" in page
    assert "No doctor has reviewed these words" in page
    assert Revision.objects.count() == 1


def test_signed_words_say_who_signed_them(editor):
    treatment = make_treatment()
    publish(treatment, signed_by=make_doctor())
    add_price(treatment)

    page = editor.get(address(treatment)).content.decode()

    assert "Asha Rao signed these medical words" in page
    assert "No doctor has reviewed" not in page


def test_who_would_take_a_doctor_off_the_page_is_told_before(editor):
    treatment = make_treatment()
    publish(treatment, signed_by=make_doctor())
    treatment.sections.get().statements.update(text="It may help a little.")

    page = tree(editor.get(address(treatment)).content).one("main").text

    assert "Asha Rao signed what they read now, and that name goes." in page


def test_who_publishes_is_told_what_patients_decide_with_and_would_not_find(editor):
    treatment = make_treatment()
    add_section(treatment, "evidence", "We found no study.")

    page = tree(editor.get(address(treatment)).content).one("main").text

    assert "Patients will find nothing here under “Who should not have it” and “Side effects”." in page


def test_site_pages_ask_for_no_doctor(editor):
    assert "doctor" not in editor.get(address(make_site_page())).content.decode()


def test_nothing_is_published_when_nothing_differs(editor):
    treatment = make_treatment()
    publish(treatment)

    page = editor.get(address(treatment)).content.decode()
    answer = editor.post(address(treatment), follow=True)

    assert "there is nothing to publish" in page
    assert "Publish now" not in page
    assert "nothing was published" in answer.content.decode()
    assert Revision.objects.count() == 1


def test_a_second_press_publishes_nothing(editor):
    treatment = make_treatment()
    values = Form(editor.get(address(treatment))).values
    editor.post(address(treatment), values)

    editor.post(address(treatment), values)

    assert Publication.objects.count() == 1


def test_two_presses_at_the_same_moment_publish_once(editor, monkeypatch):
    treatment = make_treatment()
    values, plans = Form(editor.get(address(treatment))).values, publishing.plans

    def overtaken(subjects):
        """By the other press, which is through before this one begins to publish."""
        found = plans(subjects)
        monkeypatch.setattr(publishing, "plans", plans)
        editor.post(address(treatment), values)
        return found

    monkeypatch.setattr(publishing, "plans", overtaken)
    answer = editor.post(address(treatment), values, follow=True)

    assert "Nothing differs from what patients read" in answer.content.decode()
    assert (Publication.objects.count(), Revision.objects.count()) == (1, 1)


def test_words_that_changed_after_the_page_was_opened_do_not_slip_out(editor):
    treatment = make_treatment(text="Words that were seen.")
    values = Form(editor.get(address(treatment))).values
    rewrite("Words that somebody else is writing.")

    answer = editor.post(address(treatment), values)

    assert "The draft was changed after you opened this page" in answer.content.decode()
    assert "Publish now" in answer.content.decode()
    assert not Revision.objects.exists()


def test_a_fact_without_a_value_is_not_published(editor):
    treatment = make_treatment(text="It takes {sessions}.")

    page = editor.get(address(treatment))
    answer = editor.post(address(treatment), {"seen": "anything"})

    for shown in (page.content.decode(), answer.content.decode()):
        assert "cannot be published yet" in shown
        assert "fill in the sessions" in shown
        assert f"/admin/treatments/section/{treatment.sections.get().pk}/change/" in shown
        assert "Publish now" not in shown
    assert not Revision.objects.exists()


def test_a_significant_change_says_what_changed(editor):
    treatment = make_treatment()
    publish(treatment)
    rewrite("Tiny needles go in.")

    refused = press(editor, treatment, significant="on")
    assert "Say in one plain line what changed" in refused.content.decode()
    assert "autofocus" in tree(refused.content).with_id("id_change_line").attributes
    assert Publication.objects.count() == 1
    press(editor, treatment, significant="on", change_line="The needles are smaller.")

    publication = Publication.objects.first()
    assert (publication.significant, publication.change_line) == (True, "The needles are smaller.")


def test_several_pages_go_live_together(editor):
    first, second = make_treatment("needling"), make_treatment("peeling")
    chosen = {"action": "publish_chosen", "_selected_action": [first.pk, second.pk]}

    sent = editor.post("/admin/treatments/treatment/", chosen)
    answer = editor.post(sent.headers["Location"], Form(editor.get(sent.headers["Location"])).values)

    assert answer.status_code == 302
    assert Publication.objects.count() == 2


def test_who_publishes_is_led_to_the_pages_that_show_the_treatment_beside_their_own(editor):
    needling, laser, peel = (
        make_treatment(slug, sessions_min=4, sessions_max=6) for slug in ("needling", "laser", "peel")
    )
    for other in (laser, peel):
        other.alternatives.create(other=needling)
        publish(other)
    publish(needling)
    publish(laser)
    Treatment.objects.filter(pk=needling.pk).update(sessions_max=8)

    page = tree(editor.get(address(needling)).content).one("main")
    together = editor.get(page.one("a", href=address(needling, laser))["href"]).content.decode()

    assert "Laser would go on showing this treatment beside its own as before." in page.text
    assert "would go on showing" not in together
    press(editor, needling, laser)
    assert "4 to 8 sessions" in Client().get("/treatments/laser/").content.decode()


def test_nothing_goes_live_when_one_of_several_is_not_ready(editor):
    ready, broken = make_treatment("needling"), make_treatment("peeling", text="It takes {sessions}.")

    press(editor, ready, broken)

    assert not Publication.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "desk"])
def test_others_do_not_publish(role):
    treatment, client = make_treatment(), staff_client(role)

    assert client.get(address(treatment)).status_code == 403
    assert client.post(address(treatment), {"seen": "x"}).status_code == 403
    chosen = {"action": "publish_chosen", "_selected_action": [treatment.pk]}
    client.post("/admin/treatments/treatment/", chosen)
    assert not Revision.objects.exists()


def test_no_publish_button_is_shown_to_those_who_may_not(reviewer):
    treatment = make_treatment()

    page = reviewer.get(f"/admin/treatments/treatment/{treatment.pk}/change/").content.decode()

    assert "ublish …" not in page


def test_strangers_are_sent_to_the_login():
    treatment = make_treatment()

    for method in ("get", "post"):
        assert getattr(Client(), method)(address(treatment)).headers["Location"].startswith("/admin/login/")
    assert not Revision.objects.exists()


def test_publishing_needs_the_token_of_the_form(editor):
    treatment = make_treatment()
    values = Form(editor.get(address(treatment))).values
    client = Client(enforce_csrf_checks=True)
    client.cookies = editor.cookies

    assert client.post(address(treatment), values | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert not Revision.objects.exists()


def test_saving_can_lead_on_to_publishing(editor):
    treatment = make_treatment()
    change = f"/admin/treatments/treatment/{treatment.pk}/change/"

    answer = editor.post(change, Form(editor.get(change)).values | {"_publish": "1", "name": "Tiny needling"})

    assert answer.headers["Location"] == address(treatment)
    assert Treatment.objects.get().name == "Tiny needling"
    assert not Revision.objects.exists()
