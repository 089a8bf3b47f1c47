"""What a page said and when, and the ways back: by day, by comparing, by restoring, by publishing again."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import (
    add_price,
    make_concern,
    make_doctor,
    make_site_page,
    make_source,
    make_term,
    make_treatment,
    publish,
)
from tests.shelf import shelved
from tests.staff.people import Form
from treatments.models import Change, Publication, Revision, Source, Statement, Term, freeze
from treatments.models.publishing import withdraw
from treatments.models.restoring import restore

MARCH = datetime.date(2026, 3, 3)


def address(row, name: str, **query) -> str:
    parameters = "&".join(f"{key}={value}" for key, value in query.items())
    return f"/admin/treatments/{row._meta.model_name}/{row.pk}/{name}/?{parameters}"


def clock(day: datetime.date, hour: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


def rewrite(text: str) -> None:
    Statement.objects.update(text=text)


def words(response) -> str:
    return response.content.decode()


@shelved
def treatment():
    """Revision 1 from the 1st of March, revision 2 from noon of the 3rd until the 5th, in the clinic's time."""
    made = make_treatment(text="Small needles.")
    publish(made, at=clock(MARCH.replace(day=1), 9), signed_by=make_doctor())
    rewrite("Tiny needles.")
    publish(made, at=clock(MARCH, 12))
    withdraw(made, by=None, at=clock(MARCH.replace(day=5), 0))
    rewrite("No needles.")
    return made


def test_unsigned_words_are_not_offered_again_on_a_public_site(editor, settings):
    settings.PUBLISH_UNREVIEWED = False
    treatment = make_treatment()
    old = freeze(treatment, by=None)

    page = editor.get(f"/admin/treatments/treatment/{treatment.pk}/again/?revision={old.number}").content.decode()

    assert "A doctor must sign these words first" in page and "Publish it again" not in page


def test_the_history_says_who_answers_for_every_revision(treatment, editor, manager):
    revision = Revision.objects.get(number=1)
    revision.publish(by=Revision.objects.get(number=2).frozen_by, significant=True, change_line="Back to before.")

    page = words(editor.get(address(treatment, "history")))

    first = page.split('id="revision-1"')[1].split("</li>\n</ol>")[0]
    assert "Asha Rao" in first and "by no doctor" not in first
    assert "from 1 March 2026, 09:00 until 3 March 2026, 12:00" in first
    assert "Patients were told: “Back to before.”" in first
    assert "Patients read it now" in first and "Publish<span" not in first
    second = page.split('id="revision-2"')[1].split('id="revision-1"')[0]
    assert "by no doctor" in second and "until 5 March 2026, 00:00" in second


@pytest.mark.parametrize(
    "day, said",
    [
        ("2026-02-28", "could not read this page"),
        ("2026-03-01", "Small needles."),
        ("2026-03-02", "Small needles."),
        ("2026-03-03", "more than one version"),
        ("2026-03-04", "Tiny needles."),
        ("2026-03-05", "could not read this page"),
    ],
)
def test_what_a_page_said_on_a_day_of_the_clinics_calendar(treatment, editor, day, said):
    answer = editor.get(address(treatment, "history", day=day), follow=True)

    assert answer.status_code == 200 and said in words(answer)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-13-01", "That is not a day."),
        ("tomorrow", "That is not a day."),
        ("31/03/2026", "That is not a day."),
        ("9999-12-31", "That is not a day."),
        ("2099-01-01", "That day is still to come."),
    ],
)
def test_a_day_that_is_none_has_an_error_beside_it_and_stays_as_it_was_typed(treatment, editor, day, said):
    form = editor.get(address(treatment, "history", day=day)).content.decode().split('class="on-a-day"')[1]

    assert f'<ul class="errorlist" id="day-error"><li>{said}' in form
    assert f'type="text" id="day" name="day" value="{day}" aria-invalid="true" aria-describedby="day-error"' in form
    assert "patients could not read" not in form


