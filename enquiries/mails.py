"""What the outbox can send about an enquiry. Nothing here repeats what a patient typed."""

from django.conf import settings

from enquiries.consent import notice, withdrawal_url
from enquiries.models import Enquiry
from enquiries.reception import reception
from outbox.kinds import Letter, kind
from outbox.models import Mail

TO_DESK, TO_PATIENT = KINDS = ("enquiry-to-desk", "enquiry-to-patient")


def tell(enquiry: Enquiry) -> None:
    """In the transaction that holds the enquiry: both are kept, or neither. Tests never leave this computer."""
    if enquiry.is_test:
        return
    Mail.objects.put(TO_DESK, enquiry.pk)
    if enquiry.email:
        Mail.objects.put(TO_PATIENT, enquiry.pk)


def forget(keys) -> None:
    Mail.objects.about(KINDS, keys).delete()


@kind(TO_DESK)
def to_desk(key: str) -> Letter | None:
    enquiry, desk = Enquiry.objects.filter(pk=key).first(), reception()
    if enquiry is None:
        return None
    body = DESK_BODY.format(
        reference=enquiry.reference,
        treatment=enquiry.treatment_name or "not chosen",
        link=settings.SITE_URL + enquiry.get_absolute_url(),
    )
    return Letter(to=desk.desk_email, subject=f"New enquiry {enquiry.reference}", body=body)


DESK_BODY = """\
A new enquiry is in the inbox.

Reference: {reference}
Treatment: {treatment}

Open it here: {link}

This mail holds nothing about the patient. Please keep it so when you forward it.
"""


@kind(TO_PATIENT)
def to_patient(key: str) -> Letter | None:
    enquiry, desk = Enquiry.objects.select_related("notice").filter(pk=key).first(), reception()
    if enquiry is None or not enquiry.email:
        return None
    body = PATIENT_BODY.format(
        reference=enquiry.reference,
        treatment=enquiry.treatment_name or "not chosen yet",
        notice=enquiry.notice.text or notice(desk).text,
        withdraw=withdrawal_url(),
        name=desk.name,
    )
    subject = f"We have your enquiry {enquiry.reference}"
    return Letter(to=enquiry.email, subject=subject, body=body, reply_to=desk.contact_email)


PATIENT_BODY = """\
Thank you. We have your enquiry.

Your reference number: {reference}
Treatment: {treatment}

What happens next: our enquiry desk reads it and gets in touch with you.
For medical advice, please ask a doctor. Please do not send medical details by e-mail.

What you agreed to
------------------
{notice}

To withdraw, open {withdraw}
You need your reference number and this e-mail address.

If you did not write to us, somebody typed your address by mistake. You can withdraw it there too.

{name}
"""
