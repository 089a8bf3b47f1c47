"""What falls due is told to patients at the moment it does, and to staff in time, once."""

import datetime
import io

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.utils import timezone

from outbox.models import Mail
from tests.factories import (
    add_price,
    add_section,
    make_concern,
    make_doctor,
    make_editor,
    make_organisation,
    make_picture,
    make_site_page,
    make_source,
    make_treatment,
    place_picture,
    publish,
)
from tests.shelf import shelved
from treatments import choices
from treatments.models import FollowUp, Revision, Stamp, Treatment
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@shelved
def editor():
    user = make_editor()
    user.user_permissions.add(Permission.objects.get(codename="publish_revision"))
    return user


@shelved
def site(editor):
    """With all that the law asks for: nothing to report."""
    for slug in ("about", "privacy", "editorial-policy", "accessibility"):
        publish(make_site_page(slug))
    make_organisation(
        legal_name="Cosma",
        address="Pune",
        grievance_contact="A person",
        retention_days=90,
        contact_phone="+919876543210",
    )


def make_page(**fields) -> Treatment:
    treatment = make_treatment(**fields)
    treatment.contraindications.create(name_plain="you are pregnant", severity="do-not-have", origin="clinic")
    treatment.side_effects.create(name_plain="Redness")
    add_section(treatment, "disclaimer", "For information.")
    return treatment


def command(name: str) -> tuple[int, str]:
    answer, code = io.StringIO(), 0
    try:
        call_command(name, stdout=answer)
    except SystemExit as end:
        code = end.code
    return code, answer.getvalue()


def in_days(number: int):
    return time_machine.travel(timezone.now() + datetime.timedelta(days=number), tick=False)


def letters() -> list[str]:
    return [mail.letter().body for mail in Mail.objects.order_by("pk") if mail.letter()]


def test_a_site_in_order_has_nothing_to_report(site):
    publish(make_page())

    assert command("check_content") == (0, "Nothing is due and nothing is to be mended.\n")


DUE = {
    "price": (lambda page: add_price(page, checked_on=timezone.localdate()), 90),
    "regulation": (lambda page: Treatment.objects.update(rules_checked_on=timezone.localdate()), 182),
    "review": (lambda page: make_doctor(), 365),
}


@pytest.mark.parametrize("what", DUE)
def test_each_kind_of_content_has_its_interval_and_its_two_reminders(site, editor, what):
    page, (make_due, days) = make_page(), DUE[what]
    doctor = make_due(page)
    publish(Treatment.objects.get(), signed_by=doctor if what == "review" else None)

    assert command("check_content") == (0, "Nothing is due and nothing is to be mended.\n")
    with in_days(days - 20):
        for _ in range(2):
            assert command("check_content")[0] == 0
        assert len(letters()) == 1
        assert f"The {what} is due on" in letters()[0]
    with in_days(days + 1):
        for _ in range(2):
            code, told = command("check_content")
            assert (code, f"OVERDUE  The {what} was due on" in told) == (3, True)
        assert f"The {what} was due on" in letters()[-1]
        assert Mail.objects.count() == 2


def test_what_was_mended_before_the_mail_went_out_is_not_in_it(site, editor):
    page = make_page()
    add_price(page, checked_on=timezone.localdate())
    publish(page)
    with in_days(91):
        command("check_content")
        page.price.checked_on = timezone.localdate()
        page.price.save()
        publish(page)

        assert Mail.objects.count() == 1
        assert letters() == []


def test_only_who_answers_for_pages_is_reminded(site, editor):
    make_editor("desk@example.org")
    editor.is_active = False
    editor.save()
    add_price(make_page(), checked_on=timezone.localdate())
    publish(Treatment.objects.get())

    with in_days(91):
        command("check_content")
    assert not Mail.objects.exists()


def with_claim(page):
    add_section(page, "benefits", "It works.", evidence=choices.Evidence.GOOD)


def with_study(page):
    add_section(page, "evidence", "A study saw no change.", said_by=choices.SaidBy.STUDY)


MENDS = {
    "labelled Good": with_claim,
    "said by a study": with_study,
    "the link to /treatments/nowhere/ leads nowhere": lambda page: add_section(
        page, "purpose", "See [this](/treatments/nowhere/) and [home](/) and [us](/treatments/needling/?x=1#sources)."
    ),
    "there is no part #nowhere": lambda page: add_section(page, "purpose", "See [below](#nowhere), [here](#purpose)."),
    "does not say what it shows": lambda page: place_picture(page, make_picture(), alt="IMG 0017.jpg"),
    "no date": lambda page: add_price(page),
    "no side effects": lambda page: page.side_effects.all().delete(),
    "who should not have it": lambda page: page.contraindications.all().delete(),
    "no disclaimer": lambda page: page.sections.filter(anchor="disclaimer").delete(),
}


