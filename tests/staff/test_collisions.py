"""Two people at one form: the second is refused, sees both texts, loses nothing, and decides."""

import datetime

import pytest
from django.contrib import admin
from django.utils import timezone

from tests.factories import (
    add_price,
    make_concern,
    make_doctor,
    make_organisation,
    make_site_page,
    make_source,
    make_treatment,
)
from tests.shelf import shelved
from tests.staff.people import Form, staff_client
from treatments.admin.collisions import RefusesStaleSaves
from treatments.models import Change, Clinic, Concern, Opening, Revision, SideEffect, Statement, Trashed, Treatment


def address(row) -> str:
    return f"/admin/treatments/{row._meta.model_name}/{row.pk}/change/"


def words(response) -> str:
    return response.content.decode()


def make_section():
    return make_treatment().sections.get()


def make_clinic():
    return Clinic.objects.create(name="Pune", city="Pune", address="A road")


def change(values: dict[str, str], name: str, value: str) -> dict[str, str]:
    """`statements:text` is that column of the first row of a list."""
    rows, _, column = name.rpartition(":")
    return values | {f"{rows}-0-{column}" if rows else name: value}


EVERY_FORM = [
    (make_treatment, "summary"),
    (make_section, "statements:text"),
    (make_concern, "summary"),
    (make_site_page, "sections:text"),
    (make_source, "title"),
    (make_clinic, "address"),
    (make_doctor, "name"),
    (make_organisation, "address"),
]


@shelved
def colleague():
    """Somebody else who may change everything."""
    return staff_client("manager", "colleague")


def text_of(row, name: str) -> str:
    rows, _, column = name.rpartition(":")
    return getattr(getattr(row, rows).first() if rows else type(row)._default_manager.get(pk=row.pk), column)


@pytest.mark.parametrize("make, name", EVERY_FORM)
def test_the_second_save_is_refused_with_both_texts_until_the_person_decides(colleague, manager, make, name):
    row = make()
    mine, theirs = (Form(client.get(address(row))).values for client in (manager, colleague))
    colleague.post(address(row), change(theirs, name, "Blue words of a colleague"))
    assert text_of(row, name) == "Blue words of a colleague"

    refused = manager.post(address(row), change(mine, name, "Red words of mine"))

    page = words(refused)
    assert text_of(row, name) == "Blue words of a colleague"
    assert "colleague@example.org saved this on" in page
    assert "only theirs: </span>Blue</mark>" in page and "only yours: </span>Red</mark>" in page
    values = Form(refused).values
    assert "Red words of mine" in values.values()

    again = manager.post(address(row), values)
    assert "is saved yet" in words(again) and text_of(row, name) == "Blue words of a colleague"

    version = page.split('name="over" value="')[1].split('"')[0]
    assert manager.post(address(row), values | {"over": version}).status_code == 302
    assert text_of(row, name) == "Red words of mine"


def test_every_form_of_the_staff_asks_for_the_version():
    for model, form in admin.site._registry.items():
        if (
            model._meta.app_label == "treatments"
            and type(form).has_change_permission is admin.ModelAdmin.has_change_permission
        ):
            assert isinstance(form, RefusesStaleSaves), model
        assert form.list_editable == (), f"{model}: a list that can be edited must carry versions too"
    assert {type(make).__name__ for make, _ in EVERY_FORM} == {"function"}


@shelved
def treatment():
    made = make_treatment(sessions_min=4, sessions_max=6)
    for number, title in enumerate(["Wash", "Numb"]):
        made.steps.create(position=number, phase="during", title=title)
    return made


@shelved
def concern():
    """Its form is a short one."""
    return make_concern()


def test_each_field_can_be_kept_or_left_without_typing_it_again(treatment, colleague, manager):
    treatment.steps.filter(title="Numb").update(text="With a cream.")
    mine, theirs = (Form(client.get(address(treatment))).values for client in (manager, colleague))
    colleague.post(
        address(treatment),
        theirs
        | {"heading": "Their heading", "sessions_max": "9", "steps-1-text": "Their cream.", "steps-0-title": "Soap"},
    )
    refused = manager.post(address(treatment), mine | {"summary": "My summary.", "steps-0-title": "My wash"})

    offered = {name for name in Form(refused).values if name.startswith("keep:")}
    assert offered == {
        "keep:heading", "keep:summary", "keep:sessions_max", "keep:steps-0-title", "keep:steps-1-text",
    }  # fmt: skip
    taken = dict.fromkeys(["keep:heading", "keep:sessions_max", "keep:steps-1-text"], "theirs")
    again = manager.post(address(treatment), Form(refused).values | taken)
    assert "is saved yet" in words(again) and "Their cream." in words(again)
    values = Form(again).values
    assert "keep:heading" not in values and values["heading"] == "Their heading"
    assert manager.post(address(treatment), values | {"over": values["newest"]}).status_code == 302

    saved = Treatment.objects.get()
    assert (saved.heading, saved.summary, saved.sessions_max) == ("Their heading", "My summary.", 9)
    assert list(saved.steps.values_list("title", "text")) == [("My wash", ""), ("Numb", "Their cream.")]


def test_a_choice_that_a_third_save_made_old_is_not_carried_out(concern, colleague, manager):
    mine, theirs = (Form(client.get(address(concern))).values for client in (manager, colleague))
    colleague.post(address(concern), theirs | {"name": "Their heading"})
    refused = Form(manager.post(address(concern), mine | {"summary": "My summary."})).values
    Concern.objects.update(name="A third heading")

    page = words(manager.post(address(concern), refused | {"keep:name": "theirs", "over": refused["newest"]}))

    assert "is saved yet" in page and "A third heading" in page


