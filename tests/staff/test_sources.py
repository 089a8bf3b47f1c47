import pytest

from tests.factories import make_concern, make_source, make_treatment
from tests.staff.people import Form
from treatments.models import Change, Source


def address(source, name="change") -> str:
    return f"/admin/treatments/source/{source.pk}/{name}/"


@pytest.fixture
def cited(db):
    source = make_source("trial")
    treatment = make_treatment(text="It works [@trial], they say [@trial].", depth_note="Not deep [@trial].")
    treatment.side_effects.create(name_plain="Redness", source=source)
    make_concern(what_else_helps="Sleep [@trial].")
    return source


def test_a_source_says_where_it_is_cited(cited, editor):
    page = editor.get(address(cited)).content.decode()

    uses = page.split('<ul class="uses">')[1].split("</ul>")[0]
    assert uses.count("<li>") == 4
    assert "Needling: A part of the page" in uses
    assert "side_effects-group" in uses
    assert "id_depth_note" in uses
    assert "id_what_else_helps" in uses


def test_the_list_counts(cited, editor):
    make_source("unread")
    page = editor.get("/admin/treatments/source/").content.decode()

    assert '<td class="field-times_cited">4 times</td>' in page
    assert '<td class="field-times_cited">nowhere</td>' in page


def test_a_key_that_texts_cite_stays(cited, editor):
    form = Form(editor.get(address(cited)))
    assert "key" not in form.values

    editor.post(address(cited), form.values | {"key": "other", "title": "A better title"})

    cited.refresh_from_db()
    assert (cited.key, cited.title) == ("trial", "A better title")


def test_a_source_that_texts_cite_is_not_deleted(cited, manager):
    assert manager.get(address(cited, "delete")).status_code == 403
    assert manager.post(address(cited, "delete"), {"post": "yes"}).status_code == 403
    assert Source.objects.exists()


def test_a_source_that_nobody_cites_can_go(manager):
    source = make_source("unread")

    manager.post(address(source, "delete"), {"post": "yes"})

    assert not Source.objects.exists()


def test_what_a_source_says_is_a_change_of_every_page_that_cites_it(cited, editor):
    editor.post(address(cited), Form(editor.get(address(cited))).values | {"finding": "It did not work."})

    assert Change.objects.filter(treatment__isnull=False, after="It did not work.", clinical=True).count() == 1
    assert Change.objects.filter(concern__isnull=False, after="It did not work.").count() == 1


@pytest.mark.parametrize(
    "field, value, sentence",
    [
        ("year", "1900", "1950 or later"),
        ("year", "2999", "in the future"),
        ("key", "has space", "letters, digits"),
        ("url", "javascript:alert(1)", "valid URL"),
        ("url", "ftp://example.org/x", "must start with"),
        ("finding", "x" * 301, "at most 300"),
    ],
)
def test_a_fault_stands_beside_its_field(editor, field, value, sentence):
    source = make_source("unread")

    page = editor.post(address(source), Form(editor.get(address(source))).values | {field: value}).content.decode()

    assert sentence in page.split(f'for="id_{field}"')[1].split('class="fieldBox')[0]
