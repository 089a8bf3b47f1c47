"""Who touched what, written down as it happens: every save of a draft runs inside `recorded`."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models, transaction

from treatments import content, layout, markup
from treatments.difference import Difference, differences
from treatments.models import drafts
from treatments.models.composing import fields, glossary, subject_field
from treatments.models.concerns import Concern
from treatments.models.evidence import Source
from treatments.models.glossary import Term
from treatments.models.pictures import Picture
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
        shown = photographs(before)
        yield
        after = drafts.read(fresh.get(pk=subject.pk))
        record(subject, [*differences(before, after), *exchanged(shown, photographs(after))], by=by)


def photographs(draft: content.Part) -> list[tuple[str, str]]:
    """What makes each picture the photograph it is, and its title. Another cut of it is the same one."""
    keys = [placed.picture for placed in getattr(draft, "pictures", ())]
    found = {row.key: (row.source, row.title) for row in Picture.objects.filter(key__in=keys)} if keys else {}
    return [found[key] for key in keys if key in found]


def exchanged(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[Difference]:
    """A doctor signs what a picture shows, though the draft only names its file."""
    if [source for source, _ in before] != [source for source, _ in after]:
        was, became = ("\n".join(title for _, title in pictures) for pictures in (before, after))
        yield Difference("Photographs", was, became, clinical=True)


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


@contextmanager
def glossary_recorded(*, by) -> Iterator[None]:
    """A word that comes, goes or changes in the glossary is a change of every draft that uses it."""
    with transaction.atomic():
        list(Term.objects.select_for_update())
        before = glossary()
        yield
        after = glossary()
        if after != before:
            for treatment in Treatment._default_manager.all():
                page = page_of(treatment)
                record(treatment, differences(with_terms(page, before), with_terms(page, after)), by=by)


def page_of(treatment: models.Model) -> content.TreatmentPage:
    """Its own words alone."""
    return content.TreatmentPage(**fields(drafts.read(treatment)), schema=content.SCHEMA)


def with_terms(page: content.TreatmentPage, known: tuple[content.Term, ...]) -> content.TreatmentPage:
    return content.replaced(page, terms=layout.terms_used(page, known))


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
    """Every treatment and concern whose draft cites the source, itself or in the definition of a word that it uses."""
    known = tuple(term for term in glossary() if key in markup.cited_sources(term.definition))
    for model in (Treatment, Concern):
        for subject in model._default_manager.all():
            if any(key in markup.cited_sources(text) for text in texts_of(subject, known)):
                yield subject


def texts_of(subject: models.Model, known: tuple[content.Term, ...]) -> Iterator[str]:
    if known and isinstance(subject, Treatment):
        return content.texts(with_terms(page_of(subject), known))
    return content.texts(drafts.read(subject))
