"""Medical wording of templates and code: a release that changes it ends every signature given before."""

import datetime
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.factories import add_price, make_doctor, make_treatment, publish
from tests.staff.people import staff_client
from treatments import content, review_views, specimen, views
from treatments.choices import Evidence
from treatments.models import Publication, Revision, SignOff, freeze, standing
from treatments.models.admission import NotSigned
from treatments.models.review_links import send_for_review
from treatments.models.signing import REWORDED, sign, void_earlier_wording

pytestmark = pytest.mark.django_db
KEPT = Path(__file__).parent.parent / "data" / "wording.txt"
CHANGED = (
    "A doctor reads other words than before. Whoever reads them otherwise, or reads more than before, must be asked: "
    "raise content.SCHEMA then, which ends every signature. In either case take the new words over:\n  cp {} {}"
)
SIGNED = "Reviewed by"
DAY = datetime.timedelta(days=1)


def test_no_word_around_the_content_changes_unnoticed(tmp_path):
    with time_machine.travel(datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC), tick=False):
        pages = [
            review_views.words_of("treatments/treatment.html", views.treatment_context(specimen.page())),
            review_views.words_of("concerns/concern.html", views.concern_context(concern())),
        ]
    read = f"Schema {content.SCHEMA}\n\n" + "\n\n".join(pages) + "\n"
    new = tmp_path / KEPT.name
    new.write_text(read)

    assert read == KEPT.read_text(), CHANGED.format(new, KEPT)


def concern() -> content.ConcernPage:
    lines = [content.ConcernLine(treatment="example", text="A line.", evidence=label) for label in Evidence]
    return content.ConcernPage(
        schema=content.SCHEMA,
        slug="concern",
        name="A concern",
        summary="What it is.",
        lines=tuple(lines),
        what_else_helps="Something else.",
        not_for_you="A reason.",
        names={"example": "Example"},
    )


@pytest.fixture
def treatment():
    return make_treatment()


@pytest.fixture
def doctor():
    return make_doctor(email="doctor@example.org")


@pytest.fixture
def reworded(monkeypatch):
    """The next release, which words something medical otherwise."""

    def release():
        monkeypatch.setattr(content, "SCHEMA", content.SCHEMA + 1)
        monkeypatch.setattr(standing, "KEPT", {})
        monkeypatch.setattr(standing, "IN_CACHE", f"compared-{content.SCHEMA}")

    return release


def patients_read(path="/treatments/needling/") -> str:
    return Client().get(path).content.decode()


def state(treatment):
    return standing.standings([treatment], at=timezone.now())[treatment.pk]


def test_patients_see_no_badge_until_a_doctor_has_signed_the_words_of_the_new_release(
    treatment, doctor, reworded, settings
):
    settings.INDEX_UNREVIEWED = False
    publish(treatment, signed_by=doctor)
    assert SIGNED in patients_read() and "reviewedBy" in patients_read()

    reworded()

    for path in ("/treatments/needling/", "/treatments/needling.md"):
        assert doctor.name not in patients_read(path) and "reviewedBy" not in patients_read(path)
    assert "noindex" in patients_read() and "needling" not in patients_read_map()
    assert state(treatment).live.signed_by == "" and not state(treatment).signed

    publish(treatment, signed_by=doctor)

    assert SIGNED in patients_read() and "reviewedBy" in patients_read() and "needling" in patients_read_map()
    assert state(treatment).live.signed_by == doctor.name


def patients_read_map() -> str:
    return b"".join(Client().get("/sitemap.xml").streaming_content).decode()


def test_what_an_earlier_release_froze_is_sent_anew_before_it_is_signed(treatment, doctor, reworded):
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)
    reworded()

    assert link.has_moved_on()
    with pytest.raises(ValidationError, match="sends it anew"):
        sign(link.revision, doctor, rendered_text="The words.")
    send_for_review(freeze(treatment, by=None), doctor, by=None).seal(rendered_text="The words.")
    assert state(treatment).signed


def test_a_doctor_with_an_account_is_not_offered_what_an_earlier_release_froze(treatment, doctor, reworded):
    client = staff_client("reviewer")
    doctor.user_id = client.session["_auth_user_id"]
    doctor.save()
    publish(treatment)
    assert client.get(f"/admin/treatments/treatment/{treatment.pk}/sign/").status_code == 200

    reworded()

    page = client.get(f"/admin/treatments/treatment/{treatment.pk}/sign/", follow=True).content.decode()
    assert "an editor sends the page first" in page


def test_a_price_still_goes_out_on_a_public_site_and_other_words_do_not(treatment, doctor, reworded, settings):
    settings.PUBLISH_UNREVIEWED = False
    publish(treatment, signed_by=doctor)
    reworded()

    add_price(treatment)
    publish(treatment)

    treatment.sections.first().statements.update(text="Other words.")
    with pytest.raises(NotSigned):
        publish(treatment)


def test_that_signatures_ended_is_written_down_and_plans_on_them_are_called_off(treatment, doctor, reworded, settings):
    settings.PUBLISH_UNREVIEWED = False
    publish(treatment, signed_by=doctor)
    treatment.sections.first().statements.update(text="Words of tomorrow.")
    publish(treatment, signed_by=doctor, at=timezone.now() + DAY)
    reworded()

    call_command("publish_due", verbosity=0)

    assert {signature.withdrawal.note for signature in SignOff.objects.all()} == {REWORDED}
    assert not Publication.objects.not_cancelled().filter(live_from__gt=timezone.now()).exists()
    assert Revision.objects.live(at=timezone.now() + 2 * DAY).get().number == 1
    assert void_earlier_wording() == 0


def test_the_doctor_reads_why_the_signature_ended(treatment, doctor, reworded):
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)
    link.seal(rendered_text="The words.")
    reworded()

    for _ in ("before it is written down", "after"):
        page = Client().get(link.get_absolute_url()).content.decode()
        assert "Your signature has ended" in page and "Take my signature back" not in page
        void_earlier_wording()


def test_a_signature_that_the_doctor_took_back_stays_taken_back(treatment, doctor, reworded):
    link = send_for_review(freeze(treatment, by=None), doctor, by=None)
    link.seal(rendered_text="The words.").withdraw(note="I was too quick.")
    reworded()
    void_earlier_wording()

    assert "You took your signature back" in Client().get(link.get_absolute_url()).content.decode()


def test_an_earlier_release_beside_the_new_one_ends_no_signature(treatment, doctor, reworded, monkeypatch):
    earlier = content.SCHEMA
    reworded()
    publish(treatment, signed_by=doctor)
    assert SIGNED in patients_read()

    monkeypatch.setattr(content, "SCHEMA", earlier)
    assert void_earlier_wording() == 0

    assert not SignOff.objects.filter(withdrawal__isnull=False).exists()
