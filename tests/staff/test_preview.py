import re

import pytest
from django.test import Client
from django.urls import resolve

from tests.factories import make_concern, make_site_page, make_source, make_treatment, publish
from tests.staff.people import staff_client
from treatments import anatomy, layout
from treatments.admin.places import TYPED, edit_links
from treatments.models import Concern, Revision, Section, SitePage, Statement, Treatment, compose


def preview(subject) -> str:
    return f"/admin/treatments/{subject._meta.model_name}/{subject.pk}/preview/"


def test_the_draft_shows_in_the_public_template(editor):
    treatment = make_treatment(text="Published words.")
    publish(treatment)
    Statement.objects.update(text="Half-written words.")

    page = editor.get(preview(treatment)).content.decode()

    assert "Half-written words." in page
    assert "Published words." not in page
    assert "patients do not see this" in page
    assert 'id="overview"' in page


def test_what_the_sources_found_is_read_in_the_draft(editor):
    make_source("trial", finding="It found a small change.")

    page = editor.get(preview(make_treatment(text="It may help [@trial]."))).content.decode()

    assert "It found a small change." in page


@pytest.mark.parametrize("make", [make_treatment, make_concern, make_site_page])
def test_no_preview_is_stored_or_indexed(editor, make):
    answer = editor.get(preview(make()))

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


@pytest.mark.parametrize("role", ["editor", "reviewer", "manager"])
def test_who_may_see_drafts_may_preview_them(role):
    assert staff_client(role).get(preview(make_treatment())).status_code == 200


def test_nobody_else_previews():
    treatment = make_treatment()
    revision = publish(treatment)

    for address in (preview(treatment), f"/admin/treatments/revision/{revision.pk}/page/"):
        assert Client().get(address).status_code == 302
        assert staff_client("desk").get(address).status_code in (403, 404)
        from django.contrib.auth.models import User

        User.objects.all().delete()


def test_a_reader_who_may_not_edit_gets_no_edit_links(reviewer):
    assert 'class="edit"' not in reviewer.get(preview(make_treatment())).content.decode()


def test_every_part_of_the_shipped_pages_leads_to_where_it_is_edited(shipped, editor):
    for subject in (Treatment.objects.get(slug="mesotherapy"), Concern.objects.first(), SitePage.objects.first()):
        assert editor.get(preview(subject)).content.decode().count('class="edit"') >= 2
        forms: dict[str, str] = {}
        sections = {str(pk) for pk in Section.objects.filter(treatment__slug=subject.slug).values_list("pk", flat=True)}
        for url in edit_links(subject).values():
            address, _, fragment = url.partition("#")
            found = resolve(address.partition("?")[0])
            if found.url_name == "treatments_section_change":
                assert found.kwargs["object_id"] in sections
            # Sections, and places where one is missing, differ in their key alone: one form of each kind is opened.
            kind = found.url_name
            forms[kind] = forms.get(kind) or opened(editor, address)
            assert not fragment or f'id="{fragment}"' in forms[kind], url


def opened(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_every_block_of_a_treatment_page_has_its_edit_link(shipped):
    for treatment in Treatment.objects.all():
        links = edit_links(treatment)
        for chapter in layout.chapters(compose(treatment)):
            for block in chapter.blocks:
                assert block.anchor in links
                assert not block.extra or block.extra_key in links


def test_each_question_leads_to_its_own_row(editor):
    treatment = make_treatment()
    for number, (anchor, asked) in enumerate((("faq-pain", "Does it hurt?"), ("faq-more", "May I swim?"))):
        treatment.questions.create(position=number, anchor=anchor, question=asked, answer="Ask your doctor.")

    shown = editor.get(preview(treatment)).content.decode()

    for number, asked in enumerate(("Does it hurt?", "May I swim?")):
        place = f"id_questions-{number}-question"
        assert f'#{place}">Edit<span class="visually-hidden"> {asked}</span>' in shown
        assert re.search(f'value="{re.escape(asked)}"[^>]* id="{place}"', opened(editor, edit_links(treatment)["head"]))


def test_every_place_with_typed_parts_is_known():
    assert set(TYPED) == set(layout.EXTRAS)
    assert set(TYPED) <= set(anatomy.ANCHORS)


def test_a_part_that_is_not_written_leads_to_a_new_one_in_its_place(editor):
    treatment = make_treatment()

    form = editor.get(edit_links(treatment)["ethics"])

    assert '<option value="ethics" selected>' in form.content.decode()
    assert f'<option value="{treatment.pk}" selected>' in form.content.decode()


def test_what_is_missing_stands_above_the_preview(editor):
    treatment = make_treatment(text="It takes {sessions}.")

    page = editor.get(preview(treatment)).content.decode()

    assert "cannot be published yet" in page
    assert "fill in the sessions" in page


def test_an_old_revision_can_be_read_as_it_was(editor):
    treatment = make_treatment(text="First words.")
    first = publish(treatment)
    Statement.objects.update(text="Second words.")
    publish(treatment)

    answer = editor.get(f"/admin/treatments/revision/{first.pk}/page/")

    assert "First words." in answer.content.decode()
    assert "Second words." not in answer.content.decode()
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert 'class="edit"' not in answer.content.decode()


def test_revisions_are_only_looked_at(manager):
    revision = publish(make_treatment())
    address = f"/admin/treatments/revision/{revision.pk}"

    assert manager.get(f"{address}/change/").status_code == 200
    assert manager.post(f"{address}/change/", {"note": "Changed."}).status_code == 403
    assert manager.get(f"{address}/delete/").status_code == 403
    assert manager.get("/admin/treatments/revision/add/").status_code == 403
    assert Revision.objects.get().note == ""


def test_the_revisions_of_one_page_are_one_click_away(editor):
    treatment = make_treatment()
    publish(treatment)

    page = editor.get(f"/admin/treatments/treatment/{treatment.pk}/change/").content.decode()
    history = editor.get(page.split('">History</a>')[0].rsplit('href="', 1)[1]).content.decode()

    assert "Revision 1" in history
