import pytest
from django.core.exceptions import ValidationError

from tests.factories import add_price, add_section, make_concern, make_site_page, make_source, make_treatment
from treatments import facts
from treatments.checks import FILLED_FROM, missing
from treatments.models import Concern, SitePage, Source, Treatment, compose

pytestmark = pytest.mark.django_db


def test_a_page_whose_facts_have_values_misses_nothing():
    treatment = make_treatment(text="Plan {sessions} at {price} with {clinic}.", sessions_min=4, sessions_max=6)
    add_price(treatment)

    assert missing(compose(treatment)) == []


@pytest.mark.parametrize(
    "name, advice",
    [
        ("sessions", "fill in the sessions"),
        ("price", "add the price"),
        ("yearly_price", "the maintenance"),
        ("healing", "healing stage"),
        ("aftercare", "'Do not'"),
        ("course_length", "weeks between"),
    ],
)
def test_a_fact_without_a_value_is_named_with_its_place_and_what_to_do(name, advice):
    treatment = make_treatment(text=f"It takes {{{name}}}.")

    (problem,) = missing(compose(treatment))

    assert (problem.field, problem.anchor) == ("sections", "overview")
    assert problem.place == "Sections: A part of the page"
    assert f"{{{name}}}" in problem.sentence
    assert advice in problem.sentence


def test_every_list_and_field_with_text_is_looked_at():
    treatment = make_treatment(depth_note="About {depth}.", insurance_note="Not {price}.")
    treatment.steps.create(phase="before", title="Wash", text="For {downtime}.")
    treatment.questions.create(question="How long is it?", answer="It is {interval}.", anchor="faq-duration")

    found = {(problem.field, problem.anchor) for problem in missing(compose(treatment))}

    assert found == {("depth_note", ""), ("insurance_note", ""), ("steps", ""), ("questions", "faq-duration")}


def test_a_name_in_a_short_text_is_not_left_for_patients_to_read(manager):
    treatment = make_treatment(summary="It takes {sessions}.", sessions_min=4, sessions_max=6)
    treatment.questions.create(question="Are {sessions} enough [@trial]?", answer="Yes.", anchor="faq-duration")
    treatment.sections.get().statements.update(label="After {sessions}", qualification="Not {sessions}.")

    found = {(problem.field, problem.anchor): problem.sentence for problem in missing(compose(treatment))}

    assert list(found) == [("summary", ""), ("sections", "overview"), ("questions", "faq-duration")]
    assert found["questions", "faq-duration"].startswith("Patients would read {sessions} and [@trial] as it is typed")
    page = manager.get(f"/admin/treatments/treatment/{treatment.pk}/publish/").content.decode()
    assert 'change/#id_summary">Summary</a>: Patients would read {sessions}' in page


def test_a_name_without_a_break_does_not_widen_a_table():
    treatment = make_treatment(text=f"See https://example.org/{'a' * 90} or {'b' * 90}@example.org.")
    treatment.indications.create(name="c" * 31, evidence="some", aim=f"Softer [lines](https://example.org/{'d' * 90}).")
    treatment.side_effects.create(name_plain="-".join(["e" * 30] * 3), text=f"It is {'f' * 31}.")

    found = {(problem.field, problem.sentence.split()[2]) for problem in missing(compose(treatment))}

    assert found == {("indications", "31"), ("side_effects", "32")}


def test_pages_without_figures_have_no_figures_to_name():
    # Forms refuse these; a row can still come from an earlier time.
    concern, site_page = make_concern(what_else_helps="Sleep. {clinic} says so."), make_site_page()
    Concern.objects.update(not_for_you="Not for {sessions}.")
    site_page.sections.update(text="It costs {price}.")
    concern.refresh_from_db()

    (in_concern,) = missing(compose(concern))
    (in_site_page,) = missing(compose(site_page))

    assert in_concern.field == "not_for_you"
    assert "does not have" in in_concern.sentence
    assert (in_site_page.field, in_site_page.anchor) == ("sections", "who-we-are")


def test_a_source_that_was_deleted_is_missed():
    make_source("trial")
    treatment = make_treatment(text="It works [@trial].")
    Source.objects.all().delete()

    (problem,) = missing(compose(treatment))

    assert "[@trial]" in problem.sentence


def test_the_shipped_pages_miss_nothing(shipped):
    for model in (Treatment, Concern, SitePage):
        for subject in model.objects.all():
            assert missing(compose(subject)) == [], subject


def test_every_fact_has_an_advice():
    assert set(FILLED_FROM) == set(facts.NAMES) - {"clinic"}


def test_unknown_facts_of_an_earlier_time_are_named():
    treatment = make_treatment()
    add_section(treatment, "evidence", "Words.")
    treatment.sections.get(anchor="evidence").statements.update(text="It takes {moons}.")

    (problem,) = missing(compose(treatment))

    assert "{moons}" in problem.sentence


def test_a_page_without_a_list_of_sources_refuses_a_citation():
    make_source(key="rev2021")
    section = make_site_page().sections.first()
    section.text = "As shown before. [@rev2021]"

    with pytest.raises(ValidationError, match="has no list of sources"):
        section.full_clean()
