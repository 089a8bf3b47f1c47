"""Hints beside the text: they say what and where, keep nobody from anything, and passing one over is written down."""

from importlib import import_module

import pytest
from django.apps import apps

from tests.factories import add_price, add_section, make_concern, make_source, make_treatment
from tests.staff.people import Form, staff_client
from treatments.admin.advising import found_in
from treatments.models import AdvertisingRule, KeptWords, Statement

KEEP = "/admin/treatments/advertisingrule/keep/"
pytestmark = pytest.mark.django_db
LIST = "- one thing here\n- another thing here\n- a third thing here and more\n- a fourth one, long too\n- a fifth"
NOTHING = [{"reason": ""}, {"reason": "x" * 301}, {"digest": "other"}, {"rule": "0"}, {"rule": "x"}]
LONG = " ".join(["word"] * 21) + "."


@pytest.fixture(autouse=True)
def rules():
    """Those that ship with the site, wherever another test took them away."""
    if not AdvertisingRule.objects.exists():
        import_module("treatments.migrations.0015_advertising").plant(apps, None)


def told(text: str, **fields) -> list[str]:
    make_source()
    figures = {"sessions_min": 4, "sessions_max": 6, "depth_mm_min": 1, "depth_mm_max": 4} | fields
    return [one.sentence for one in found_in(make_treatment(text=text, **figures))]


@pytest.mark.parametrize(
    "text",
    [
        "You have 4 to 6 sessions. The needle goes 1 to 4 mm deep. It may help.",
        "In one study people had 12 sessions [@trial].",
        LIST,
        "Best, discountable and curious are words of their own.",
    ],
)
def test_plain_words_are_left_alone(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("You have 8 sessions.", "“8 sessions” is not what the field says of the sessions (4 to 6 sessions)"),
        ("You have 4 to 8 sessions.", "write {sessions}"),
        ("The needle goes 5 mm deep.", "the depth (1 to 4 mm)"),
        (LONG, "A sentence of 21 words"),
        ("It gives GUARANTEED results.", "“GUARANTEED”: Promises a result"),
        ("You get whitening of the skin.", "ASCI"),
        (
            "Dermatological rejuvenation necessitates individualised multidisciplinary consideration.",
            "Aim for 7 or less",
        ),
    ],
)
def test_a_hint_says_what_it_is_about(text, hint):
    assert any(hint in one for one in told(text)), told(text, slug="again")


def test_a_claim_without_its_source_is_named():
    treatment = make_treatment()
    add_section(treatment, "benefits", "It works.", evidence="good")

    assert ["cites no source" in one.sentence for one in found_in(treatment)] == [True]


def test_a_concern_whose_line_cites_no_source_can_still_be_opened(editor):
    concern = make_concern()
    concern.lines.create(treatment=make_treatment(), evidence="some", text="It may help.")

    page = editor.get(f"/admin/treatments/concern/{concern.pk}/change/").content.decode()

    assert "cites no source" in page.split("#lines-group")[1]


def test_it_stands_on_the_change_page_of_the_section_and_of_the_page(editor):
    treatment = make_treatment(text="It is guaranteed.")
    add_price(treatment)
    other = add_section(treatment, "purpose", "It may help.")
    section = treatment.sections.first()

    page = editor.get(f"/admin/treatments/treatment/{treatment.pk}/change/").content.decode()
    assert "1 thing to look at in the text" in page
    assert f"/admin/treatments/section/{section.pk}/change/" in page
    assert "guaranteed”:" in editor.get(f"/admin/treatments/section/{section.pk}/change/").content.decode()
    assert "to look at" not in editor.get(f"/admin/treatments/section/{other.section_id}/change/").content.decode()


def keep(client, subject, reason="It is the name of a law.", **changed):
    hint = next(one for one in found_in(subject) if one.rule)
    page = f"{subject._meta.model_name}.{subject.pk}"
    return client.post(KEEP, {"page": page, "rule": hint.rule, "digest": hint.digest, "reason": reason} | changed)


def test_passing_over_a_rule_is_written_down_and_holds_for_this_text_alone(editor):
    treatment = make_treatment(text="It is guaranteed.")

    keep(editor, treatment)
    keep_again = editor.post(KEEP, {"page": f"treatment.{treatment.pk}", "rule": "1", "digest": "x", "reason": "again"})

    kept = KeptWords.objects.get()
    assert (kept.by.email, kept.reason, kept.text) == (
        "editor@example.org",
        "It is the name of a law.",
        "It is guaranteed.",
    )
    assert found_in(treatment) == []
    assert keep_again.status_code == 302
    Statement.objects.update(text="It is guaranteed for all.")
    assert len(found_in(treatment)) == 1


@pytest.mark.parametrize(
    "changed", [{"reason": ""}, {"reason": "x" * 301}, {"digest": "other"}, {"rule": "0"}, {"rule": "x"}]
)
def test_without_a_reason_or_for_another_text_nothing_is_written_down(editor, changed):
    treatment = make_treatment(text="It is guaranteed.")

    assert keep(editor, treatment, **changed).status_code == 302
    assert not KeptWords.objects.exists()


@pytest.mark.parametrize("page", ["", "treatment.", "treatment.99", "user.1", "treatment.x"])
def test_an_address_of_nothing_is_none(editor, page):
    assert editor.post(KEEP, {"page": page}).status_code == 404


def test_who_may_not_write_may_not_pass_over_and_a_manager_keeps_the_rules(editor):
    concern = make_concern(what_else_helps="It is guaranteed.")
    reviewer, manager = staff_client("reviewer"), staff_client("manager")
    rule = AdvertisingRule.objects.first()
    address = f"/admin/treatments/advertisingrule/{rule.pk}/change/"

    assert keep(reviewer, concern).status_code == 403
    assert reviewer.get(KEEP).status_code == 405
    assert editor.post(address, {"words": "x", "reason": "y"}).status_code == 403
    form = Form(manager.get(address))
    manager.post(address, form.values | {"words": "nothing of the kind", "reason": "It is no longer forbidden."})
    rule.refresh_from_db()
    assert rule.phrases == ["nothing of the kind"]
    assert found_in(concern) == []
