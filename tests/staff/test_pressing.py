"""A save, whatever happens at the same moment: pressed twice, or somebody else was faster."""

from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry

from tests.factories import make_source, make_treatment
from tests.staff.people import Form
from treatments.models import Clinic, Source, Treatment

NEW = {
    Clinic: {"name": "North", "city": "Pune"},
    Source: {"key": "trial", "title": "A small trial", "kind": "trial"},
    Treatment: {
        "name": "Peeling",
        "slug": "peeling",
        "heading": "Peeling in plain words",
        "summary": "Acid.",
        "procedure_type": "noninvasive",
    },
}


def address(model) -> str:
    return f"/admin/treatments/{model._meta.model_name}/add/"


@pytest.mark.parametrize("button", ["_save", "_continue", "_addanother"])
def test_two_presses_add_one_row_and_lead_to_the_same_place(manager, button):
    for model, words in NEW.items():
        form = Form(manager.get(address(model))).values | words | {button: "on"}

        first, second = (manager.post(address(model), form) for _ in range(2))

        assert [answer.status_code for answer in (first, second)] == [302, 302]
        assert urlsplit(first["Location"]) == urlsplit(second["Location"])
        assert model.objects.count() == LogEntry.objects.filter(content_type__model=model._meta.model_name).count() == 1


def test_two_presses_on_a_changed_page_add_its_new_rows_once(manager):
    """The second is no other person's save, and offers no words to put over one's own."""
    treatment = make_treatment()
    change = f"/admin/treatments/treatment/{treatment.pk}/change/"
    form = Form(manager.get(change))
    form.add_row("steps", phase="after", title="Rest")

    answers = [manager.post(change, form.values | {"_preview": "on"}) for _ in range(2)]

    assert [answer.headers.get("Location") for answer in answers] == [change.replace("change", "preview")] * 2
    assert [step.title for step in treatment.steps.all()] == ["Rest"]


def test_two_presses_make_one_account_and_lead_to_it(manager):
    words = {"email": "new@example.org", "password1": "a-Long-pass-word-77", "password2": "a-Long-pass-word-77"}
    form = Form(manager.get("/admin/auth/user/add/")).values | words

    first, second = (manager.post("/admin/auth/user/add/", form) for _ in range(2))

    assert first["Location"] == second["Location"] and "/change/" in first["Location"]


def test_other_words_and_a_row_that_has_gone_since_are_added(manager):
    form = Form(manager.get(address(Clinic))).values | NEW[Clinic]

    for words in (form, form | {"city": "Mumbai"}):
        manager.post(address(Clinic), words)
    assert Clinic.objects.count() == 2

    Clinic.objects.all().delete()
    manager.post(address(Clinic), form)
    assert Clinic.objects.get().city == "Pune"


def test_who_is_a_moment_slower_reads_what_is_taken_and_keeps_the_words(manager, monkeypatch):
    form = Form(manager.get(address(Source))).values | NEW[Source] | {"finding": "Typed just now."}
    make_source("trial")

    def save(self, *args, **kwargs):
        monkeypatch.undo()
        self.save(*args, **kwargs)

    # As if the other row had come between the look and the save.
    monkeypatch.setattr(Source, "validate_unique", lambda self, exclude=None: None)
    monkeypatch.setattr(Source, "validate_constraints", lambda self, exclude=None: None)
    monkeypatch.setattr(Source, "save", save)
    page = manager.post(address(Source), form)

    assert page.status_code == 200
    assert "Typed just now." in page.content.decode()
    assert "already exists" in page.content.decode().split('for="id_key"')[1].split('class="fieldBox')[0]


@pytest.mark.parametrize("make", [make_source, make_treatment])
def test_who_saves_what_somebody_deletes_at_that_moment_is_told_so(manager, monkeypatch, make):
    row = make()
    change = f"/admin/treatments/{row._meta.model_name}/{row.pk}/change/"
    form = Form(manager.get(change)).values
    found = admin.site._registry[type(row)].get_object

    def get_object(*arguments):
        there = found(*arguments)
        type(row).objects.filter(pk=row.pk).delete()
        return there

    monkeypatch.setattr(admin.site._registry[type(row)], "get_object", get_object)
    answer = manager.post(change, form, follow=True)

    assert "Perhaps it was deleted?" in answer.content.decode()
