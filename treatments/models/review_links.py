"""A doctor's way to sign without an account: an expiring link for one practitioner and one revision, and a code.

Neither link nor code is stored or shown to staff. Both are derived from the site's secret key when a mail is written,
so that whoever reads the database, the editor who sends included, learns nothing that signs.
"""

import datetime
import hashlib
import hmac

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from outbox.models import Mail
from treatments.fingerprint import fingerprint
from treatments.models.authors import own_changes
from treatments.models.composing import compose
from treatments.models.directory import Practitioner
from treatments.models.identities import refuse_unconfirmed
from treatments.models.publishing import Revision
from treatments.models.signing import SignOff, sign

SIGNER = signing.Signer(salt="treatments.review-link")
LINK_LASTS = datetime.timedelta(days=14)
CODE_LASTS = datetime.timedelta(minutes=30)
CODE_TRIES = 5
MOST_CODES = 10
"""For one link, so that nobody who finds it can guess on and on."""
LINK_MAIL, CODE_MAIL, RECEIPT_MAIL = "review-link", "review-code", "review-receipt"


class WrongCode(ValidationError):
    """The code was not the one that was sent, is too old, or was tried too often."""


class ReviewLinkQuerySet(models.QuerySet):
    def open(self, *, at: datetime.datetime):
        """Links that still lead somewhere."""
        return self.filter(revoked_at__isnull=True, used_at__isnull=True, expires_at__gt=at)

    def revoke(self, *, at: datetime.datetime) -> int:
        return self.open(at=at).update(revoked_at=at)

    def of(self, subject):
        return self.filter(revision__in=Revision.objects.of(subject))

    def by_token(self, token: str):
        """The link that this token opens, if we wrote it."""
        try:
            key = SIGNER.unsign(token)
        except signing.BadSignature:
            return None
        links = self.select_related("revision", "practitioner")
        return links.filter(pk=key).first() if key.isdigit() else None


