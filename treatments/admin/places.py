"""From a place on the patient's page to the place where staff edit it."""

from django.db import models
from django.urls import reverse

from treatments import anatomy
from treatments.models import Concern, Treatment

TYPED = {
    "what-it-is": ("agents",),
    "indications": ("indications",),
    "who-should-avoid": ("contraindications",),
    "common-side-effects": ("side_effects",),
    "rare-complications": ("side_effects",),
    "preparation": ("steps",),
    "procedure": ("steps",),
    "technique": ("depth_mm_min",),
    "course": ("sessions_min",),
    "aftercare": ("aftercare", "steps"),
    "healing": ("healing",),
    "cost": ("price",),
    "insurance": ("insurance_covered",),
    "regulation": ("products", "devices"),
    "alternatives": ("alternatives", "comparison"),
}
"""Anchor to the lists and fields that the page shows there, besides prose."""


def change_url(row: models.Model, fragment: str = "") -> str:
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return f"{url}#{fragment}" if fragment else url


def history_url(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])


def fragment(model: type[models.Model], name: str) -> str:
    """Where a list or a field of a page stands on its change page."""
    field = model._meta.get_field(name)
    return f"{name}-group" if field.auto_created else f"id_{name}"


def edit_links(subject: models.Model) -> dict[str, str]:
    """Every part of the public template that can be edited, by the name that the template gives it."""
    if isinstance(subject, Treatment):
        return treatment_links(subject)
    if isinstance(subject, Concern):
        return concern_links(subject)
    return site_page_links(subject)


def treatment_links(treatment: Treatment) -> dict[str, str]:
    links = {
        "head": change_url(treatment, "id_heading"),
        "key-facts": change_url(treatment, "id_sessions_min"),
        **section_links(treatment),
        **question_links(treatment),
    }
    typed = {f"{anchor}:extra": names[0] for anchor, names in TYPED.items()}
    return links | {anchor: change_url(treatment, fragment(Treatment, name)) for anchor, name in typed.items()}


def section_links(treatment: Treatment) -> dict[str, str]:
    """To the section's own page, or to a new one in its place."""
    written = dict(treatment.sections.values_list("anchor", "pk"))
    add = reverse("admin:treatments_section_add")
    return {
        anchor: reverse("admin:treatments_section_change", args=[written[anchor]])
        if anchor in written
        else f"{add}?treatment={treatment.pk}&anchor={anchor}"
        for anchor in anatomy.SECTION_ANCHORS
    }


def question_links(treatment: Treatment) -> dict[str, str]:
    """To the first question that stands at each place."""
    anchors = list(treatment.questions.values_list("anchor", flat=True))
    return {anchor: change_url(treatment, f"id_questions-{anchors.index(anchor)}-question") for anchor in anchors}


def concern_links(concern: Concern) -> dict[str, str]:
    return {
        "head": change_url(concern, "id_name"),
        "treatments": change_url(concern, "lines-group"),
        "what-else-helps": change_url(concern, "id_what_else_helps"),
        "not-for-you": change_url(concern, "id_not_for_you"),
    }


def site_page_links(site_page: models.Model) -> dict[str, str]:
    anchors = site_page.sections.values_list("anchor", flat=True)  # type: ignore[attr-defined]
    rows = {anchor: change_url(site_page, f"id_sections-{row}-text") for row, anchor in enumerate(anchors)}
    return {"head": change_url(site_page, "id_title"), **rows}


def problem_url(subject: models.Model, field: str, anchor: str) -> str:
    """Where to mend what `checks.missing` found."""
    if field == "sections" and anchor and isinstance(subject, Treatment):
        return section_links(subject)[anchor]
    return change_url(subject, fragment(type(subject), field))
