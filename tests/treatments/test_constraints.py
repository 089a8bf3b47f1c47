"""What must never be false is refused by the database itself, however the row gets there."""

import datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from tests.factories import (
    add_price,
    make_concern,
    make_doctor,
    make_editor,
    make_organisation,
    make_picture,
    make_site_page,
    make_source,
    make_term,
    make_treatment,
    place_picture,
    publish,
)
from tests.shelf import shelved
from treatments.choices import Attribute, Band
from treatments.models import AdvertisingRule, Change, KeptWords, Opening, Publication, Revision, SignOff

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


def dull_rows() -> dict[str, models.Model]:
    """One valid row of each kind, by its model's name."""
    source, treatment, other = make_source(), make_treatment(), make_treatment("peeling")
    section = treatment.sections.get()
    doctor = make_doctor()
    signed = publish(treatment, at=NOON, signed_by=doctor)
    signature = signed.sign_offs.get()
    found = [
        treatment,
        source,
        make_term(),
        section,
        make_concern(),
        doctor,
        make_organisation(),
        page := make_site_page(),
        page.sections.get(),
        add_price(treatment),
        treatment.alternatives.create(other=other),
        treatment.comparison.create(attribute=Attribute.NEEDLES, text="Yes"),
        treatment.agents.create(name="Water", agent_class="carrier"),
        treatment.products.create(brand="A brand"),
        treatment.aftercare.create(kind="do", text="wear a hat", until_hours=24),
        treatment.healing.create(from_hours=0, until_hours=24, text="Redness."),
        treatment.contraindications.create(name_plain="you are pregnant", severity="wait", origin="clinic"),
        treatment.side_effects.create(name_plain="Redness", source=source),
        treatment.questions.create(anchor="faq-pain", question="Does it hurt?", answer="A little."),
        picture := make_picture(),
        place_picture(treatment, picture),
        signed.pictures.create(picture=picture),
        publication := Publication.objects.get(),
        publication.follow_ups.create(event="begun"),
        Opening.objects.create(form="a-form", by=(editor := make_editor()), at=NOON),
        KeptWords.objects.create(
            rule=AdvertisingRule.objects.create(words="miracle", reason="It is forbidden."), digest="0", by=editor
        ),
        signed.review_links.create(practitioner=doctor, expires_at=NOON, used_at=NOON, sign_off=signature),
        Change.objects.create(treatment=treatment, field="name", clinical=True, by=editor),
        doctor.identity_changes.create(what="Name: Asha Rao", by=editor, counts_from=NOON),
    ]
    return {type(row).__name__: row for row in found}


@shelved
def rows():
    return dull_rows()


def changed(row: models.Model, values: dict) -> None:
    """Past forms, `clean` and `save`, as a shell or another program would."""
    with transaction.atomic():
        type(row)._default_manager.filter(pk=row.pk).update(**values)
        transaction.set_rollback(True)


def ends(name: str, low, high) -> dict:
    return {f"{name}_min": low, f"{name}_max": high}


RANGES = {
    ("Treatment", "sessions"): (1, 20, 1),
    ("Treatment", "interval_weeks"): (1, 26, 1),
    ("Treatment", "first_result"): (1, 20, 1),
    ("Treatment", "maintenance_months"): (1, 36, 1),
    ("Treatment", "depth_mm"): (Decimal("0.1"), Decimal(13), Decimal("0.1")),
    ("Treatment", "downtime_hours"): (0, 4380, 1),
    ("SideEffect", "duration_hours"): (0, 100_000, 1),
    ("SideEffect", "onset_hours"): (0, 100_000, 1),
}
ONE_END_MAY_STAND_ALONE = "SideEffect"


def refused_ranges():
    for (kind, name), (low, high, step) in RANGES.items():
        constraint = f"{name}_run_from_least_to_most"
        yield kind, ends(name, low + step, low), constraint
        yield kind, ends(name, low, high + step), constraint
        if low:
            yield kind, ends(name, low - step, high), constraint
        if kind != ONE_END_MAY_STAND_ALONE:
            yield kind, ends(name, low, None), constraint
            yield kind, ends(name, None, high), constraint


def accepted_ranges():
    for (kind, name), (low, high, _) in RANGES.items():
        for pair in ((low, low), (low, high), (high, high), (None, None)):
            yield kind, ends(name, *pair)
        if kind == ONE_END_MAY_STAND_ALONE:
            yield kind, ends(name, None, high)
            yield kind, ends(name, low, None)


def rate(x, n, band="") -> dict:
    return {"rate_x": x, "rate_n": n, "band": band}


