import pytest
from django.contrib.auth.models import User
from msgspec.structs import replace

from tests.treatments.test_signing import treatment  # noqa: F401
from treatments import content
from treatments.choices import ProcedureType, SourceKind
from treatments.difference import Difference, Piece, differences, word_by_word
from treatments.models import Change, Source
from treatments.models.recording import recorded, sources_recorded

SECTION = content.Section(anchor="overview", heading="In brief", statements=(content.Statement(text="It may help."),))
PAGE = content.Treatment(
    slug="needling",
    name="Needling",
    heading="Needling",
    summary="Small needles.",
    procedure_type=ProcedureType.PERCUTANEOUS,
    sessions_min=4,
    sessions_max=6,
    sections=(SECTION,),
    agents=(content.Agent(name="Vitamin C", agent_class="vitamin"), content.Agent(name="Zinc", agent_class="other")),
)


def test_a_figure_is_shown_as_old_and_new():
    assert differences(PAGE, replace(PAGE, sessions_max=8)) == [Difference("Sessions, most", "6", "8", True)]


def test_the_same_words_typed_otherwise_are_no_difference():
    assert differences(PAGE, replace(PAGE, summary=" Small\nneedles.")) == []


def test_a_changed_sentence_names_its_place():
    statement = content.Statement(text="It helps.")
    changed = replace(PAGE, sections=(replace(SECTION, statements=(statement,)),))

    (found,) = differences(PAGE, changed)

    assert found == Difference("Sections › In brief › Statements › It helps. › Text", "It may help.", "It helps.", True)


def test_a_part_that_goes_does_not_drag_its_neighbours_along():
    (found,) = differences(PAGE, replace(PAGE, agents=PAGE.agents[1:]))

    assert found.place == "Ingredients › Vitamin C"
    assert found.before.startswith("Name: Vitamin C") and found.after == ""


def test_clinical_differences_come_first():
    changed = replace(PAGE, price=content.Price(min=1, max=2), sessions_min=5)

    assert [found.clinical for found in differences(PAGE, changed)] == [True, False]


def test_words_that_went_and_came_are_told_apart():
    assert word_by_word("It may help you.", "It helps you.") == [
        Piece("It ", "same"),
        Piece("may help", "gone"),
        Piece("helps", "new"),
        Piece(" you.", "same"),
    ]


@pytest.mark.django_db
def test_every_saved_change_is_kept_with_its_author(treatment):  # noqa: F811
    editor = User.objects.create(username="editor")

    with recorded(treatment, by=editor):
        treatment.sections.first().statements.update(text="It helps [@trial].")

    (change,) = Change.objects.all()
    assert (change.before, change.after) == ("It may help [@trial].", "It helps [@trial].")
    assert change.clinical and change.by == editor and change.treatment == treatment


@pytest.mark.django_db
def test_a_changed_source_is_a_change_of_every_page_that_cites_it(treatment):  # noqa: F811
    source = Source.objects.get()

    with sources_recorded(by=None):
        Source.objects.update(finding="It did not help.")

    change, _ = Change.objects.order_by("shared")
    assert change.field == "Source trial › Finding" and change.treatment == treatment
    assert source.kind == SourceKind.TRIAL


def test_words_that_change_together_are_read_together():
    assert word_by_word("It aims to freshen skin.", "It puts some vitamins in skin.") == [
        Piece("It ", "same"),
        Piece("aims to freshen", "gone"),
        Piece("puts some vitamins in", "new"),
        Piece(" skin.", "same"),
    ]
