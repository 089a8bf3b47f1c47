"""Telling staff by mail what falls due and what happened on time, once each; written when the mail is sent."""

import secrets

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from outbox.kinds import Letter, kind
from outbox.models import Mail
from treatments.findings import Finding, findings
from treatments.models import FollowUp, Reminder

REMINDER_MAIL, PLAN_MAIL = "content-reminder", "plan-carried-out"
REMINDER_BODY = """These pages need you:

{list}

Patients read of each review, price or check that is overdue. This mail comes once for each.
All that is due, now or at any time: {site}/admin/
"""
PLAN_BODY = """{what}

{page}, revision {number}, as planned for {when}.
See it as patients do: {url}
"""


def responsible():
    """Whoever may publish answers for what patients read."""
    return holders("publish_revision")


def holders(codename: str):
    """Active staff who may do that and can be written to."""
    allowed = Permission.objects.filter(codename=codename, content_type__app_label="treatments")
    holds = Q(groups__permissions__in=allowed) | Q(user_permissions__in=allowed) | Q(is_superuser=True)
    return User.objects.filter(holds, is_active=True, is_staff=True).exclude(email="").distinct().order_by("pk")


@transaction.atomic
def remind(found: list[Finding]) -> int:
    """Puts one mail a person in the outbox about what nobody was told yet. Returns how many things that are."""
    batch, told = secrets.token_hex(8), 0
    for occasion in dict.fromkeys(finding.occasion for finding in found if finding.occasion):
        _, new = Reminder.objects.get_or_create(occasion=occasion, defaults={"batch": batch})
        told += new
    if told:
        for user in responsible():
            Mail.objects.put(REMINDER_MAIL, f"{batch}.{user.pk}")
    return told


@kind(REMINDER_MAIL)
def reminder_letter(key: str) -> Letter | None:
    """What was mended before the mail went out is left out of it."""
    batch, _, pk = key.partition(".")
    user = responsible().filter(pk=pk).first()
    occasions = set(Reminder.objects.filter(batch=batch).values_list("occasion", flat=True))
    left = [finding for finding in findings(at=timezone.now()) if finding.occasion in occasions]
    if user is None or not left:
        return None
    lines = "\n\n".join(f"- {one.page}: {one.sentence}\n  {settings.SITE_URL}{one.path}" for one in left)
    body = REMINDER_BODY.format(list=lines, site=settings.SITE_URL)
    return Letter(user.email, "Pages to check", body)


@kind(PLAN_MAIL)
def plan_letter(key: str) -> Letter | None:
    """To whoever made the plan."""
    done = FollowUp.objects.select_related("publication__revision", "publication__by", "publication__ended_by")
    follow_up = done.filter(pk=key).first()
    if follow_up is None:
        return None
    publication, ended = follow_up.publication, follow_up.event == FollowUp.Event.ENDED
    person = publication.ended_by if ended else publication.by
    if person is None or not person.is_active or not person.email:
        return None
    when = timezone.localtime(publication.live_until if ended else publication.live_from)
    body = PLAN_BODY.format(
        what="A page was taken off the site." if ended else "A page went live.",
        page=publication.revision.summary_card.name,
        number=publication.revision.number,
        when=f"{when.day} {when:%B %Y, %H:%M} (India)",
        url=settings.SITE_URL + publication.revision.subject.get_absolute_url(),
    )
    return Letter(person.email, "A page was taken off the site" if ended else "A page went live", body)
