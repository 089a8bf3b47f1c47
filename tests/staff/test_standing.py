"""What staff see of where pages stand: on the first page, in lists, on the change page."""

import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.db.models import prefetch_related_objects
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import add_price, make_concern, make_doctor, make_editor, make_site_page, make_treatment, publish
from tests.shelf import shelved
from tests.staff.people import staff_client
from treatments.models import Concern, Practitioner, SignOff, SitePage, Source, Statement, Treatment, drafts, freeze
from treatments.models.publishing import withdraw
from treatments.models.review_links import send_for_review
from treatments.models.signing import sign
from treatments.models.standing import KEPT, parts_of, standings
from treatments.states import needing_attention

DAY = datetime.timedelta(days=1)


@shelved
def doctor():
    return make_doctor(email="doctor@example.org")


def rewrite(treatment, text="Other words."):
    Statement.objects.filter(section__treatment=treatment).update(text=text)


def never(treatment, doctor):
    pass


def live(treatment, doctor):
    publish(treatment, by=make_editor("writer@example.org"), signed_by=doctor)


def unreviewed(treatment, doctor):
    publish(treatment)


def disowned(treatment, doctor):
    live(treatment, doctor)
    SignOff.objects.get().withdraw(note="I was wrong.")


def clinical(treatment, doctor):
    live(treatment, doctor)
    rewrite(treatment)


def other(treatment, doctor):
    live(treatment, doctor)
    add_price(treatment)


def waiting(treatment, doctor):
    clinical(treatment, doctor)
    return send_for_review(freeze(treatment, by=None), doctor, by=None)


def returned(treatment, doctor):
    waiting(treatment, doctor).give_back([("overview", "Say how often."), ("", "Too short.")])


def signed(treatment, doctor):
    clinical(treatment, doctor)
    sign(freeze(treatment, by=None), doctor, rendered_text="Other words.")


def planned(treatment, doctor):
    clinical(treatment, doctor)
    freeze(treatment, by=None).publish(by=make_editor("planner@example.org"), at=timezone.now() + DAY)


def ending(treatment, doctor):
    live(treatment, doctor)
    withdraw(treatment, by=None, at=timezone.now() + DAY)


def withdrawn(treatment, doctor):
    live(treatment, doctor)
    withdraw(treatment, by=None)


def overdue(treatment, doctor):
    with time_machine.travel(timezone.now() - 400 * DAY):
        live(treatment, doctor)


def due(treatment, doctor):
    with time_machine.travel(timezone.now() - 350 * DAY):
        live(treatment, doctor)


def price(treatment, doctor):
    add_price(treatment, checked_on=timezone.localdate() - 91 * DAY)
    live(treatment, doctor)


def ageing(treatment, doctor):
    add_price(treatment, checked_on=timezone.localdate() - 80 * DAY)
    live(treatment, doctor)


def unanswered(treatment, doctor):
    with time_machine.travel(timezone.now() - 20 * DAY):
        waiting(treatment, doctor)


def outdated(treatment, doctor):
    waiting(treatment, doctor)
    treatment.sections.first().statements.update(text="Yet other words.")


CASES = {
    never: ({"never"}, "Never published", "Send to a doctor"),
    live: ({"live", "reviewed"}, "published by writer@example.org", ""),
    unreviewed: ({"live", "unreviewed"}, "No doctor has reviewed what patients read", "Send to a doctor"),
    disowned: ({"live", "unreviewed"}, "Asha Rao took back the signature under what", "Send to a doctor"),
    clinical: (
        {"live", "reviewed", "clinical"},
        "medical changes in Sections › A part of the page",
        "Send to a doctor",
    ),
    other: ({"live", "reviewed", "other"}, "changes that need no doctor in Price", "Publish"),
    waiting: ({"live", "reviewed", "clinical", "waiting"}, "Waiting for Asha Rao since", "See the links"),
    outdated: ({"live", "reviewed", "clinical", "outdated"}, "changed after Asha Rao was sent", "Send to a doctor"),
    returned: ({"live", "reviewed", "clinical", "returned"}, "returned it with 2 remarks", "Read the remarks"),
    signed: ({"live", "reviewed", "clinical", "signed"}, "Asha Rao signed the draft", "Publish"),
    planned: ({"live", "reviewed", "clinical", "planned"}, "planned by planner@example.org", "See the plan"),
    ending: ({"live", "reviewed", "ending"}, "Goes off the site on", "See the plan"),
    withdrawn: ({"withdrawn"}, "Taken off the site on", ""),
    overdue: ({"live", "overdue"}, "The review by Asha Rao ran out on", "Send to a doctor"),
    due: ({"live", "due"}, "The review by Asha Rao runs out on", "Send to a doctor"),
    price: ({"live", "reviewed", "price"}, "The check of the price ran out", "Check the price"),
    ageing: ({"live", "reviewed", "ageing"}, "The check of the price runs out", "Check the price"),
    unanswered: ({"live", "reviewed", "clinical", "unanswered"}, "did not answer", "Send to a doctor"),
}


def codes(subject) -> set[str]:
    now = timezone.now()
    return {mark.code for mark in standings([subject], at=now)[subject.pk].marks(at=now)}


