"""An older revision comes back into the draft whole, in the name of the person who brought it back."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from tests.factories import make_concern, make_doctor, make_editor, make_source, make_term, make_treatment, publish
from tests.treatments.test_round_trip import neighbours, treatments  # noqa: F401
from treatments.models import (
    Change,
    Concern,
    Revision,
    Section,
    SitePage,
    Source,
    Statement,
    Term,
    Treatment,
    compose,
    drafts,
    freeze,
)
from treatments.models.restoring import overwrite, restore
from treatments.models.signing import OwnWords, sign


def wreck(subject) -> None:
    """A draft of which nothing is left but what it must have."""
    drafts.empty(subject)
    type(subject)._default_manager.filter(pk=subject.pk).update(summary="Wrecked.")


def test_every_shipped_page_comes_back_exactly(shipped):
    subjects = [subject for model in (Treatment, Concern, SitePage) for subject in model._default_manager.all()]
    assert len(subjects) > 10
    for subject in subjects:
        revision = Revision.objects.of(subject).get()
        wreck(subject)

        restore(revision, by=None)

        assert content_of(subject) == revision.page, subject


def content_of(subject):
    return compose(type(subject)._default_manager.get(pk=subject.pk))


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(before=treatments, after=treatments)
def test_any_page_comes_back_from_any_other(neighbours, before, after):  # noqa: F811
    with transaction.atomic():
        treatment = make_treatment()
        overwrite(treatment, before)
        revision = freeze(treatment, by=None)
        overwrite(treatment, after)
        assert drafts.read(Treatment.objects.get(pk=treatment.pk)) == after

        restore(revision, by=None)

        assert content_of(treatment) == revision.page
        transaction.set_rollback(True)


@pytest.fixture
def treatment(db):
    return make_treatment(text="Words of then [@trial].") if make_source() else None


def rewrite(text: str) -> None:
    Statement.objects.update(text=text)


def test_who_restores_clinical_words_has_touched_them(treatment):
    editor = make_editor(email="doctor@example.org")
    doctor = make_doctor(email="Doctor@example.org")
    revision = freeze(treatment, by=None)
    rewrite("Words of today.")

    restore(revision, by=editor)

    change = Change.objects.get()
    assert (change.before, change.after, change.clinical, change.by) == (
        "Words of today.",
        "Words of then [@trial].",
        True,
        editor,
    )
    with pytest.raises(OwnWords):
        sign(freeze(treatment, by=None), doctor, rendered_text="Words of then.")


def test_restoring_what_is_there_touches_nothing(treatment):
    revision = freeze(treatment, by=None)
    rows = [list(model.objects.values_list()) for model in (Treatment, Section, Statement)]

    restore(revision, by=None)

    assert [list(model.objects.values_list()) for model in (Treatment, Section, Statement)] == rows
    assert not Change.objects.exists() and Revision.objects.count() == 1


def test_a_draft_that_was_never_frozen_is_kept_before_another_takes_its_place(treatment):
    revision = publish(treatment)
    rewrite("Half a day's work.")

    restore(revision, by=make_editor())

    kept = Revision.objects.first()
    assert kept.note == "The draft as it stood before revision 1 was restored"
    restore(kept, by=None)
    assert Statement.objects.get().text == "Half a day's work."
    assert Revision.objects.count() == 2


def test_a_source_that_was_deleted_since_comes_back_with_the_words_that_cite_it(treatment):
    revision = freeze(treatment, by=None)
    rewrite("No more sources.")
    Source.objects.all().delete()

    restore(revision, by=None)

    assert content_of(treatment) == revision.page


@pytest.mark.parametrize("shared", [False, True])
def test_what_pages_share_is_put_back_on_purpose_only(treatment, shared):
    make_term("Dermis", "the layer under the surface.")
    gone = make_term("Derma", "the skin.")
    rewrite("Words of then on the dermis and the derma [@trial].")
    revision, editor = freeze(treatment, by=None), make_editor()
    gone.delete()
    Term.objects.update(definition="other words.")
    Source.objects.update(finding="It did not help.")

    restore(revision, by=editor, shared=shared)

    assert (content_of(treatment) == revision.page) == shared
    assert (Source.objects.get().finding == "") == shared == Term.objects.filter(term="Derma").exists()
    assert Change.objects.filter(shared="word Dermis", by=editor).exists() == shared


def test_forms_find_their_rows_again(treatment):
    for name in ("Wash", "Numb", "Inject"):
        treatment.steps.create(title=name, phase="during")
    revision, section = freeze(treatment, by=None), treatment.sections.get()
    keys = [step.pk for step in treatment.steps.all()]
    treatment.steps.last().delete()
    treatment.steps.update(text="Slowly.")

    restore(revision, by=None)

    assert treatment.sections.get() == section
    assert [step.pk for step in treatment.steps.all()][:2] == keys[:2]


def test_words_that_no_longer_fit_are_refused_in_words_and_change_nothing(treatment):
    make_concern("dull-skin")
    treatment.indications.create(name="Dull skin", evidence="good", concern=Concern.objects.get())
    revision = freeze(treatment, by=None)
    treatment.indications.all().delete()
    Concern.objects.all().delete()
    rewrite("Words of today.")

    with pytest.raises(ValidationError, match="no concern called dull-skin"):
        restore(revision, by=None)

    assert Statement.objects.get().text == "Words of today."
    assert Revision.objects.count() == 1
