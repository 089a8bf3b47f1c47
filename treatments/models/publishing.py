"""What patients read: revisions that never change, and the rows that decide which of them is live."""

import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cosma import pagestore
from treatments import content
from treatments.choices import Language
from treatments.fingerprint import fingerprint
from treatments.models.admission import AlreadyLive, NotSigned, refuse_taken_address, refuse_unsigned
from treatments.models.concerns import Concern
from treatments.models.pages import SitePage
from treatments.models.searching import search_follows
from treatments.models.timetable import PublicationQuerySet
from treatments.models.treatment import Treatment
from treatments.snapshots import readable

KINDS: dict[str, Any] = {
    "treatment": content.TreatmentPage,
    "concern": content.ConcernPage,
    "site_page": content.SitePagePage,
}


def exactly_one(*names: str) -> Q:
    condition = Q()
    for chosen in names:
        condition |= Q(**{f"{name}__isnull": name != chosen for name in names})
    return condition


class RevisionQuerySet(models.QuerySet):
    def live(self, *, at):
        """What patients may read at that moment."""
        open_then = Q(publications__live_until__isnull=True) | Q(publications__live_until__gt=at)
        return self.filter(open_then, publications__live_from__lte=at)

    def with_live_from(self):
        """Adds `live_from`: when the publication that shows it began. Use after `live`."""
        return self.annotate(live_from=F("publications__live_from"))

    def with_live_until(self):
        """Adds `live_until`: when what shows it now is planned to end. Use after `live`."""
        return self.annotate(live_until=F("publications__live_until"))

    def with_dates(self, kind: str, *, at):
        """Adds `published_at` and `modified_at`: its page's first publication and its last significant change."""
        begun = apps.get_model("treatments", "Publication").objects.begun(at=at)
        begun = begun.filter(**{f"revision__{kind}": OuterRef(kind)}).values("live_from")
        first = Subquery(begun.order_by("live_from")[:1])
        last = Subquery(begun.filter(significant=True).order_by("-live_from")[:1])
        return self.annotate(published_at=first).annotate(modified_at=Coalesce(last, F("published_at")))

    def with_signature(self):
        """Adds `signature`: the latest one that stands under these clinical words, past its date or not, as a dict."""
        signed = apps.get_model("treatments", "SignOff").objects.standing()
        signed = signed.filter(fingerprint=OuterRef("fingerprint"))
        return self.annotate(signature=models.Subquery(signed.as_json()[:1]))

    def of(self, subject):
        """Revisions of one treatment, concern or site page."""
        return self.filter(**{subject._meta.model_name.replace("sitepage", "site_page"): subject})


class Revision(models.Model):
    """A page's words as they stood when staff froze them. No column ever changes."""

    treatment = models.ForeignKey(Treatment, models.PROTECT, null=True, related_name="revisions")
    concern = models.ForeignKey(Concern, models.PROTECT, null=True, related_name="revisions")
    site_page = models.ForeignKey(SitePage, models.PROTECT, null=True, related_name="revisions")
    number = models.PositiveIntegerField()
    slug = models.CharField(max_length=80)
    language = models.CharField(max_length=10, choices=Language)
    snapshot = models.TextField(editable=False)
    fingerprint = models.CharField(max_length=64, editable=False, db_index=True)
    card = models.TextField(editable=False)
    note = models.CharField(max_length=200, blank=True)
    frozen_at = models.DateTimeField(default=timezone.now)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    # Columns that a queryset adds when a view asks for them.
    live_from: datetime.datetime
    live_until: datetime.datetime | None
    published_at: datetime.datetime
    modified_at: datetime.datetime
    signature: dict[str, Any] | None

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("publish_revision", "Can publish a page"),
            ("send_revision", "Can send a page to a doctor"),
            ("sign_revision", "Can sign a page as a doctor"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=exactly_one("treatment", "concern", "site_page"),
                name="a_revision_is_of_exactly_one_page",
            ),
            *(
                models.UniqueConstraint(fields=[kind, "number"], name=f"revisions_of_a_{kind}_count_up")
                for kind in ("treatment", "concern", "site_page")
            ),
        ]
        indexes = [models.Index(fields=["slug", "language"], name="revision_address")]

    def __str__(self):
        return f"{self.subject}, revision {self.number}"

    @property
    def kind(self) -> str:
        return next(kind for kind in KINDS if getattr(self, f"{kind}_id"))

    @property
    def subject(self):
        """The treatment, concern or site page whose words these are."""
        return getattr(self, self.kind)

    @property
    def page(self) -> Any:
        """A TreatmentPage, ConcernPage or SitePagePage, as its kind says."""
        return content.decode(self.snapshot, KINDS[self.kind])

    @property
    def readable_page(self) -> Any:
        """Nothing where this release cannot read it: staff go on without."""
        return readable(self.snapshot, KINDS[self.kind])

    @property
    def words(self) -> str:
        """Its fingerprint, had today's release frozen it: alike for pages that patients read alike."""
        page = self.readable_page
        if page is None or page.schema == content.SCHEMA:
            return self.fingerprint
        return fingerprint(content.replaced(page, schema=content.SCHEMA))

    @property
    def summary_card(self) -> content.Card:
        return content.decode(self.card, content.Card)

    @transaction.atomic
    def publish(
        self, *, by, at=None, significant=False, change_line="", unreviewed=False, keep_plans=False
    ) -> "Publication":
        """Show this revision to patients from `at` on. Later plans are called off, unless they are kept on purpose.

        A significant change moves the page's dates and stands in its public change log as `change_line`.
        `unreviewed` is for words that no doctor has signed, where the setting forbids them; the page says so.
        """
        at, change_line = at or timezone.now(), change_line.strip()
        if significant and not change_line:
            raise ValidationError("Say in one plain line what changed: patients read it.")
        lock(self.subject)
        if not unreviewed:
            refuse_unsigned(self, at=at)
        until = make_room(self, at=at, by=by, keep_plans=keep_plans)
        refuse_taken_address(self, at=at, until=until)
        pagestore.touch()
        publication = Publication.objects.create(
            revision=self,
            by=by,
            made_at=timezone.now(),
            live_from=at,
            live_until=until,
            significant=significant,
            change_line=change_line,
        )
        search_follows(Revision.objects.of(self.subject))
        return publication


