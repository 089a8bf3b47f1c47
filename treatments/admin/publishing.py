"""What publishing a draft would do, and doing it: nothing goes live that the person did not see on the page before."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from django import forms
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from treatments import checks, content, review
from treatments.admin.moments import MomentField
from treatments.admin.places import problem_url
from treatments.difference import Difference, differences
from treatments.fingerprint import fingerprint
from treatments.models import Publication, ReviewLink, Revision, SignOff, SitePage, Treatment, compose, freeze
from treatments.models.composing import column_of_draft
from treatments.snapshots import UNREADABLE


class Moved(Exception):
    """The draft is no longer the one that the person looked at."""


class Complaint(NamedTuple):
    problem: checks.Problem
    url: str


@dataclass(frozen=True)
class Plan:
    """One page: what patients read now, what they would read, and what stands in the way."""

    subject: models.Model
    page: content.Page
    live: Revision | None
    unchanged: bool
    changes: list[Difference]
    complaints: list[Complaint]
    lost: review.Review | None
    """What stands under the page now, and would be gone."""
    review: review.Review | None
    unsigned: bool
    """A doctor must sign before patients may read it."""
    planned: list[Publication]
    end: datetime.datetime | None

    @property
    def unwritten(self) -> list[str]:
        return [] if self.unchanged else [f"“{heading}”" for heading in checks.unwritten(self.page)]

    @property
    def clinical(self) -> bool:
        """Site pages say nothing that a doctor would sign."""
        return not isinstance(self.subject, SitePage)


def plans(subjects: list[models.Model]) -> list[Plan]:
    columns = alongside(subjects)
    return [plan(subject, compose(subject, alongside=columns)) for subject in subjects]


def alongside(subjects: list[models.Model]) -> dict[str, content.Beside]:
    """Treatments that go live together show one another as they will be."""
    return {row.slug: column_of_draft(row) for row in subjects if isinstance(row, Treatment)}


def left_behind(subjects: list[models.Model]) -> list[Treatment]:
    """Other treatments that would go on showing one of these beside their own as it was before."""
    columns = alongside(subjects)
    beside = Treatment.objects.filter(alternatives__other__in=[row for row in subjects if isinstance(row, Treatment)])
    live = Revision.objects.live(at=timezone.now()).filter(treatment__in=beside.exclude(slug__in=columns))
    return sorted(
        (
            revision.treatment
            for revision in live.select_related("treatment")
            if any(columns.get(other.slug, other) != other for other in getattr(revision.readable_page, "beside", ()))
        ),
        key=str,
    )


def plan(subject: models.Model, page: content.Page) -> Plan:
    live, words = live_revision(subject), fingerprint(page)
    shown = live.readable_page if live else None
    signed = reviewed(words)
    stays = isinstance(subject, SitePage) or bool(live and live.words == words)
    return Plan(
        subject=subject,
        page=page,
        live=live,
        unchanged=shown == page,
        changes=differences(shown, page) if shown else [UNREADABLE] * bool(live),
        complaints=complaints(subject, page),
        review=signed,
        lost=reviewed(live.fingerprint) if live and not signed and not stays else None,
        unsigned=not (settings.PUBLISH_UNREVIEWED or stays or (signed and not signed.overdue)),
        planned=planned(subject),
        end=planned_end(subject),
    )


def planned(subject: models.Model) -> list[Publication]:
    """What is to go live, soonest first."""
    plans = Publication.objects.of(subject).not_cancelled().filter(live_from__gt=timezone.now())
    return list(plans.select_related("revision", "by").order_by("live_from"))


def planned_end(subject: models.Model) -> datetime.datetime | None:
    """When the page is to go off the site."""
    shown = Publication.objects.of(subject).not_cancelled().order_by("live_from").last()
    return shown.live_until if shown and shown.live_until and shown.live_until > timezone.now() else None


def live_revision(subject: models.Model) -> Revision | None:
    return Revision.objects.of(subject).live(at=timezone.now()).with_live_from().first()


def complaints(subject: models.Model, page: content.Page) -> list[Complaint]:
    return [Complaint(found, problem_url(subject, found.field, found.anchor)) for found in checks.missing(page)]


def reviewed(signed: str) -> review.Review | None:
    """The doctor's signature that a page with this fingerprint wears at once when it goes live."""
    rows = SignOff.objects.standing().filter(fingerprint=signed)
    return review.review(rows.as_json().values_list("json", flat=True).first(), at=timezone.now())


def digest(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def seen(shown: list[Plan]) -> str:
    """Goes out with the confirmation page and comes back with the button."""
    return digest([content.encode(one.page) for one in shown] + surroundings([one.subject for one in shown]))


def seen_and_sent(subject: models.Model, page: content.Page) -> str:
    """For who sends it to a doctor: a second press would call off the link that the first has put in the post."""
    newest = ReviewLink.objects.of(subject).order_by("pk").last()
    return digest([content.encode(page), str(newest.pk if newest else 0)])


def surroundings(subjects: list[models.Model]) -> list[str]:
    """What patients read and what is planned: of two presses at once the second finds that the first has changed it."""
    now = [f"{live.pk if live else None}" for live in map(live_revision, subjects)]
    return now + [f"{plan.pk} {plan.live_from} {planned_end(row)}" for row in subjects for plan in planned(row)]


@transaction.atomic
def publish(shown: list[Plan], *, by, seen: str, note: str = "", **how) -> list[Publication]:
    """Raises Moved, and publishes nothing, when a draft or its plan changed after the person looked at it."""
    subjects = [one.subject for one in shown]
    columns, at = alongside(subjects), timezone.now()
    revisions = [freeze(subject, by=by, note=note, alongside=columns, at=at) for subject in subjects]
    if digest([revision.snapshot for revision in revisions] + surroundings(subjects)) != seen:
        raise Moved
    return [revision.publish(by=by, **how) for revision in revisions]


CALL_OFF, KEEP = "", "keep"
NO_MOMENT = "Say on which day and at what time."
A_MOMENT = "You gave a moment to come. Press 'Publish then', or empty this field to publish now."


class PublishForm(forms.Form):
    significant = forms.BooleanField(
        required=False,
        label="This changes something that patients should know",
        help_text="Moves the page's dates and stands in its public list of changes. Leave it off for a typing error.",
    )
    change_line = forms.CharField(
        required=False,
        max_length=200,
        label="What changed, in one plain line",
        help_text="Patients read it: 'The price was checked and is higher.'",
    )
    note = forms.CharField(
        required=False, max_length=200, label="Note for colleagues", help_text="Only staff read it. May stay empty."
    )

    keep_plans = forms.ChoiceField(
        required=False,
        choices=[(CALL_OFF, "Call off what is planned after it"), (KEEP, "Keep it: it replaces these words then")],
        widget=forms.RadioSelect,
        initial=CALL_OFF,
        label="What is planned already",
    )
    at = MomentField(label="Not now, but on")

    def clean_keep_plans(self) -> bool:
        return self.cleaned_data["keep_plans"] == KEEP

    def clean(self):
        cleaned = super().clean() or {}
        if "at" not in self.errors and ("plan" in self.data) != bool(cleaned.get("at")):
            self.add_error("at", NO_MOMENT if "plan" in self.data else A_MOMENT)
        if cleaned.get("significant") and not cleaned.get("change_line"):
            self.add_error("change_line", "Say in one plain line what changed: patients read it.")
        return cleaned