@pytest.mark.parametrize("sentence", MENDS)
def test_what_is_to_be_mended_is_told_with_its_place(site, sentence):
    page = make_page()
    MENDS[sentence](page)
    publish(page)

    code, told = command("check_content")

    assert code == 3
    assert sentence in told
    assert told.endswith("0 overdue, 0 soon due, 1 to mend.\n")
    assert f"/admin/treatments/treatment/{page.pk}/change/" in told


def test_a_claim_with_its_source_and_a_draft_are_left_alone(site):
    make_source("trial")
    page = make_page()
    add_section(page, "benefits", "It works [@trial].", evidence=choices.Evidence.GOOD)
    publish(page)
    with_study(page)

    assert command("check_content")[0] == 0


def test_a_concern_line_needs_its_source_too(site):
    concern = make_concern()
    page = make_page()
    publish(page)
    concern.lines.create(treatment=page, evidence=choices.Evidence.SOME, text="It may help.")
    publish(concern)

    assert "labelled Some" in command("check_content")[1]


def test_a_site_without_what_the_law_asks_for_says_what():
    told = command("check_content")[1]

    for words in ("legal name", "grievance contact", "how long enquiries are kept", "The page Privacy is not"):
        assert words in told


def test_an_old_check_of_the_rules_shows_at_the_right_moment_and_is_not_marked_up(client):
    page = make_page()
    add_section(page, "regulation", "It is licensed.")
    Treatment.objects.update(rules_checked_on=timezone.localdate())
    publish(Treatment.objects.get())

    def read() -> tuple[bool, bool, bool]:
        html = client.get("/treatments/needling/").content.decode()
        markdown = client.get("/treatments/needling.md").content.decode()
        return "due for a new check" in html, "due for a new check" in markdown, '"legalStatus"' in html

    with in_days(settings.REGULATION_REVIEW_DAYS):
        assert read() == (False, False, True)
    with in_days(settings.REGULATION_REVIEW_DAYS + 1):
        assert read() == (True, True, False)


def test_a_check_in_the_future_is_refused(site):
    page = make_page()
    page.rules_checked_on = timezone.localdate() + datetime.timedelta(days=1)

    with pytest.raises(Exception, match="in the future"):
        page.full_clean()


# What goes with a plan


def test_a_plan_needs_no_command_to_go_live_and_its_mail_comes_once_however_late(client, editor):
    publish(make_page(), by=editor, at=timezone.now() + datetime.timedelta(hours=1))
    command("publish_due")
    assert client.get("/treatments/needling/").status_code == 404
    assert letters() == []

    with in_days(5):
        assert client.get("/treatments/needling/").status_code == 200
        before = version()
        assert command("publish_due") == (0, "1 followed up.\n")
        assert command("publish_due") == (0, "Nothing was due.\n")
        assert len(letters()) == 1
        assert "as planned for" in letters()[0]
        assert version() > before
        assert [path.suffix for path in (settings.VAR_DIR / "media" / "link").iterdir()] == [".png"]


def version() -> int:
    """On PostgreSQL those of a test are moved when it is over; what the command moves is moved at once."""
    return Stamp.objects.filter(name="/treatments/needling/").values_list("version", flat=True).first() or 0


def test_who_publishes_now_gets_no_mail_about_it(editor):
    publish(make_page(), by=editor)

    assert command("publish_due") == (0, "1 followed up.\n")
    assert not Mail.objects.exists()


def test_the_planned_end_of_a_page_is_told_and_a_newer_revision_is_no_end(editor):
    page = make_page()
    publish(page, by=editor)
    publish(page, by=editor)
    withdraw(page, by=editor, at=timezone.now() + datetime.timedelta(days=1))
    command("publish_due")
    assert not Mail.objects.exists()

    with in_days(2):
        command("publish_due")
        assert ["taken off the site" in letter for letter in letters()] == [True]


def test_a_cancelled_plan_is_followed_by_nothing(editor):
    page = make_page()
    publish(page, by=editor, at=timezone.now() + datetime.timedelta(days=1)).publications.get().cancel(by=editor)

    with in_days(3):
        assert command("publish_due") == (0, "Nothing was due.\n")
    assert not FollowUp.objects.exists()
    assert not Revision.objects.live(at=timezone.now() + datetime.timedelta(days=3)).exists()
