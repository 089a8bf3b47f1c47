"""A word that patients may not know is explained where they first meet it, in words that a doctor signs."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.factories import add_section, make_doctor, make_editor, make_source, make_term, make_treatment, publish
from tests.reader import read
from treatments import difference, glossary, review_views
from treatments.models import Revision, SearchEntry, Term, Treatment, compose, freeze
from treatments.models.standing import standings
from treatments.parts import Term as Frozen

ADDRESS = "/treatments/needling/"


def said(page) -> list[tuple[str, str]]:
    """Each definition on a page, with the part of the page at whose end it stands."""
    return [
        (block["id"], one.text)
        for block in page.all("div")
        if block["class"] == "block"
        for one in block.all("p")
        if one["class"] == "words"
    ]


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("It reaches the Dermis.", ["dermis"]),
        ("A keloid (on the dermis) or two keloids.", ["keloid", "dermis"]),
        ("Two words over the\nend of\na line: growth\nfactor.", ["growth factor"]),
        ("PRP, not prp.", ["PRP"]),
        ("A prp of no kind.", []),
        ("The epidermis and dermises are other words.", []),
        ("Cited [@dermis] [@keloid], a figure {dermis}, [a link](https://example.org/dermis).", []),
        ("[Dermis](https://example.org/)", ["dermis"]),
    ],
)
def test_words_are_found_whole_and_in_any_of_their_forms(text, met):
    terms = [
        Frozen(term="growth factor", definition="Words."),
        Frozen(term="dermis", definition="Words."),
        Frozen(term="keloid", also=("keloids",), definition="Words."),
        Frozen(term="PRP", definition="Words."),
    ]

    found = glossary.first_uses([("here", [text]), ("there", [text])], terms)

    assert [[term.term for term in found[place]] for place in ("here", "there")] == [met, []]


@pytest.fixture
def treatment(db):
    make_source("atlas", title="An atlas of the skin")
    make_term("Collagen", "the protein that gives skin its strength.", also="collagens")
    make_term("Dermis", "the layer under the surface [@atlas].")
    make_term("Lymph", "a clear fluid.")
    treatment = make_treatment(text="It goes into the dermis.")
    add_section(treatment, "what-it-is", "The dermis holds collagen.")
    return treatment


def test_a_word_is_explained_where_a_reader_first_meets_it(client, treatment):
    publish(treatment)

    for _ in range(2):  # made anew, and as it is kept
        page = read(client, ADDRESS)
        assert said(page) == [
            ("overview", "Dermis: the layer under the surface 1."),
            ("what-it-is", "Collagen: the protein that gives skin its strength."),
        ]
    assert "An atlas of the skin" in page.text
    assert "*Collagen*: the protein" in client.get("/treatments/needling.md").content.decode()
    assert SearchEntry.objects.get(path=f"{ADDRESS}#what-it-is").text.endswith("gives skin its strength.")


def test_not_where_the_text_explains_it_itself(client, treatment):
    Treatment.objects.update(terms_explained="dermis\ncollagens")
    publish(treatment)

    assert said(read(client, ADDRESS)) == []


def test_an_edit_waits_for_its_publication_and_for_a_doctor(client, treatment):
    doctor = make_doctor()
    signed = publish(treatment, signed_by=doctor)
    Term.objects.filter(term="Dermis").update(definition="other words.")

    assert "other words" not in read(client, ADDRESS).text
    draft = freeze(treatment, by=make_editor())
    assert draft.fingerprint != signed.fingerprint
    assert "Dermis: other words." in review_views.rendered_text(draft)
    assert "Words explained › Dermis › Definition" in [
        found.place for found in difference.differences(signed.page, compose(treatment)) if found.clinical
    ]


def test_a_page_that_uses_no_such_word_keeps_its_signature(treatment):
    other = make_treatment("other")
    before = freeze(other, by=None).fingerprint
    make_term("Zebra", "a striped animal.")

    assert freeze(other, by=None).fingerprint == before


def test_a_draft_says_that_it_differs_once_a_definition_does(treatment):
    publish(treatment)
    assert standings([treatment], at=timezone.now())[treatment.pk].clinical == ()

    Term.objects.filter(term="Collagen").update(definition="other words.")
    assert standings([treatment], at=timezone.now())[treatment.pk].clinical == (
        "Words explained › Collagen › Definition",
    )


def test_two_words_do_not_share_a_form(treatment):
    for fields in ({"term": "collagen"}, {"term": "Fibre", "also": "Collagens"}):
        with pytest.raises(ValidationError, match="glossary"):
            make_term(**fields)


def test_the_shipped_words_are_plain_and_each_is_used(shipped):
    used = {term.term for revision in Revision.objects.filter(treatment__isnull=False) for term in revision.page.terms}
    spoken = {line for text in Treatment.objects.values_list("terms_explained", flat=True) for line in text.split("\n")}

    for term in Term.objects.all():
        assert len(term.definition.split()) < 20 and term.definition.endswith("."), term
        assert term.term in used | spoken, term