class ReviewLink(models.Model):
    """An invitation to read one revision and to sign it or to return it with remarks."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="review_links")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="review_links")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    sign_off = models.OneToOneField(SignOff, models.PROTECT, null=True, blank=True, related_name="review_link")

    objects = ReviewLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sign_off__isnull=True) | Q(used_at__isnull=False), name="a_link_that_signed_is_used"
            )
        ]

    def __str__(self):
        return f"{self.revision} to {self.practitioner}"

    def get_absolute_url(self):
        return reverse("review", args=[self.token])

    @property
    def token(self) -> str:
        return SIGNER.sign(str(self.pk))

    def is_open(self, *, at: datetime.datetime) -> bool:
        return not self.revoked_at and not self.used_at and at < self.expires_at

    def state(self, *, at: datetime.datetime) -> str:
        """`signed`, `returned`, `revoked`, `expired`, `opened` or `sent`."""
        if self.used_at:
            return "signed" if self.sign_off_id else "returned"
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= at:
            return "expired"
        return "opened" if self.opened_at else "sent"

    def note_opening(self) -> None:
        """The first time that somebody, or a mail scanner, looked."""
        if not self.opened_at:
            ReviewLink.objects.filter(pk=self.pk, opened_at__isnull=True).update(opened_at=timezone.now())

    def has_moved_on(self) -> bool:
        """The page has other clinical words by now: in a later revision, or in its draft."""
        subject, words = self.revision.subject, self.revision.fingerprint
        later = Revision.objects.of(subject).filter(number__gt=self.revision.number)
        return later.exclude(fingerprint=words).exists() or fingerprint(compose(subject)) != words

    def code(self) -> str:
        """Six digits, other ones for each time that a code is sent."""
        text = f"review-code:{self.pk}:{self.codes_sent}".encode()
        digest = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).digest()
        return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06}"

    @transaction.atomic
    def send_code(self) -> None:
        """Puts a new code in the post; the one before it stops working. Raises WrongCode after too many."""
        now = timezone.now()
        mine = ReviewLink.objects.filter(pk=self.pk, codes_sent__lt=MOST_CODES)
        if not mine.update(codes_sent=F("codes_sent") + 1, code_sent_at=now, code_tries=0):
            raise WrongCode("No more codes are sent for this link. Ask the editor for a new one.")
        self.refresh_from_db()
        Mail.objects.put(CODE_MAIL, f"{self.pk}.{self.codes_sent}")

    def check_code(self, typed: str) -> None:
        """Counts the try first, so that guesses made at the same time are counted too. Raises WrongCode."""
        now = timezone.now()
        fresh = ReviewLink.objects.filter(
            pk=self.pk, code_sent_at__gt=now - CODE_LASTS, code_tries__lt=CODE_TRIES, codes_sent=self.codes_sent
        )
        if not fresh.update(code_tries=F("code_tries") + 1):
            raise WrongCode("This code is no longer valid. Ask for a new one.")
        if not hmac.compare_digest("".join(typed.split()), self.code()):
            raise WrongCode("That is not the code we sent. Check the newest message, or ask for a new code.")

    def sign(self, *, typed_code: str, rendered_text: str, remarks: str = "") -> SignOff:
        """Signs these words for the practitioner and uses the link up. Raises ValidationError, in words."""
        self.check_code(typed_code)
        return self.seal(rendered_text=rendered_text, remarks=remarks)

    @transaction.atomic
    def seal(self, *, rendered_text: str, remarks: str = "") -> SignOff:
        """The same for a person who has shown in another way who they are."""
        self.use()
        self.sign_off = sign(self.revision, self.practitioner, rendered_text=rendered_text, remarks=remarks)
        self.save(update_fields=["sign_off"])
        if self.practitioner.email:
            Mail.objects.put(RECEIPT_MAIL, self.pk)
        return self.sign_off

    @transaction.atomic
    def use(self) -> None:
        """Of two presses at once, one wins."""
        now = timezone.now()
        if not ReviewLink.objects.open(at=now).filter(pk=self.pk).update(used_at=now):
            raise ValidationError("This link has been used or is no longer open.")
        self.used_at = now

    @transaction.atomic
    def give_back(self, remarks: list[tuple[str, str]]) -> None:
        """Returns the words unsigned, with remarks by place; the link is used up."""
        self.use()
        Remark.objects.bulk_create(Remark(link=self, place=place, text=text) for place, text in remarks)


class Remark(models.Model):
    """What the doctor wants changed, at one place of the page or over all."""

    link = models.ForeignKey(ReviewLink, models.CASCADE, related_name="remarks")
    place = models.CharField(max_length=60, blank=True)
    text = models.TextField()

    def __str__(self):
        return self.text[:60]


def standing_remarks(subject) -> list[Remark]:
    """What doctors returned and nobody has answered yet, by a newer link or a signature."""
    links = ReviewLink.objects.of(subject).filter(revoked_at__isnull=True).order_by("pk")
    latest: dict[int, ReviewLink] = {}
    for link in links.select_related("practitioner").prefetch_related("remarks"):
        if link.sign_off_id:
            latest.clear()
        else:
            latest[link.practitioner_id] = link
    return [remark for link in latest.values() for remark in link.remarks.all()]


@transaction.atomic
def send_for_review(revision: Revision, practitioner: Practitioner, *, by, lasts=LINK_LASTS) -> ReviewLink:
    """Puts a link in the post. Earlier links of this page to this practitioner stop working."""
    refuse_unfit(revision, practitioner)
    now = timezone.now()
    earlier = ReviewLink.objects.filter(practitioner=practitioner, revision__in=Revision.objects.of(revision.subject))
    earlier.revoke(at=now)
    link = ReviewLink.objects.create(
        revision=revision, practitioner=practitioner, created_by=by, created_at=now, expires_at=now + lasts
    )
    Mail.objects.put(LINK_MAIL, link.pk)
    return link


def refuse_unfit(revision: Revision, practitioner: Practitioner, *, by_mail: bool = True) -> None:
    """Says beforehand what the database would say at the end."""
    if by_mail and not practitioner.email:
        raise ValidationError(f"{practitioner} has no e-mail address. A manager can enter it.")
    if not practitioner.registration_number:
        raise ValidationError(f"{practitioner} has no registration number. A manager can enter it.")
    refuse_unconfirmed(practitioner, at=timezone.now())
    if own_changes(revision, practitioner).exists():
        raise ValidationError(f"{practitioner} changed medical words of this page: another doctor must sign.")
