"""Mails to a doctor who is asked to sign, written when they are sent: a link revoked meanwhile is not sent."""

from django.conf import settings
from django.utils import timezone

from outbox.kinds import Letter, kind
from treatments.models.directory import Organisation
from treatments.models.identities import CHANGED_MAIL, IdentityChange
from treatments.models.review_links import CODE_MAIL, LINK_MAIL, RECEIPT_MAIL, ReviewLink
from treatments.reminding import holders

LINK_BODY = """Dear doctor,

{clinic} asks you to read its page "{page}" and to sign it, or to return it with your remarks:

{url}

The link is for you alone. It works once, until {until}. Please do not pass it on.
To sign, you will be sent a code in a second message.
"""
CODE_BODY = """Dear doctor,

Your code to sign is {code}. It works for 30 minutes.
If you did not ask for it, do nothing: nobody can sign without it.
"""
RECEIPT_BODY = """Dear doctor,

You signed "{page}" (revision {number}) on {when}.
What you signed: {fingerprint}

Your name now stands under these words. You can take it back at any time:

{url}
"""
CHANGED_BODY = """Dear doctor,

{who} changed what the site of {clinic} knows of you, on {when}:

{what}

Links for you to sign pages are sent to the address on record. Links that were open no longer work.
If this is not what you want, write to {whom} at once. Nothing is signed in your name before {until},
unless another manager confirms the change.
"""


def open_link(key: str) -> ReviewLink | None:
    links = ReviewLink.objects.open(at=timezone.now()).select_related("practitioner", "revision")
    return links.filter(pk=key).first()


@kind(LINK_MAIL)
def link_letter(key: str) -> Letter | None:
    link = open_link(key)
    if link is None:
        return None
    until = timezone.localtime(link.expires_at)
    clinic = Organisation.objects.values_list("name", flat=True).first() or settings.SITE_URL
    page = link.revision.summary_card.name
    body = LINK_BODY.format(clinic=clinic, page=page, url=address(link), until=f"{until.day} {until:%B %Y}")
    return Letter(link.practitioner.email, f"{page}: a page for you to read and sign", body, confidential=True)


@kind(CODE_MAIL)
def code_letter(key: str) -> Letter | None:
    """The key names the link and which code it is; an older code than the newest is not sent."""
    pk, _, serial = key.partition(".")
    link = open_link(pk)
    if link is None or str(link.codes_sent) != serial:
        return None
    body = CODE_BODY.format(code=link.code())
    return Letter(link.practitioner.email, "Your code to sign", body, confidential=True)


@kind(RECEIPT_MAIL)
def receipt_letter(key: str) -> Letter | None:
    link = ReviewLink.objects.select_related("practitioner", "revision", "sign_off").filter(pk=key).first()
    if link is None or link.sign_off is None:
        return None
    when = timezone.localtime(link.sign_off.signed_at)
    body = RECEIPT_BODY.format(
        page=link.revision.summary_card.name,
        number=link.revision.number,
        when=f"{when.day} {when:%B %Y, %H:%M} (India)",
        fingerprint=link.sign_off.fingerprint,
        url=address(link),
    )
    return Letter(link.practitioner.email, "You signed a page", body)


def address(link: ReviewLink) -> str:
    return settings.SITE_URL + link.get_absolute_url()


@kind(CHANGED_MAIL)
def changed_letter(key: str) -> Letter | None:
    """To the address of before: whoever took it over must not be the only one who knows."""
    change = IdentityChange.objects.select_related("practitioner", "by").filter(pk=key).first()
    if change is None or not change.told:
        return None
    when, until = timezone.localtime(change.at), timezone.localtime(change.counts_from)
    body = CHANGED_BODY.format(
        who=change.by or "Somebody",
        clinic=Organisation.objects.values_list("name", flat=True).first() or settings.SITE_URL,
        when=f"{when.day} {when:%B %Y, %H:%M} (India)",
        what=change.what,
        whom=whom_to_ask(change),
        until=f"{until.day} {until:%B %Y, %H:%M} (India)",
    )
    return Letter(change.told, "Your record was changed", body)


def whom_to_ask(change: IdentityChange) -> str:
    """Another manager than the one who changed it; else the clinic itself."""
    others = holders("identify_practitioner").exclude(pk=change.by_id)
    addresses = list(others.values_list("email", flat=True)[:3])
    clinic = Organisation.objects.values_list("contact_email", flat=True).first()
    return " or ".join(addresses) or clinic or "the clinic"
