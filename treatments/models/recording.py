"""Who touched what, written down as it happens: every save of a draft runs inside `recorded`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction

from treatments import content, layout, markup
from treatments.difference import Difference, differences, words
from treatments.models import drafts
from treatments.models.authors import source_name, unsigned_authors, word_name
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
def sources_recorded(*, by) -> Iterator[None]:
    """What a source says is a change of its own, for pages that cite it later, and of every draft that cites it."""
    with transaction.atomic():
        before = shelf(Source)
        yield
        for old, new, found in changed(before, shelf(Source)):
            keep(source_name(old.key) if old else "", source_name(new.key), found, by=by)
            placed = [change._replace(place=f"Source {new.key} › {change.place}") for change in found]
            for subject in citing(old.key) if old else ():
                record(subject, placed, by=by)


@contextmanager
def glossary_recorded(*, by) -> Iterator[None]:
    """The same for a word that comes, goes or changes in the glossary, and every draft that uses it."""
    with transaction.atomic():
        before, known = shelf(Term), glossary()
        yield
        for old, new, found in changed(before, shelf(Term)):
            keep(word_name(old.term) if old else "", word_name(new.term), found, by=by)
        if (after := glossary()) != known:
            for treatment in Treatment._default_manager.all():
                page = page_of(treatment)
                record(treatment, differences(with_terms(page, known), with_terms(page, after)), by=by)


def shelf(model: type[models.Model]) -> dict[int, Any]:
    """Locked: nobody else changes what pages share meanwhile."""
    return {row.pk: drafts.read(row) for row in model._default_manager.select_for_update().order_by("pk")}


def changed(before: dict[int, Any], after: dict[int, Any]) -> Iterator[tuple[Any, Any, list[Difference]]]:
    for key, new in after.items():
        old = before.get(key)
        if found := differences(old, new) if old else [Difference("The whole of it", "", words(new), clinical=True)]:
            yield old, new, found


def keep(before: str, name: str, found: list[Difference], *, by) -> None:
    """Under its name, which outlives the row. Under a new name the authors of the old one stay its authors."""
    if before and before != name:
        renamed = list(Change.objects.filter(shared=before))
        for row in renamed:
            row.pk, row.shared = None, name
        Change.objects.bulk_create(renamed)
    write_down(found, by=by, shared=name)


def page_of(treatment: models.Model) -> content.TreatmentPage:
    """Its own words alone."""
    return content.TreatmentPage(**fields(drafts.read(treatment)), schema=content.SCHEMA)


def with_terms(page: content.TreatmentPage, known: tuple[content.Term, ...]) -> content.TreatmentPage:
    return content.replaced(page, terms=layout.terms_used(page, known))


def record(subject: models.Model, found: list[Difference], *, by) -> None:
    write_down(found, by=by, **{subject_field(subject): subject})


CAME_BACK = "Words that came back"


def credit(subject: models.Model, *, at, by) -> None:
    """The page says again what it said then: whoever wrote what nobody signed is its author again."""
    kind = subject_field(subject)
    authors = unsigned_authors(subject, kind=kind, at=at)
    again = {kind: subject, "field": CAME_BACK, "clinical": True, "brought_by": by}
    Change.objects.bulk_create(Change(**again, by_id=author) for author in authors if author != getattr(by, "pk", 0))


def write_down(found: list[Difference], *, by, **where) -> None:
    Change.objects.bulk_create(
        Change(
            field=change.place[:200],
            before=change.before,
            after=change.after,
            clinical=change.clinical,
            by=by,
            **where,
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
