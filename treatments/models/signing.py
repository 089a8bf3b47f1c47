"""Who touched which clinical words, and which doctor signed them."""

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import JSONObject
from django.utils import timezone

from cosma import pagestore
from treatments import content
from treatments.models.authors import own_changes
from treatments.models.concerns import Concern
from treatments.models.directory import Practitioner
from treatments.models.identities import refuse_unconfirmed
from treatments.models.pages import SitePage
from treatments.models.publishing import Publication, Revision, exactly_one
from treatments.models.treatment import Treatment


class Change(models.Model):
    """One field of a draft that someone changed, as it was and as it became; or of what drafts share."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, null=True, related_name="changes")
    concern = models.ForeignKey(Concern, models.CASCADE, null=True, related_name="changes")
    site_page = models.ForeignKey(SitePage, models.CASCADE, null=True, related_name="changes")
    shared = models.CharField(max_length=70, blank=True, default="", db_default="", db_index=True, editable=False)
    """`source trial` or `word Keloid`: many pages show it, and some may only cite it later."""
    field = models.CharField(max_length=200)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    clinical = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """Who brought earlier words of `by` back, which nobody had signed: they are theirs again."""

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(exactly_one("treatment", "concern", "site_page"), shared="")
                | Q(~Q(shared=""), treatment__isnull=True, concern__isnull=True, site_page__isnull=True),
                name="a_change_is_of_one_page_or_of_what_pages_share",
            )
        ]

    def __str__(self):
        return f"{self.field}, {self.at:%d %B %Y %H:%M}"

    @property
    def where(self) -> str:
        return f"{self.shared.capitalize()} › {self.field}" if self.shared else self.field


class OwnWords(ValidationError):
    """Nobody signs what they wrote."""


REWORDED = "An update of this site put some medical wording in other words: a doctor has to read the page again."


class SignOffQuerySet(models.QuerySet):
    def standing(self):
        """Not withdrawn, and given to pages that read as this release writes them."""
        return self.filter(schema=content.SCHEMA, withdrawal__isnull=True)

    def valid(self, *, at):
        """Signatures that stand at that moment: not withdrawn, not past their review date."""
        found = self.filter(schema=content.SCHEMA, signed_at__lte=at, valid_until__gt=at)
        return found.exclude(withdrawal__at__lte=at)

    def as_json(self):
        """One object a signature, with what patients read of it, for a subquery."""
        columns = {
            "practitioner": "practitioner",
            "shown": "practitioner__shown",
            "name": "practitioner__name",
            "degree": "practitioner__degree",
            "council": "practitioner__council",
            "registration_number": "practitioner__registration_number",
            "signed_at": "signed_at",
            "valid_until": "valid_until",
        }
        return self.order_by("-signed_at").values(json=JSONObject(**columns))


class SignOff(models.Model):
    """A doctor's signature under the clinical words of one revision, and of every revision with the same ones."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="sign_offs")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="sign_offs")
    fingerprint = models.CharField(max_length=64, db_index=True)
    schema = models.PositiveSmallIntegerField(db_default=1, editable=False)
    """`content.SCHEMA` of the release that showed the doctor the page."""
    rendered_text = models.TextField(help_text="The page's words as the doctor read them.")
    signed_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField()
    remarks = models.TextField(blank=True)

    objects = SignOffQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("signed_at")), name="a_signature_is_valid_for_some_time"
            )
        ]

    def __str__(self):
        return f"{self.practitioner}, {self.signed_at:%d %B %Y}"

    @property
    def voided_by_release(self) -> bool:
        """No doctor took it back: the site has other medical wording since."""
        withdrawal = getattr(self, "withdrawal", None)
        return self.schema != content.SCHEMA and (withdrawal is None or withdrawal.note == REWORDED)

    @transaction.atomic
    def withdraw(self, *, note: str = "", at=None) -> "Withdrawal":
        """Takes the badge off every page that shows these words, at once. Plans that rest on it are called off.

        Of two presses at once, the first counts.
        """
        pagestore.touch()
        said = {"note": note, "at": at or timezone.now()}
        withdrawal, _ = Withdrawal.objects.get_or_create(sign_off=self, defaults=said)
        plans = Publication.objects.filter(revision__fingerprint=self.fingerprint, live_from__gt=timezone.now())
        # The first one first: the words of a plan excuse the same words in a later one.
        for key in plans.not_cancelled().order_by("live_from").values_list("pk", flat=True):
            if plan := plans.not_cancelled().filter(pk=key).first():
                plan.call_off_if_unsigned(by=None)
        return withdrawal


class Withdrawal(models.Model):
    """A doctor took a signature back."""

    sign_off = models.OneToOneField(SignOff, models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)

    def __str__(self):
        return f"{self.sign_off} withdrawn"


def valid_signature(revision: Revision, *, at) -> SignOff | None:
    """The signature under the clinical words of `revision`, whichever revision it was given to."""
    signed = SignOff.objects.valid(at=at).filter(fingerprint=revision.fingerprint)
    return signed.select_related("practitioner").first()


@transaction.atomic
def sign(revision: Revision, practitioner: Practitioner, *, rendered_text: str, remarks: str = "", at=None) -> SignOff:
    """Raises OwnWords, in words; the database refuses the same on its own."""
    at = at or timezone.now()
    if not practitioner.registration_number:
        raise ValidationError("A doctor signs with a medical council registration number. Enter it first.")
    refuse_unconfirmed(practitioner, at=at)
    authors = own_changes(revision, practitioner)
    if authors.exists():
        fields = ", ".join(sorted({change.where for change in authors})[:3])
        raise OwnWords(f"{practitioner} changed medical words of this page ({fields}): another doctor must sign.")
    if revision.page.schema != content.SCHEMA:
        raise ValidationError(f"{REWORDED} An editor sends it anew first.")
    pagestore.touch()
    return SignOff.objects.create(
        revision=revision,
        practitioner=practitioner,
        fingerprint=revision.fingerprint,
        schema=content.SCHEMA,
        rendered_text=rendered_text,
        remarks=remarks,
        signed_at=at,
        valid_until=at + datetime.timedelta(days=settings.CLINICAL_REVIEW_DAYS),
    )


def void_earlier_wording() -> int:
    """Writes down that signatures ended with the release that shows pages otherwise, and calls off plans on them.

    Patients see no badge of theirs either way. Those of a later release, which may share the database while it is
    rolled out, are left to it. Returns how many.
    """
    found = SignOff.objects.filter(schema__lt=content.SCHEMA, withdrawal__isnull=True)
    return len([signature.withdraw(note=REWORDED) for signature in found])