def test_a_day_is_shown_as_it_was_with_its_signature_and_its_price(editor):
    treatment = make_treatment()
    add_price(treatment, checked_on=timezone.localdate() - datetime.timedelta(days=100))
    published = timezone.now() - datetime.timedelta(days=50)
    revision = publish(treatment, at=published, signed_by=make_doctor())
    day = (timezone.localdate() - datetime.timedelta(days=40)).isoformat()

    before_it_was_signed = editor.get(address(treatment, "history", day=day), follow=True)
    now = editor.get(f"/admin/treatments/revision/{revision.pk}/page/")

    assert "Asha Rao" not in words(before_it_was_signed) and "Asha Rao" in words(now)
    assert "₹3,000 to ₹15,000" in words(before_it_was_signed) and "₹3,000 to ₹15,000" not in words(now)
    assert "What patients read on" in words(before_it_was_signed)
    assert before_it_was_signed["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in before_it_was_signed["Cache-Control"]
    for odd in ("0001-01-01T00:00+05:30", "9999-12-31T23:59-12:00", "2026-02-30T00:00Z", "x"):
        page = editor.get(f"/admin/treatments/revision/{revision.pk}/page/", {"at": odd})
        assert "What patients read on" not in words(page) and page.status_code == 200


@pytest.mark.parametrize(
    "a, b, old, new",
    [("1", "2", "Small", "Tiny"), ("2", "1", "Tiny", "Small"), ("1", "draft", "Small", "No"), ("2", "", "Tiny", "No")],
)
def test_any_two_versions_stand_side_by_side(treatment, editor, a, b, old, new):
    page = words(editor.get(address(treatment, "compare", a=a, b=b)))

    assert f"taken out: </span>{old}</del>" in page
    assert f"put in: </span>{new}</ins>" in page
    assert "Medical words and figures" in page and "<h3>In brief</h3>" in page


def test_figures_read_as_old_and_new_and_clinical_ones_come_first(editor):
    treatment = make_treatment(sessions_min=4, sessions_max=6)
    add_price(treatment)
    publish(treatment)
    treatment.price.max = 20000
    treatment.price.save()
    type(treatment).objects.update(sessions_max=8)

    page = words(editor.get(address(treatment, "compare")))

    assert page.index("Medical words") < page.index("<h3>What happens</h3>") < page.index("Not medical")
    assert page.index("Not medical") < page.index("<h3>Cost</h3>")
    assert '6</del> <span aria-hidden="true">→</span> <ins><span class="visually-hidden">now: </span>8</ins>' in page


@pytest.mark.parametrize("query", [{"a": "99"}, {"a": "x"}, {"b": "²"}, {"a": "9" * 30}, {"a": "live"}])
def test_a_version_that_is_not_there_is_not_found(treatment, editor, query):
    assert editor.get(address(treatment, "compare", **query)).status_code == 404


@pytest.mark.parametrize("make", [make_treatment, make_concern, make_site_page])
def test_every_kind_of_page_has_the_ways_back(make, editor):
    subject = make()
    publish(subject)
    type(subject).objects.update(summary="Other words.")

    assert "Other words." not in words(press(editor, subject, "restore", 1)).split("<h2>What changes")[-1]
    subject.refresh_from_db()
    assert subject.summary != "Other words."
    assert editor.get(address(subject, "compare")).status_code == 200


def press(client, subject, name: str, number: int, **answers):
    """Opens the page that asks first, and presses its button."""
    where = address(subject, name, revision=number)
    return client.post(where, Form(client.get(where)).values | answers, follow=True)


def test_a_restored_draft_is_in_the_name_of_who_restored_it(treatment, editor):
    page = words(editor.get(address(treatment, "restore", revision=1)))
    assert "cannot sign them" in page and "taken out: </span>No</del>" in page

    answer = press(editor, treatment, "restore", 1)

    assert "The draft says what revision 1 said" in words(answer)
    assert Statement.objects.get().text == "Small needles."
    assert Change.objects.get().by.email == "editor@example.org"
    assert Revision.objects.first().frozen_by.email == "editor@example.org"
    assert Client().get("/treatments/needling/").status_code == 410


@pytest.mark.parametrize("name", ["restore", "again"])
def test_a_button_does_nothing_once_the_page_has_moved_on(treatment, editor, name):
    where = address(treatment, name, revision=1)
    values = Form(editor.get(where)).values
    rewrite("Somebody else writes.")
    publish(treatment)
    publications = Publication.objects.count()

    answer = editor.post(where, values)

    assert "Nothing was done: look again." in words(answer)
    assert Statement.objects.get().text == "Somebody else writes."
    assert Publication.objects.count() == publications


def test_sources_and_words_that_changed_since_are_shown_and_put_back_if_asked_for(editor):
    make_source("trial", finding="It helped.")
    make_term("Dermis", "the layer under the surface.")
    treatment = make_treatment(text="It helps the dermis [@trial].")
    publish(treatment)
    rewrite("It may help the dermis [@trial].")
    Source.objects.update(finding="It did not help.")
    Term.objects.update(definition="other words.")

    page = words(editor.get(address(treatment, "restore", revision=1)))
    shared = page.split("Sources and words of the glossary")[1].split("</section>")[0]

    assert "Source A small trial › Finding" in shared and "Word explained Dermis › Definition" in shared
    assert "did not help" not in page.split("What changes in the draft")[1]
    press(editor, treatment, "restore", 1, shared="on")
    assert (Source.objects.get().finding, Term.objects.get().definition) == (
        "It helped.",
        "the layer under the surface.",
    )


def test_an_older_revision_is_published_again(treatment, editor):
    page = words(editor.get(address(treatment, "again", revision=1)))
    assert "Asha Rao signed these medical words" in page

    answer = press(editor, treatment, "again", 1, significant="on", change_line="Back to the words of March.")

    assert "Patients read revision 1 again" in words(answer)
    assert "Small needles." in words(Client().get("/treatments/needling/"))
    assert Statement.objects.get().text == "No needles."
    publication = Publication.objects.first()
    assert (publication.by.email, publication.change_line) == ("editor@example.org", "Back to the words of March.")


def test_what_patients_read_already_is_not_published_again(editor):
    treatment = make_treatment()
    publish(treatment)

    page = words(editor.get(address(treatment, "again", revision=1)))

    assert "there is nothing to publish" in page and "Publish it again" not in page


def test_a_significant_change_needs_its_line_and_keeps_what_was_typed(treatment, editor):
    where = address(treatment, "again", revision=1)

    page = words(editor.post(where, Form(editor.get(where)).values | {"significant": "on"}))

    assert "Say in one plain line" in page and Publication.objects.count() == 2


def test_restoring_says_why_it_cannot(editor):
    treatment = make_treatment()
    publish(treatment)
    type(treatment).objects.update(slug="moved")
    make_treatment("needling")

    answer = press(editor, treatment, "restore", 1)

    assert "The draft stays as it is: revision 1 no longer fits." in words(answer)
    assert "Another treatment has this address." in words(answer)


def test_a_reviewer_looks_and_changes_nothing(treatment, reviewer):
    assert reviewer.get(address(treatment, "history")).status_code == 200
    assert reviewer.get(address(treatment, "compare", a=1, b=2)).status_code == 200
    for name in ("restore", "again"):
        assert "Restore" not in words(reviewer.get(address(treatment, "history")))
        assert reviewer.post(address(treatment, name, revision=1)).status_code == 403


def test_a_restored_revision_can_be_restored_from_again(treatment):
    restore(Revision.objects.get(number=1), by=None)
    restore(Revision.objects.get(number=3), by=None)

    assert Statement.objects.get().text == "No needles."