RATED = "a_rate_is_x_in_n_with_a_source"
BANDED = "band_agrees_with_rate"
REFUSED = [
    *refused_ranges(),
    ("Treatment", ends("sessions", 4, 6) | ends("first_result", 2, 7), "first_result_comes_within_the_course"),
    ("Price", {"min": 15_001, "max": 15_000}, "price_runs_from_lowest_to_highest"),
    ("Price", {"min": 0}, "price_runs_from_lowest_to_highest"),
    ("Price", {"max": 1_000_001}, "price_runs_from_lowest_to_highest"),
    ("Alternative", {"other": models.F("treatment")}, "a_treatment_is_not_its_own_alternative"),
    ("ComparisonFact", {"unknown": True}, "a_comparison_fact_is_text_or_unknown"),
    ("ComparisonFact", {"text": ""}, "a_comparison_fact_is_text_or_unknown"),
    ("Organisation", {"only": False}, "organisation_is_the_only_one"),
    ("Practitioner", {"shown": True, "registration_number": ""}, "a_shown_doctor_has_a_registration_number"),
    ("Practitioner", {"shown": True, "council": ""}, "a_shown_doctor_has_a_registration_number"),
    ("Picture", {"shows_person": True}, "a_picture_of_a_person_names_the_consent"),
    ("PlacedPicture", {"alt": ""}, "a_picture_is_described_or_decorative"),
    ("PlacedPicture", {"decorative": True}, "a_picture_is_described_or_decorative"),
    ("Source", {"year": 1949}, "source_is_from_1950_or_later"),
    ("Source", {"url": "javascript:alert(1)"}, "source_address_is_a_web_address"),
    ("Source", {"url": "//example.org"}, "source_address_is_a_web_address"),
    ("Publication", {"live_until": NOON - datetime.timedelta(seconds=1)}, "a_publication_ends_after_it_starts"),
    ("Publication", {"significant": True}, "a_significant_change_says_what_changed"),
    ("Product", {"licensed_use": "Cheeks"}, "approved_only_with_a_licence_number"),
    ("AftercareItem", {"from_hours": 24}, "aftercare_starts_before_it_ends"),
    ("AftercareItem", {"until_hours": 2161}, "aftercare_starts_before_it_ends"),
    ("HealingStage", {"from_hours": 24}, "a_healing_stage_starts_before_it_ends"),
    ("SideEffect", {"serious": True}, "a_serious_side_effect_says_what_care_it_needs"),
    ("SideEffect", rate(0, 10), RATED),
    ("SideEffect", rate(11, 10), RATED),
    ("SideEffect", rate(1, 1_000_001), RATED),
    ("SideEffect", rate(1, None), RATED),
    ("SideEffect", rate(None, 10), RATED),
    ("SideEffect", rate(1, 10) | {"source": None}, RATED),
    ("SideEffect", rate(1, 11, Band.VERY_COMMON), BANDED),
    ("SideEffect", rate(1, 10, Band.COMMON), BANDED),
    ("SideEffect", rate(1, 101, Band.COMMON), BANDED),
    ("SideEffect", rate(1, 100, Band.UNCOMMON), BANDED),
    ("SideEffect", rate(1, 1001, Band.UNCOMMON), BANDED),
    ("SideEffect", rate(1, 1000, Band.RARE), BANDED),
    ("SideEffect", rate(1, 10_001, Band.RARE), BANDED),
    ("SideEffect", rate(1, 10_000, Band.VERY_RARE), BANDED),
    ("SideEffect", rate(5, 51, Band.VERY_COMMON), BANDED),
    ("ReviewLink", {"used_at": None}, "a_link_that_signed_is_used"),
    ("Change", {"treatment": None}, "a_change_is_of_one_page_or_of_what_pages_share"),
    ("Change", {"shared": "source trial"}, "a_change_is_of_one_page_or_of_what_pages_share"),
    ("IdentityChange", {"confirmed_by": models.F("by")}, "nobody_confirms_their_own_change"),
]
ACCEPTED = [
    *accepted_ranges(),
    ("Treatment", ends("sessions", 4, 6) | ends("first_result", 2, 6)),
    ("Treatment", ends("first_result", 2, 6)),
    ("Price", {"min": 1, "max": 1}),
    ("Price", {"min": 1, "max": 1_000_000}),
    ("ComparisonFact", {"unknown": True, "text": ""}),
    ("Practitioner", {"shown": True}),
    ("Practitioner", {"registration_number": "", "council": ""}),
    ("Source", {"year": 1950}),
    ("Source", {"year": None, "url": ""}),
    ("Source", {"url": "https://example.org"}),
    ("Publication", {"live_until": NOON}),
    ("Publication", {"significant": True, "change_line": "A new risk."}),
    ("ReviewLink", {"sign_off": None, "used_at": None}),
    ("Product", {"licensed_use": "Cheeks", "licence_number": "MF-1"}),
    ("AftercareItem", {"from_hours": 23}),
    ("AftercareItem", {"until_hours": 2160}),
    ("HealingStage", {"from_hours": 23}),
    ("SideEffect", {"serious": True, "care_level": "urgent"}),
    ("SideEffect", rate(1, 1)),
    ("SideEffect", rate(1, 1_000_000, Band.VERY_RARE)),
    ("SideEffect", rate(None, None, Band.RARE) | {"source": None}),
    ("SideEffect", rate(1, 10, Band.VERY_COMMON)),
    ("SideEffect", rate(5, 50, Band.VERY_COMMON)),
    ("SideEffect", rate(1, 11, Band.COMMON)),
    ("SideEffect", rate(1, 100, Band.COMMON)),
    ("SideEffect", rate(1, 101, Band.UNCOMMON)),
    ("SideEffect", rate(1, 1000, Band.UNCOMMON)),
    ("SideEffect", rate(1, 1001, Band.RARE)),
    ("SideEffect", rate(1, 10_000, Band.RARE)),
    ("SideEffect", rate(1, 10_001, Band.VERY_RARE)),
]


