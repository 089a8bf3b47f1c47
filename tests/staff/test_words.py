"""An editor replaces words everywhere, and nothing but those words."""

import pytest

from tests.factories import add_price, add_section, make_concern, make_site_page, make_source, make_treatment, publish
from tests.shelf import shelved
from tests.staff.people import staff_client
from treatments.models import Change, Question, Section, Statement, Treatment

ADDRESS = "/admin/treatments/section/words/"


@shelved
def drafts():
    make_source("sessions-trial")
    text = "Each session takes\nan hour: {sessions} in all [@sessions-trial]."
    treatment = make_treatment(text=text, sessions_min=4, sessions_max=6)
    add_price(treatment, factors="Length of the session\nThe doctor")
    treatment.questions.create(question="How long is a session?", answer="A Session is short.")
    make_concern(what_else_helps="One session of sleep.")
    make_site_page(text="No session is opened here.")
    return treatment


def places(response) -> list[str]:
    return [line.split('"')[0] for line in response.content.decode().split('name="place" value="')[1:]]


def look(client, **words):
    return client.get(ADDRESS, words)


def replace(client, chosen=None, **words):
    """Looks, chooses all or some, and presses both buttons."""
    found = places(look(client, **words))
    preview = client.post(ADDRESS, words | {"place": [key for key in found if chosen is None or chosen in key]})
    return preview, client.post(ADDRESS, words | {"place": places(preview), "_replace": "on"}, follow=True)


def test_every_place_is_shown_with_its_page_and_what_stands_around_it(drafts, editor):
    page = look(editor, find="session")
    html = page.content.decode()

    assert len(places(page)) == 6
    assert "6 places on 3 pages" in html
    for name in ("Needling", "Dull skin", "About us", "Price › ", "Questions › How long is a session? › Answer"):
        assert name in html
    assert "Each <mark>session</mark> takes" in html
    assert f"/admin/treatments/section/{Section.objects.get(treatment=drafts).pk}/change/" in html


def test_words_are_found_over_the_end_of_a_line_whole_or_with_capitals_only(drafts, editor):
    assert len(places(look(editor, find="takes an hour"))) == 1
    assert len(places(look(editor, find="ession", whole="on"))) == 0
    assert len(places(look(editor, find="Session", case="on"))) == 1
    assert "No draft has these words" in look(editor, find="nowhere to be read").content.decode()


def test_replacing_shows_each_change_first_and_writes_down_who_made_it(drafts, editor):
    preview, done = replace(editor, find="session", replacement="visit")

    assert "Replace in 6 places" in preview.content.decode()
    assert "</span>session</del>" in preview.content.decode()
    assert "Replaced in 6 places on 3 pages" in done.content.decode()
    text = Statement.objects.get().text
    assert text == "Each visit takes\nan hour: {sessions} in all [@sessions-trial]."
    assert Question.objects.get().answer == "A Visit is short."
    drafts.refresh_from_db()
    assert drafts.price.factors == "Length of the visit\nThe doctor"
    changes = Change.objects.filter(treatment=drafts, by__email="editor@example.org")
    assert {change.field.split(" › ")[0]: change.clinical for change in changes} == {
        "Price": False,
        "Sections": True,
        "Questions": True,
    }
    assert changes.count() == 4


def test_only_what_was_chosen_is_replaced_and_patients_read_it_after_publishing(drafts, editor, client):
    publish(drafts)

    replace(editor, "statement", find="session", replacement="visit")

    assert "Each visit" in Statement.objects.get().text
    assert Question.objects.get().answer == "A Session is short."
    assert "Each session" in client.get("/treatments/needling/").content.decode()


