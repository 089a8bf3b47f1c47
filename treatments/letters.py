"""Mails to a doctor who is asked to sign, written when they are sent: a link revoked meanwhile is not sent."""

from django.conf import settings
from django.utils import timezone

from outbox.kinds import Letter, kind
from treatments.models.directory import Organisation
from treatments.models.review_links import CODE_MAIL, LINK_MAIL, RECEIPT_MAIL, ReviewLink

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