def test_rows_that_must_not_be_are_refused_by_the_constraint_that_says_so(rows):
    wrong = []
    for kind, values, constraint in REFUSED:
        try:
            changed(rows[kind], values)
            wrong.append((kind, values, "was accepted"))
        except IntegrityError as error:
            if constraint not in str(error):
                wrong.append((kind, values, str(error)))

    assert wrong == []


def test_rows_at_the_edges_are_accepted(rows):
    for kind, values in ACCEPTED:
        changed(rows[kind], values)


ONLY_ONCE = {
    "Treatment": "no_two_treatments_share_an_address",
    "Term": "each_word_is_explained_once",
    "Concern": "no_two_concerns_share_an_address",
    "SitePage": "each_site_page_exists_once",
    "SitePageSection": "each_section_of_a_site_page_has_its_own_anchor",
    "Section": "a_treatment_has_each_section_once",
    "Organisation": "there_is_one_organisation",
    "Alternative": "each_alternative_is_listed_once",
    "ComparisonFact": "each_comparison_row_is_filled_once",
    "Agent": "each_ingredient_is_listed_once",
    "Contraindication": "each_contraindication_is_listed_once",
    "Question": "each_named_question_is_asked_once",
    "PlacedPicture": "each_place_has_one_picture",
    "RevisionPicture": "a_revision_names_each_picture_once",
    "FollowUp": "each_publication_is_followed_up_once_for_each_event",
    "Opening": "a_person_is_noted_once_for_a_form",
    "KeptWords": "words_are_kept_once_for_each_rule",
}


@pytest.mark.parametrize("kind", ONLY_ONCE)
def test_a_second_one_is_refused(rows, kind):
    row = rows[kind]
    row.pk = None

    # SQLite names the columns of a plain unique constraint, and not the constraint.
    sqlite = r"UNIQUE constraint failed"
    with pytest.raises(IntegrityError, match=f"{ONLY_ONCE[kind]}|{sqlite}"), transaction.atomic():
        type(row)._default_manager.bulk_create([row])


IMMUTABLE = [
    ("Revision", {"treatment": None}, "a_revision_is_of_exactly_one_page"),
    ("Revision", {"concern": True}, "a_revision_is_of_exactly_one_page"),
    ("Revision", {}, "revisions_of_a_treatment_count_up|UNIQUE constraint failed"),
    ("SignOff", {"valid_until": NOON}, "a_signature_is_valid_for_some_time"),
]


@pytest.mark.parametrize(("kind", "values", "constraint"), IMMUTABLE)
def test_a_row_that_can_never_be_mended_is_refused_from_the_start(rows, kind, values, constraint):
    revision = Revision.objects.get()
    signature = SignOff(revision=revision, practitioner=rows["Practitioner"], fingerprint=revision.fingerprint)
    signature.signed_at = NOON
    row = {"Revision": revision, "SignOff": signature}[kind]
    row.pk = None
    for name, value in values.items():
        setattr(row, name, rows["Concern"] if value is True else value)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        type(row).objects.bulk_create([row])


def test_any_number_of_further_questions_may_be_asked(rows):
    question = rows["Question"]
    for _ in range(2):
        question.pk, question.anchor = None, "faq-more"
        question.save(force_insert=True)


def test_every_constraint_of_ours_is_tried_here():
    refused = [constraint for _, _, constraint in REFUSED + IMMUTABLE]
    # Made by the same loop as the one for treatments.
    alike = ["revisions_of_a_concern_count_up", "revisions_of_a_site_page_count_up"]
    tried = {name for names in refused for name in names.split("|")} | set(ONLY_ONCE.values()) | set(alike)
    ours = {c.name for model in apps.get_app_config("treatments").get_models() for c in model._meta.constraints}

    assert ours - tried == set()
    assert all("_" in name and name == name.lower() for name in ours), "a constraint is named as a sentence"


def test_constraints_are_in_the_database_and_not_only_in_the_models(db):
    with connection.cursor() as cursor:
        for model in apps.get_app_config("treatments").get_models():
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            assert {c.name for c in model._meta.constraints} <= there.keys()


def test_the_editor_is_told_before_the_database_refuses(rows):
    treatment = rows["Treatment"]
    treatment.sessions_min = 4

    with pytest.raises(ValidationError, match="must both be given, lowest first"):
        treatment.full_clean()
