"""A source, a concern, a doctor and a picture each say where they are used: in drafts, and live."""

import pytest

from tests.factories import (
    make_concern,
    make_doctor,
    make_picture,
    make_source,
    make_treatment,
    place_picture,
    publish,
)
from treatments.models import Statement

pytestmark = pytest.mark.django_db


def panel(client, row) -> tuple[str, str]:
    """What it says of drafts, and of what patients read."""
    html = client.get(f"/admin/treatments/{row._meta.model_name}/{row.pk}/change/").content.decode()
    drafts, live = html.split(">Drafts</h3>")[1].split(">What patients read now</h3>")
    return drafts, live.split("</fieldset>")[0]


@pytest.fixture(params=["source", "concern", "picture"])
def used(request):
    """Something on a page, and how to take it off the draft."""
    treatment = make_treatment(text="It works [@trial].") if make_source() else None
    if request.param == "source":
        return make_source("other"), treatment, lambda row: Statement.objects.update(text="It works [@other].")
    if request.param == "concern":
        concern = make_concern()
        return concern, treatment, lambda row: treatment.indications.create(name="A use", concern=row, evidence="some")
    return make_picture(), treatment, lambda row: place_picture(treatment, row)


def test_drafts_and_live_pages_are_told_apart(used, editor):
    row, treatment, use = used
    assert ["In no draft" in panel(editor, row)[0], "On no page" in panel(editor, row)[1]] == [True, True]

    use(row)
    drafts, live = panel(editor, row)
    assert "Needling" in drafts
    assert "On no page" in live

    publish(treatment)
    treatment.indications.all().delete(), treatment.pictures.all().delete(), Statement.objects.update(text="It works.")
    drafts, live = panel(editor, row)
    assert "In no draft" in drafts
    assert 'href="/treatments/needling/"' in live

    publish(treatment)
    assert "On no page" in panel(editor, row)[1]


def test_a_doctor_sees_the_pages_that_bear_the_name_now(editor):
    doctor, treatment = make_doctor(), make_treatment()
    revision = publish(treatment, signed_by=doctor)
    publish(make_treatment("other", summary="Another page."))

    live = panel(editor, doctor)[1]
    assert 'href="/treatments/needling/"' in live
    assert "/treatments/other/" not in live

    revision.sign_offs.get().withdraw()
    assert "On no page" in panel(editor, doctor)[1]


def test_a_key_that_is_the_beginning_of_another_or_stands_in_a_text_is_not_used(editor):
    source = make_source("tri")
    make_source("trial")
    publish(make_treatment(text='It works [@trial], ("key":"tri","title":"x") they say.'))

    assert "On no page" in panel(editor, source)[1]


def test_what_is_cited_everywhere_says_that_there_is_more(editor):
    source, treatment = make_source(), make_treatment()
    section = treatment.sections.get()
    Statement.objects.bulk_create(Statement(section=section, text="It works [@trial].") for _ in range(101))

    drafts = panel(editor, source)[0]

    assert "And in more drafts" in drafts
    assert "/admin/treatments/section/words/?find=%5B%40trial%5D" in drafts


@pytest.mark.parametrize("name", ["source", "concern", "practitioner", "picture"])
def test_a_form_for_something_new_opens(editor, name):
    assert editor.get(f"/admin/treatments/{name}/add/").status_code == 200
