"""The glossary in the admin: what an edit of it means for drafts, where a word stands, where it is left out."""

import pytest

from tests.factories import add_section, make_term, make_treatment, publish
from tests.reader import read
from tests.staff.people import Form
from treatments.models import Change, Term, Trashed, Treatment, compose


@pytest.fixture
def treatment(db):
    make_term("Collagen", "the protein that gives skin its strength.", also="collagens")
    make_term("Dermis", "the layer under the surface.")
    make_term("Lymph", "a clear fluid.")
    treatment = make_treatment(text="It goes into the dermis.")
    add_section(treatment, "what-it-is", "The dermis holds collagen.")
    return treatment


def changes() -> list[tuple[str, str, str, bool]]:
    found = (
        Change.objects.filter(shared="").order_by("pk").values_list("treatment__slug", "before", "after", "clinical")
    )
    made = list(found)
    Change.objects.all().delete()
    return made


def test_whoever_edits_the_glossary_is_an_author_of_each_draft_that_uses_the_word(treatment, manager):
    make_treatment("other")
    address = f"/admin/treatments/term/{Term.objects.get(term='Dermis').pk}/"
    form = Form(manager.get(f"{address}change/")).values

    manager.post(f"{address}change/", form | {"definition": "other words."})
    assert changes() == [("needling", "the layer under the surface.", "other words.", True)]
    assert not Change.objects.exclude(by=manager.user).exists()

    manager.post(f"{address}delete/", {"post": "yes"})
    [(_, before, after, _)] = changes()
    assert "other words." in before and after == ""

    manager.post(f"/admin/treatments/trashed/{Trashed.objects.get().pk}/undo/")
    assert [found[0] for found in changes()] == ["needling"] and Term.objects.filter(term="Dermis").exists()

    manager.post("/admin/treatments/term/add/", {"term": "Needles", "also": "needle", "definition": "thin tubes."})
    assert [found[0] for found in changes()] == ["other"]


def test_the_form_shows_where_the_word_stands(treatment, editor):
    publish(treatment)
    page = read(editor, f"/admin/treatments/term/{Term.objects.get(term='Collagen').pk}/change/").text

    assert "Needling: A part of the page" in page and "In no draft" not in page and "On no page" not in page
    unused = read(editor, f"/admin/treatments/term/{Term.objects.get(term='Lymph').pk}/change/").text
    assert "In no draft" in unused and "On no page" in unused


def test_a_word_to_leave_out_is_one_of_the_glossary(treatment, editor):
    address = f"/admin/treatments/treatment/{treatment.pk}/change/"
    form = Form(editor.get(address)).values

    refused = editor.post(address, form | {"terms_explained": "Dermis\r\nDermiss"})
    assert "The glossary does not hold Dermiss." in refused.content.decode()
    assert "Dermiss</textarea>" in refused.content.decode()
    assert editor.post(address, form | {"terms_explained": "dermis\r\nCollagen"}).status_code == 302
    assert compose(Treatment.objects.get()).terms == ()


def test_a_word_is_kept_without_what_comes_along_invisibly_when_it_is_pasted(manager):
    answer = manager.post("/admin/treatments/term/add/", {"term": "\ufeff\x7f", "also": "", "definition": "a word."})
    assert "This field cannot be blank" in answer.content.decode()

    pasted = {"term": "\u202aDer\ufeffmis\u200b\u2028layer\u200e", "also": "derma\r\n", "definition": "a word."}
    manager.post("/admin/treatments/term/add/", pasted)

    # Or a dump of this site would be refused: a word that is not there yet, with a form of one that is.
    assert list(Term.objects.values_list("term", "also")) == [("Dermis layer", "derma")]


def test_pages_pasted_as_forms_of_a_word_are_refused_and_stay_in_the_form(treatment, manager):
    """A pattern of that length is more than SQLite looks for: the word could never be opened again."""
    address = f"/admin/treatments/term/{Term.objects.get(term='Dermis').pk}/change/"
    form = Form(manager.get(address)).values

    for pasted in ("word " * 20_000, "\n".join(map(str, range(21)))):
        page = manager.post(address, form | {"also": pasted}).content.decode()
        assert "At most 20 forms" in page.split('for="id_also"')[1] and pasted[-50:].strip() in page

    assert manager.get(address).status_code == 200
    assert Term.objects.get(term="Dermis").also == ""