def make_room(revision: Revision, *, at: datetime.datetime, by, keep_plans: bool) -> datetime.datetime | None:
    """Ends what is shown at `at`. Returns when the new publication ends: a planned end of the page stays."""
    planned = Publication.objects.of(revision.subject).not_cancelled()
    ahead = list(planned.filter(Q(live_until__isnull=True) | Q(live_until__gt=at)).order_by("live_from", "pk"))
    shown = next((one for one in reversed(ahead) if one.live_from <= at), None)
    later = [one for one in ahead if one.live_from > at]
    following, last = (later[0], later[-1]) if later else (None, shown)
    if following and (keep_plans or following.live_from <= timezone.now()):
        refuse_unsigned(following.revision, at=following.live_from, after=revision.words)
        until = shown.live_until if shown else following.live_from
    else:
        until = last.live_until if last else None
        if later:
            planned.filter(live_from__gt=at).update(live_until=F("live_from"), ended_by=by)
    if shown:
        planned.shown(at=at).update(live_until=at, ended_by=by)
    return until


def lock(subject) -> None:
    """Two people who publish the same page at once do so one after the other."""
    type(subject).objects.select_for_update().get(pk=subject.pk)


@transaction.atomic
def withdraw(subject, *, by, at=None) -> int:
    """Takes a page away from patients from `at` on; they are told that it is gone. Plans after it are cancelled."""
    at = at or timezone.now()
    lock(subject)
    planned = Publication.objects.of(subject).not_cancelled()
    planned.filter(live_from__gte=at).update(live_until=F("live_from"), ended_by=by)
    pagestore.touch()
    withdrawn = planned.shown(at=at).update(live_until=at, ended_by=by)
    search_follows(Revision.objects.of(subject))
    return withdrawn


@transaction.atomic
def stay(subject, *, by) -> int:
    """Calls off a planned end: what is shown then goes on being shown."""
    lock(subject)
    planned = Publication.objects.of(subject).not_cancelled()
    last = planned.filter(live_until__gt=timezone.now()).order_by("live_from").last()
    if last is None or planned.filter(live_from__gte=last.live_until).exists():
        return 0
    refuse_taken_address(last.revision, at=last.live_from, until=None)
    pagestore.touch()
    return planned.filter(pk=last.pk).update(live_until=None, ended_by=None)


class Publication(models.Model):
    """A stretch of time in which a revision is what patients read."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="publications")
    made_at = models.DateTimeField(null=True, editable=False)
    """When somebody pressed the button: a plan was made before it began."""
    live_from = models.DateTimeField(db_index=True)
    live_until = models.DateTimeField(null=True, blank=True)
    significant = models.BooleanField(
        "significant change",
        default=False,
        db_default=False,
        help_text="Moves the page's dates. Leave it off for a typing error.",
    )
    change_line = models.CharField(
        "what changed", max_length=200, blank=True, db_default="", help_text="One plain line that patients read."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-live_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(live_until__isnull=True) | Q(live_until__gte=F("live_from")),
                name="a_publication_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(significant=False) | ~Q(change_line=""),
                name="a_significant_change_says_what_changed",
                violation_error_message="Say in one plain line what changed: patients read it.",
            ),
        ]
        # Few have an end, and fewer one to come: lists ask for the next one each time they are made.
        indexes = [models.Index(fields=["live_until"], name="publication_ends", condition=Q(live_until__isnull=False))]

    def __str__(self):
        return f"{self.revision} from {self.live_from:%d %B %Y %H:%M}"

    @transaction.atomic
    def cancel(self, *, by) -> None:
        """Calls off a plan that has not begun; what was live stays live. A plan that rests on it falls too."""
        lock(self.revision.subject)
        if self.live_from <= timezone.now():
            raise AlreadyLive(self)
        before = Publication.objects.of(self.revision.subject).filter(live_until=self.live_from).not_cancelled()
        before, until = list(before), self.live_until
        self.live_until, self.ended_by = self.live_from, by
        self.save(update_fields=["live_until", "ended_by"])
        for publication in before:
            publication.live_until = until
            publication.save(update_fields=["live_until"])
        self.call_off_what_rests_on_it(by=by)
        pagestore.touch()

    def call_off_what_rests_on_it(self, *, by) -> None:
        """The next plan may have needed no signature of its own, because these words would have stood there already."""
        planned = Publication.objects.of(self.revision.subject).not_cancelled().filter(live_from__gt=self.live_from)
        following = planned.order_by("live_from").first()
        if following and following.revision.fingerprint == self.revision.fingerprint:
            following.call_off_if_unsigned(by=by)

    def call_off_if_unsigned(self, *, by) -> None:
        try:
            refuse_unsigned(self.revision, at=self.live_from)
        except NotSigned:
            self.cancel(by=by)