@pytest.mark.parametrize("prepare", CASES, ids=lambda prepare: prepare.__name__)
def test_staff_see_where_a_page_stands_and_the_next_step(editor, doctor, prepare):
    treatment = make_treatment()
    prepare(treatment, doctor)
    expected, words, step = CASES[prepare]

    assert codes(treatment) == expected
    form = editor.get(f"/admin/treatments/treatment/{treatment.pk}/change/").content.decode()
    first = editor.get("/admin/").content.decode()
    assert words in form
    assert (words in first) == bool(step)
    if step:
        assert f">{step}<span" in first
    else:
        assert "Nothing. Every page is live, reviewed and up to date." in first


@pytest.mark.parametrize("prepare", [returned, waiting, signed], ids=lambda prepare: prepare.__name__)
def test_a_draft_on_its_way_is_one_line_and_not_two(doctor, prepare):
    treatment = make_treatment()
    prepare(treatment, doctor)
    now = timezone.now()

    found = needing_attention(standings([treatment], at=now)[treatment.pk].marks(at=now))

    assert [mark.code for mark in found] == [prepare.__name__]


def test_the_list_is_filtered_by_where_pages_stand(editor, doctor):
    clinical(make_treatment("alpha"), doctor)
    unreviewed(make_treatment("beta"), doctor)

    page = editor.get("/admin/treatments/treatment/?stands=clinical").content.decode()

    assert "/admin/treatments/treatment/" in page and "Alpha</a>" in page and "Beta</a>" not in page


def test_most_urgent_first(editor, doctor):
    other(make_treatment("alpha"), doctor)
    with time_machine.travel(timezone.now() - 400 * DAY):
        publish(make_treatment("beta", text="Old words."), signed_by=doctor)

    page = editor.get("/admin/").content.decode()

    assert page.index("The review by") < page.index("changes that need no doctor")


def test_concerns_and_site_pages_stand_somewhere_too(editor):
    publish(make_concern())
    page = make_site_page()
    publish(page)
    page.sections.update(text="We write more plainly.")

    assert codes(page) == {"live", "other"}
    first = editor.get("/admin/").content.decode()
    assert "Dull skin" in first and "About us" in first


def test_a_changed_source_makes_the_draft_differ(editor):
    Source.objects.create(key="trial", title="A trial", kind="trial", finding="It may help.")
    treatment = make_treatment(text="It may help [@trial].")
    publish(treatment)
    assert codes(treatment) == {"live", "unreviewed"}

    Source.objects.update(finding="It did not help.")

    assert "clinical" in codes(treatment)


def test_the_desk_is_not_told_of_drafts_and_a_doctor_is_led_to_sign(doctor, reviewer):
    treatment = make_treatment()
    waiting(treatment, doctor)
    way = f"/admin/treatments/treatment/{treatment.pk}/sign/"
    assert way not in reviewer.get("/admin/").content.decode()

    Practitioner.objects.update(user=reviewer.user)

    assert way in reviewer.get("/admin/").content.decode()
    assert "What needs attention" not in staff_client("desk").get("/admin/").content.decode()


def test_forty_pages_more_ask_the_database_no_more(editor):
    for number in range(3):
        publish(make_treatment(f"needling-{number}"))
    with CaptureQueriesContext(connection) as few:
        editor.get("/admin/")
    Treatment.objects.bulk_create(
        Treatment(slug=f"more-{number}", name="More", heading="More", summary="More.", procedure_type="percutaneous")
        for number in range(40)
    )

    with CaptureQueriesContext(connection) as many:
        editor.get("/admin/")

    assert len(many) <= len(few)


def test_a_worker_that_has_just_started_compares_only_what_changed_meanwhile(editor):
    same, other = (publish(make_treatment(slug)).subject for slug in ("alpha", "beta"))
    standings([same, other], at=timezone.now())
    KEPT.clear()
    Statement.objects.filter(section__treatment=other).update(text="Other words.")

    with CaptureQueriesContext(connection) as asked:
        found = standings(Treatment.objects.all(), at=timezone.now())

    read = [query["sql"] for query in asked if query["sql"].startswith('SELECT "treatments_revision"."id"')]
    read = [sql for sql in read if "snapshot" in sql]
    assert len(read) == 1 and re.search(r"IN \(\d+\)", read[0]), "one page is read in full"
    assert found[other.pk].clinical and not found[same.pk].clinical


def test_the_list_does_not_count_for_each_filter(editor):
    """Each count would mean to look at every page again."""
    for model in ("treatment", "concern", "practitioner"):
        assert "Show counts" not in editor.get(f"/admin/treatments/{model}/").content.decode(), model


def test_a_page_that_has_been_read_is_not_asked_for_again_and_seen_the_same(shipped, django_assert_max_num_queries):
    for model in (Treatment, Concern, SitePage):
        for subject in model.objects.all():
            asked = parts_of([subject])
            prefetch_related_objects([subject], *drafts.TOGETHER[model])
            with django_assert_max_num_queries(1):
                assert parts_of([subject]) == asked