def test_a_save_without_a_version_is_refused(concern, editor):
    values = Form(editor.get(address(concern))).values
    values.pop("version")

    page = words(editor.post(address(concern), values | {"summary": "Mine."}))

    assert "only yours: </span>Mine." in page and not Change.objects.exists()


def test_consent_to_overwrite_counts_for_what_was_shown_only(concern, editor):
    values = Form(editor.get(address(concern))).values
    Concern.objects.update(summary="Theirs, first.")
    refused = editor.post(address(concern), values | {"summary": "Mine."})
    version = words(refused).split('name="over" value="')[1].split('"')[0]
    Concern.objects.update(summary="Theirs, second.")

    page = words(editor.post(address(concern), Form(refused).values | {"over": version}))

    assert "second." in page and Concern.objects.get().summary == "Theirs, second."


def test_another_part_that_somebody_saved_refuses_nothing(treatment, editor):
    values = Form(editor.get(address(treatment))).values
    Statement.objects.update(text="Their section.")

    assert editor.post(address(treatment), values | {"summary": "My summary."}).status_code == 302

    assert (Treatment.objects.get().summary, Statement.objects.get().text) == ("My summary.", "Their section.")
    assert Change.objects.get().after == "My summary."


def test_the_same_save_by_two_people_is_no_quarrel(concern, editor):
    values = Form(editor.get(address(concern))).values
    Concern.objects.update(summary="The same.")

    assert editor.post(address(concern), values | {"summary": "The same."}).status_code == 302


def test_a_row_that_somebody_deleted_comes_back_with_what_was_typed_in_it(treatment, editor):
    form = Form(editor.get(address(treatment)))
    row = form.row("steps", "title", "Wash")
    treatment.steps.filter(title="Wash").delete()
    treatment.steps.create(position=5, phase="after", title="Cool")

    refused = editor.post(address(treatment), form.values | {f"{row}-text": "With warm water."})

    page = words(refused)
    assert "Steps › Wash" in page and "With warm water." in page
    version = page.split('name="over" value="')[1].split('"')[0]
    assert editor.post(address(treatment), Form(refused).values | {"over": version}).status_code == 302
    assert {step.title: step.text for step in treatment.steps.all()} == {
        "Numb": "",
        "Wash": "With warm water.",
        "Cool": "",
    }


def test_a_price_that_somebody_entered_anew_is_still_one_price(treatment, editor):
    add_price(treatment)
    values = Form(editor.get(address(treatment))).values
    treatment.price.delete()
    add_price(Treatment.objects.get(), max=20000)

    refused = editor.post(address(treatment), values | {"price-0-max": "18000"})
    version = words(refused).split('name="over" value="')[1].split('"')[0]
    editor.post(address(treatment), Form(refused).values | {"over": version})

    assert Treatment.objects.get().price.max == 18000


def test_a_fault_in_a_stale_form_is_mended_first(treatment, editor):
    values = Form(editor.get(address(treatment))).values
    Treatment.objects.update(summary="Theirs.")

    refused = editor.post(address(treatment), values | {"sessions_min": "9", "summary": "Mine."})

    assert "lowest first" in words(refused) and "Mend what is marked" in words(refused)
    assert 'name="over"' not in words(refused)
    assert "only yours: </span>Mine." in words(
        editor.post(address(treatment), Form(refused).values | {"sessions_min": "4"})
    )


def test_two_who_add_the_same_row_are_told_so(treatment, editor):
    form = Form(editor.get(address(treatment)))
    form.add_row("agents", name="Acid", agent_class="acid", approval_india="unknown")
    treatment.agents.create(name="Acid", agent_class="acid")

    answer = editor.post(address(treatment), form.values)

    assert answer.status_code == 200 and "after you opened it" in words(answer)
    assert treatment.agents.count() == 1


def test_a_refused_save_leaves_no_trace(treatment, editor):
    form = Form(editor.get(address(treatment)))
    row = form.row("steps", "title", "Wash")
    Treatment.objects.update(summary="Theirs.")

    page = words(editor.post(address(treatment), form.values | {f"{row}-DELETE": "on"}))

    assert "Steps › Wash" in page
    assert treatment.steps.count() == 2
    assert not (Change.objects.exists() or Trashed.objects.exists() or Revision.objects.exists())
    assert "successfully" not in words(editor.get(address(treatment)))


def test_the_page_says_who_else_has_it_open(concern, editor, colleague):
    assert "opened this form" not in words(editor.get(address(concern)))

    assert "editor@example.org opened this form at" in words(colleague.get(address(concern)))

    editor.post(address(concern), Form(editor.get(address(concern))).values)
    assert "opened this form" not in words(colleague.get(address(concern)))


def test_who_opened_a_form_is_forgotten_after_a_quarter_of_an_hour(concern, editor, colleague):
    editor.get(address(concern))
    Opening.objects.update(at=timezone.now() - datetime.timedelta(minutes=16))

    assert "opened this form" not in words(colleague.get(address(concern)))
    assert Opening.objects.get().by.email == "colleague@example.org"


def test_who_only_reads_is_not_noted(concern, reviewer):
    reviewer.get(address(concern))

    assert not Opening.objects.exists()


def test_garbage_for_rows_is_refused_and_never_an_error(treatment, editor):
    values = Form(editor.get(address(treatment))).values
    Treatment.objects.update(summary="Theirs.")
    for garbage in ({"steps-INITIAL_FORMS": "x"}, {"steps-TOTAL_FORMS": "999999"}, {"steps-99999-id": "1"}):
        assert editor.post(address(treatment), values | garbage | {"steps-0-id": "²"}).status_code in (200, 302)
    assert not SideEffect.objects.exists()
