"""Who touched what, written down as it happens: every save of a draft runs inside `recorded`."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models, transaction

from treatments import content, markup
from treatments.difference import Difference, differences
from treatments.models import drafts
from treatments.models.composing import subject_field
from treatments.models.concerns import Concern
from treatments.models.evidence import Source
from treatments.models.signing import Change
from treatments.models.treatment import Treatment


@contextmanager
def recorded(subject: models.Model, *, by) -> Iterator[None]:
    """Compares the draft before and after the block and keeps one `Change` for each field that differs.

    The page is locked: of two people who save parts of it at once, neither is taken for the author of both.
    """
    with transaction.atomic():
        fresh = type(subject)._default_manager
        before = drafts.read(fresh.select_for_update().get(pk=subject.pk))
        yield
        record(subject, differences(before, drafts.read(fresh.get(pk=subject.pk))), by=by)


@contextmanager
def source_recorded(source: Source, *, by) -> Iterator[None]:
    """A finding that changes is a change of every draft that cites it."""
    with transaction.atomic():
        before = drafts.read(Source.objects.select_for_update().get(pk=source.pk))
        yield
        found = differences(before, drafts.read(Source.objects.get(pk=source.pk)))
        found = [change._replace(place=f"Source {before.key} › {change.place}") for change in found]
        for subject in citing(before.key):
            record(subject, found, by=by)


def record(subject: models.Model, found: list[Difference], *, by) -> None:
    Change.objects.bulk_create(
        Change(
            **{subject_field(subject): subject},
            field=change.place[:200],
            before=change.before,
            after=change.after,
            clinical=change.clinical,
            by=by,
        )
        for change in found
    )


def citing(key: str) -> Iterator[models.Model]:
    """Every treatment and concern whose draft cites the source."""
    for model in (Treatment, Concern):
        for subject in model._default_manager.all():
            if any(key in markup.cited_sources(text) for text in texts_of(subject)):
                yield subject


def texts_of(subject: models.Model) -> Iterator[str]:
    return content.texts(drafts.read(subject))