@pytest.mark.parametrize(
    ("find", "replacement", "told"),
    [
        ("{sessions}", "{visits}", "There is no fact called {visits}"),
        ("[@sessions-trial]", "[@nobody]", "There is no source called nobody"),
        ("in all", "{sessions", "has these words"),
        ("How long is a session?", "How long it takes", "End the question with"),
        ("A Session is short.", "", "cannot be blank"),
        ("A Session is short.", "x" * 400 + " {nowhere}", "There is no fact called"),
        ("sessions-trial", "other", "stand inside [@sessions-trial]"),
    ],
)
def test_what_would_break_a_name_a_source_or_a_rule_is_refused_with_its_place(drafts, editor, find, replacement, told):
    before = Statement.objects.get().text, Question.objects.get().question
    words = {"find": find, "replacement": replacement}

    preview = editor.post(ADDRESS, words | {"place": places(look(editor, **words))}).content.decode()
    done = editor.post(ADDRESS, words | {"place": places(look(editor, **words)), "_replace": "on"}, follow=True)

    if replacement != "{sessions":
        assert told in preview
        assert "These stay as they are" in preview
        assert "Nothing was replaced" in done.content.decode()
        assert (Statement.objects.get().text, Question.objects.get().question) == before
    assert not Change.objects.filter(after__contains="nowhere").exists()


def test_half_a_placeholder_does_not_become_a_whole_one(drafts, editor):
    add_section(drafts, "purpose", "The word downtime stands here.")
    # No form takes such a text; a draft may have it from earlier.
    Statement.objects.filter(section__anchor="purpose").update(text="The word downtime} stands here.")
    words = {"find": "The word downtime", "replacement": "{downtime"}

    preview = editor.post(ADDRESS, words | {"place": places(look(editor, **words))}).content.decode()

    assert "It would break or make {downtime}" in preview


def test_a_link_keeps_its_address_while_its_words_change(drafts, editor):
    add_section(drafts, "purpose", "See [the register](https://example.org/register).")

    replace(editor, find="register", replacement="list")

    assert Statement.objects.last().text == "See [the list](https://example.org/register)."


def test_a_text_that_was_changed_meanwhile_is_left_alone_and_so_is_all_else(drafts, editor):
    words = {"find": "session", "replacement": "visit"}
    seen = places(look(editor, **words))
    Statement.objects.update(text="Another session altogether.")

    answer = editor.post(ADDRESS, words | {"place": seen, "_replace": "on"})

    assert "changed after you looked" in answer.content.decode()
    assert Statement.objects.get().text == "Another session altogether."
    assert Question.objects.get().question == "How long is a session?"
    assert not Change.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "statement.1.text.0", "user.1.password.0", "statement.x.text.0", "a.b.c.d"])
def test_odd_choices_change_nothing(drafts, editor, key):
    answer = editor.post(ADDRESS, {"find": "session", "replacement": "visit", "place": [key], "_replace": "on"})

    assert answer.status_code in (200, 302)
    assert not Change.objects.exists()


@pytest.mark.parametrize("words", [{"find": "a"}, {"find": "  "}, {"find": "x" * 201}, {"find": "(", "whole": "on"}])
def test_odd_words_are_answered(drafts, editor, words):
    assert look(editor, **words).status_code == 200


@pytest.mark.parametrize("role, status", [("manager", 200), ("reviewer", 403), ("desk", 403)])
def test_who_may_not_change_every_draft_may_not_open_it(drafts, role, status):
    assert staff_client(role).get(ADDRESS).status_code == status


def test_the_list_of_sections_leads_there(drafts, editor):
    assert ADDRESS in editor.get("/admin/treatments/section/").content.decode()
    assert ADDRESS not in staff_client("reviewer").get("/admin/treatments/section/").content.decode()


def test_many_drafts_are_searched_in_few_questions(db, editor, django_assert_max_num_queries):
    for number in range(12):
        make_treatment(f"needling-{number}", text="One session.")
    editor.get(ADDRESS)

    with django_assert_max_num_queries(75):
        assert len(places(look(editor, find="session"))) == 12
    assert Treatment.objects.count() == 12
