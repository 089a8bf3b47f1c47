"""What staff deleted, kept for thirty days as it stood: rows with everything that went with them."""

import datetime

from django.conf import settings
from django.core import serializers
from django.db import models, router, transaction
from django.db.models.deletion import Collector
from django.utils import timezone

from treatments.models.concerns import Concern
from treatments.models.identities import IdentityChange
from treatments.models.pages import SitePage
from treatments.models.recording import credit
from treatments.models.signing import Change
from treatments.models.treatment import Treatment
from treatments.models.words import Section

KEPT = datetime.timedelta(days=30)
PAGES = (Treatment, Concern, SitePage)
RECORDS = (Change, IdentityChange)
"""Written by the site itself; they go with what they are about, and come back with it."""


class Trashed(models.Model):
    """One thing that somebody deleted. Bringing it back takes it out of here."""

    name = models.CharField(max_length=200)
    kind = models.CharField("what it is", max_length=60)
    place = models.CharField("where it stood", max_length=200, blank=True)
    rows = models.TextField(editable=False)
    deleted_at = models.DateTimeField("deleted", default=timezone.now, db_index=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="deleted by"
    )

    class Meta:
        ordering = ["-deleted_at", "-pk"]
        verbose_name = "thing in the trash"
        verbose_name_plural = "trash"

    def __str__(self):
        return f"{self.kind.capitalize()}: {self.name}"

    @property
    def kept_until(self) -> datetime.datetime:
        return self.deleted_at + KEPT

    def contents(self) -> list[models.Model]:
        """The rows as they stood, owners before what they own. A column that is gone since is left out."""
        return [found.object for found in serializers.deserialize("json", self.rows, ignorenonexistent=True)]

    @transaction.atomic
    def bring_back(self, *, by) -> models.Model:
        """Puts everything where it was and returns the first of it. Raises ValidationError where it no longer fits.

        Of two who press at once the second finds nothing here any more.
        """
        Trashed.objects.select_for_update().get(pk=self.pk)
        found = self.contents()
        for row in found:
            if not isinstance(row, RECORDS):  # nobody typed them
                row.full_clean()
            row.save_base(raw=True)
        for page in pages_of(found):
            credit(page, at=self.deleted_at, by=by)
        self.delete()
        return found[0]


@transaction.atomic
def throw_away(row: models.Model, *, by) -> Trashed:
    """Deletes a row, and keeps it and all that goes with it. Raises DoesNotExist if somebody was faster."""
    type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)  # nothing joins it from here on
    gone = going(row)
    trashed = Trashed.objects.create(
        name=str(row)[:200],
        kind=str(row._meta.verbose_name),
        place=str(page_of(row) or "")[:200],
        rows=serializers.serialize("json", gone),
        deleted_by=by,
    )
    row.delete()
    return trashed


def going(row: models.Model) -> list[models.Model]:
    """The row, and everything that is deleted with it; owners before what they own."""
    collector = Collector(using=router.db_for_write(type(row)))
    collector.collect([row])
    rows = [found for model in collector.data.values() for found in model]
    return rows + [found for fast in collector.fast_deletes for found in fast]


def pages_of(rows: list[models.Model]) -> list[models.Model]:
    """The pages on which these rows stand and which are not among them: their drafts read differently without."""
    found = dict.fromkeys(page for page in map(page_of, rows) if page is not None)
    return [page for page in found if page not in rows]


def page_of(row: models.Model) -> models.Model | None:
    """The page that a part stands on, if both are there; none for a page itself."""
    owner = next(filter(None, (owned_by(row, field) for field in row._meta.fields)), None)
    return page_of(owner) if isinstance(owner, Section) else owner


def owned_by(row: models.Model, field) -> models.Model | None:
    if isinstance(row, RECORDS) or field.related_model not in (*PAGES, Section):
        return None
    return field.related_model._default_manager.filter(pk=getattr(row, field.attname)).first()


def purge_trash(*, at: datetime.datetime) -> int:
    """Forgets for good what was deleted thirty days ago. Safe to run twice."""
    deleted, _ = Trashed.objects.filter(deleted_at__lte=at - KEPT).delete()
    return deleted
