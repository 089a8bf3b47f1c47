"""What staff delete can be brought back for thirty days, whole, in the name of who does it. What is live stays."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.factories import add_section, make_concern, make_doctor, make_source, make_treatment, publish
from tests.shelf import shelved
from tests.staff.people import Form
from treatments.admin.trash import ToTheTrash, TrashedAdmin
from treatments.models import Change, Clinic, Concern, Section, Source, Trashed, Treatment, compose
from treatments.models.trash import KEPT, throw_away

DAY = datetime.timedelta(days=1)


def address(row, name: str) -> str:
    return f"/admin/treatments/{row._meta.model_name}/{row.pk}/{name}/"


def delete(client, row) -> str:
    """Confirms, and returns the page that says so."""
    return client.post(address(row, "delete"), {"post": "yes"}, follow=True).content.decode()


def undo(client) -> str:
    """Brings back what was deleted last."""
    return client.post(address(Trashed.objects.first(), "undo"), follow=True).content.decode()


@shelved
def treatment():
    made = make_treatment(sessions_min=4, sessions_max=6)
    make_source("trial")
    add_section(made, "evidence", "It may help [@trial].")
    made.steps.create(phase="during", title="Wash")
    made.contraindications.create(name_plain="you are pregnant", severity="wait", origin="clinic")
    return made


def test_a_page_comes_back_whole_with_its_lines_elsewhere_and_its_record(treatment, manager):
    concern = make_concern()
    concern.lines.create(treatment=treatment, evidence="good", text="It may help.")
    Change.objects.create(treatment=treatment, field="Name", clinical=True, by=manager.user)
    before, beside = compose(treatment), compose(concern)

    said = delete(manager, treatment)

    assert not Treatment.objects.exists() and compose(Concern.objects.get()).lines == ()
    assert "Treatment: Needling is in the trash for 30 days." in said
    assert Change.objects.get().concern == concern
    undo(manager)
    assert (compose(Treatment.objects.get()), compose(Concern.objects.get())) == (before, beside)
    assert Treatment.objects.get().pk == treatment.pk
    assert Change.objects.filter(treatment=treatment, field="Name", clinical=True, by=manager.user).exists()
    assert not Trashed.objects.exists()


def test_undo_stands_in_the_message_and_takes_one_press(treatment, editor):
    section = treatment.sections.get(anchor="evidence")

    said = delete(editor, section)

    form = said.split('class="undo">')[1].split("</form>")[0]
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    where = said.split('class="undo"')[0].rsplit('action="', 1)[1].split('"')[0]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    assert strict.post(where, {"csrfmiddlewaretoken": token}).status_code == 302
    assert section.statements.get().text == "It may help [@trial]."


def test_a_part_that_a_form_deleted_comes_back_and_both_are_written_down(treatment, editor):
    form = Form(editor.get(address(treatment, "change")))
    row = form.row("contraindications", "name_plain", "you are pregnant")
    before = compose(treatment)

    said = editor.post(address(treatment, "change"), form.values | {f"{row}-DELETE": "on"}, follow=True)

    assert "Contraindication: you are pregnant is in the trash" in said.content.decode()
    assert Trashed.objects.get().place == "Needling"
    undo(editor)
    assert compose(Treatment.objects.get()) == before
    gone, back = Change.objects.order_by("pk")
    assert gone.clinical and back.clinical and back.by.email == "editor@example.org"


@pytest.mark.parametrize("make", [make_source, make_doctor, lambda: Clinic.objects.create(name="Pune", city="Pune")])
def test_other_things_come_back_as_they_were(make, manager):
    row = make()
    values = type(row).objects.values().get()

    delete(manager, row)

    assert not type(row).objects.exists()
    undo(manager)
    assert type(row).objects.values().get() == values


def test_a_doctor_comes_back_with_the_clinics(manager):
    doctor, clinic = make_doctor(), Clinic.objects.create(name="Pune", city="Pune")
    doctor.clinics.add(clinic)

    delete(manager, doctor)
    undo(manager)

    assert doctor.clinics.get() == clinic


def test_what_no_longer_fits_stays_in_the_trash_and_says_why(treatment, editor):
    section = treatment.sections.get(anchor="evidence")
    delete(editor, section)
    add_section(treatment, "evidence", "New words.")

    said = undo(editor)

    assert "This treatment already has that part." in said and "It stays in the trash." in said
    assert Section.objects.filter(anchor="evidence").count() == 1 and Trashed.objects.exists()
    assert not Change.objects.filter(after__contains="It may help").exists()


def test_a_part_of_a_deleted_page_comes_back_after_the_page(treatment, manager):
    delete(manager, treatment.sections.get(anchor="evidence"))
    delete(manager, treatment)
    part = Trashed.objects.last()

    said = manager.post(address(part, "undo"), follow=True).content.decode()
    undo(manager)
    manager.post(address(part, "undo"))

    assert "cannot come back as things stand" in said
    assert Section.objects.filter(anchor="evidence").exists()


def test_a_citation_whose_source_is_gone_is_named(treatment, manager):
    delete(manager, treatment.sections.get(anchor="evidence"))
    delete(manager, Source.objects.get())

    part = Trashed.objects.get(kind="section")

    assert "no source called trial" in manager.post(address(part, "undo"), follow=True).content.decode()


def test_what_patients_have_read_is_never_deleted(treatment, manager):
    publish(treatment)

    page = manager.get(address(treatment, "delete")).content.decode()
    delete(manager, treatment)

    assert "cannot be deleted" in page and "withdrawn instead" in page
    assert Treatment.objects.exists() and not Trashed.objects.exists()
    assert manager.get("/treatments/needling/").status_code == 200


def test_the_trash_lists_what_is_kept_and_only_that(treatment, editor):
    for anchor in ("overview", "evidence"):
        delete(editor, treatment.sections.get(anchor=anchor))
    Trashed.objects.filter(pk=Trashed.objects.last().pk).update(deleted_at=timezone.now() - KEPT)

    page = editor.get("/admin/treatments/trashed/").content.decode()

    assert page.count("Bring back<span") == 1 and "editor@example.org" in page
    assert editor.get(address(Trashed.objects.last(), "undo")).status_code == 404
    assert "Statements: 1" in editor.get(address(Trashed.objects.first(), "undo")).content.decode()


def test_after_thirty_days_the_trash_forgets(treatment, editor, capsys):
    for anchor, age in (("overview", 29), ("evidence", 31)):
        delete(editor, treatment.sections.get(anchor=anchor))
        Trashed.objects.filter(pk=Trashed.objects.first().pk).update(deleted_at=timezone.now() - age * DAY)

    call_command("purge_trash")
    call_command("purge_trash")

    assert Trashed.objects.get().deleted_at > timezone.now() - KEPT
    assert capsys.readouterr().out == "1 deleted things forgotten.\n0 deleted things forgotten.\n"


def test_who_may_not_write_a_thing_may_not_bring_it_back(treatment, editor, manager, reviewer):
    delete(manager, make_source("other"))
    trashed = Trashed.objects.get()

    assert reviewer.get(address(trashed, "undo")).status_code == 403
    assert reviewer.get("/admin/treatments/trashed/").status_code == 403
    editor.user.groups.get().permissions.filter(codename="add_source").delete()
    assert editor.post(address(trashed, "undo")).status_code == 403
    assert Trashed.objects.exists()


def overtaken(monkeypatch, kind, step: str, other_press) -> None:
    """One press gets as far as this step of its view; then another is through before it goes on."""
    taken = getattr(kind, step)

    def late(*arguments):
        monkeypatch.setattr(kind, step, taken)
        other_press()
        return taken(*arguments)

    monkeypatch.setattr(kind, step, late)


def test_two_who_delete_the_same_at_once_leave_it_in_the_trash_once(treatment, editor, monkeypatch):
    mine, theirs, again = (treatment.sections.get(anchor="evidence") for _ in range(3))
    overtaken(monkeypatch, ToTheTrash, "delete_model", lambda: throw_away(theirs, by=editor.user))
    assert "Perhaps it was deleted?" in delete(editor, mine)

    throw_away(again, by=editor.user)  # what the view had taken back with its own part
    with pytest.raises(Section.DoesNotExist):
        throw_away(mine, by=editor.user)
    assert Trashed.objects.count() == 1


def test_two_who_bring_back_the_same_at_once_bring_it_back_once(treatment, editor, monkeypatch):
    section = treatment.sections.get(anchor="evidence")
    delete(editor, section)
    where = address(Trashed.objects.get(), "undo")
    overtaken(monkeypatch, TrashedAdmin, "bring_back", lambda: editor.post(where))

    for _ in range(2):  # at the same moment, and later
        assert "not in the trash any more" in editor.post(where, follow=True).content.decode()
    assert Section.objects.filter(pk=section.pk).count() == 1
    assert LogEntry.objects.filter(change_message="Brought back from the trash.").count() == 1
