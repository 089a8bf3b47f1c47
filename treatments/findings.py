"""What is due or to be mended on everything that patients read now: for `check_content` and its reminders."""

import datetime
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from treatments import dues, inspection
from treatments.models import Organisation, Revision, shown
from treatments.models.pages import PAGES
from treatments.snapshots import WAY_OUT

ASKED_BY_LAW = {
    "legal_name": "the legal name",
    "address": "the address",
    "grievance_contact": "the grievance contact",
    "retention_days": "how long enquiries are kept",
}
BESIDE = ("changes", "questions", "sources")
FIXED_PATHS = (
    "/",
    "/treatments/",
    "/concerns/",
    "/compare/",
    "/search/",
    "/enquire/",
    "/enquire/withdraw/",
    "/feed.atom",
    "/sitemap.xml",
)


class Urgency(models.TextChoices):
    OVERDUE = "overdue", "OVERDUE"
    SOON = "soon", "SOON"
    MEND = "mend", "MEND"


class Finding(NamedTuple):
    page: str
    path: str
    """Where staff mend it."""
    urgency: Urgency
    sentence: str
    occasion: str = ""
    """The same for as long as it is about the same day: one reminder for each. Empty: none."""


def findings(*, at: datetime.datetime) -> list[Finding]:
    live = list(Revision.objects.live(at=at).with_signature().select_related("treatment", "concern", "site_page"))
    paths = open_paths(live)
    found = [finding for revision in live for finding in of_revision(revision, paths, at=at)]
    return [*of_the_site(live), *sorted(found, key=lambda finding: finding.page)]


def open_paths(live: Iterable[Revision]) -> set[str]:
    """Addresses that patients can open."""
    own = {revision.subject.get_absolute_url(): revision.kind for revision in live}
    beside = {f"{path}{part}/" for path, kind in own.items() if kind == "treatment" for part in BESIDE}
    return {*FIXED_PATHS, *own, *beside, *(path for path, _, _ in shown.house().lists)}


def of_revision(revision: Revision, paths: set[str], *, at: datetime.datetime) -> Iterator[Finding]:
    page, subject = revision.readable_page, revision.subject
    name, url = revision.summary_card.name, change_url(subject)
    if page is None:
        yield Finding(name, url, Urgency.MEND, WAY_OUT)
        return
    for due in dues.dues(page, revision.signature, at=at):
        urgency = urgency_of(due, timezone.localdate(at))
        if urgency:
            occasion = f"{due.what}.{revision.kind}.{subject.pk}.{due.day}.{urgency.value}"
            yield Finding(name, url, urgency, said(due, urgency), occasion)
    for sentence in inspection.faults(page, paths):
        yield Finding(name, url, Urgency.MEND, sentence)


def urgency_of(due: dues.Due, today: datetime.date) -> Urgency | None:
    if due.over:
        return Urgency.OVERDUE
    return Urgency.SOON if (due.day - today).days <= settings.REMIND_DAYS_BEFORE else None


def said(due: dues.Due, urgency: Urgency) -> str:
    when = "was due" if urgency is Urgency.OVERDUE else "is due"
    return f"The {due.what} {when} on {dues.spoken(due.day)}. {due.sentence}"


def of_the_site(live: list[Revision]) -> Iterator[Finding]:
    organisation = Organisation.objects.first() or Organisation()
    url = change_url(organisation) if organisation.pk else reverse("admin:treatments_organisation_add")
    for name, words in ASKED_BY_LAW.items():
        if not getattr(organisation, name):
            yield Finding("The site", url, Urgency.MEND, f"The organisation's record does not say {words}.")
    if not (organisation.contact_email or organisation.contact_phone):
        yield Finding("The site", url, Urgency.MEND, "The organisation's record names no e-mail address or telephone.")
    shown = {revision.slug for revision in live if revision.kind == "site_page"}
    for slug, title in PAGES:
        if slug not in shown:
            url = reverse("admin:treatments_sitepage_changelist")
            yield Finding("The site", url, Urgency.MEND, f"The page {title} is not published.")


def change_url(row: models.Model) -> str:
    return reverse(f"admin:treatments_{row._meta.model_name}_change", args=[row.pk])
