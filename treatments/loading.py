"""Files into drafts: the whole folder or nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils import timezone

from treatments import content, files
from treatments.models import (
    Concern,
    Organisation,
    Revision,
    SitePage,
    Source,
    Synonyms,
    Term,
    Treatment,
    compose,
    drafts,
    freeze,
)
from treatments.models.composing import column_of_draft

MODELS: dict[str, type[models.Model]] = {"treatments": Treatment, "concerns": Concern, "pages": SitePage}
SHIPPED = Path(__file__).parent / "data"


@transaction.atomic
def load(folder: Path) -> list[models.Model]:
    """Drafts as the files say; what the files do not name stays. Raises BrokenFile and changes nothing."""
    paths = files.found_in(folder)
    for path in sorted(paths[""], key=lambda path: files.SINGLE.index(path.name)):
        LOADERS[path.name](files.ContentFile(path))
    found = [
        (read, read.convert(shape), MODELS[name])
        for name, shape in files.FOLDERS.items()
        for read in map(files.ContentFile, paths[name])
    ]
    # All pages first, then their parts, which may point at any of them.
    rows = [(read, part, write_page(read, part, model)) for read, part, model in found]
    for read, part, row in rows:
        write_parts(read, part, row)
    return [row for _, _, row in rows]


def load_organisation(read: files.ContentFile) -> None:
    """Only where there is no record yet: it is live at once, and holds what staff have entered."""
    part = read.convert(content.Organisation)
    if not Organisation.objects.exists():
        save(read, "$", Organisation(), part)


def load_sources(read: files.ContentFile) -> None:
    for place, part in once(read, "key", read.convert(list[content.Source])):
        row = Source.objects.filter(key=part.key).first() or Source()
        save(read, f"$[{place}]", row, part)


def load_glossary(read: files.ContentFile) -> None:
    for place, part in once(read, "term", read.convert(list[content.Term])):
        row = Term.objects.filter(term__iexact=part.term).first() or Term()
        save(read, f"$[{place}]", row, part)


def load_synonyms(read: files.ContentFile) -> None:
    """Only those that are not there yet: they are live at once, and staff may have added to them."""
    known = {tuple(row.lines) for row in Synonyms.objects.all()}
    for place, lines in enumerate(read.convert(list[content.Lines])):
        if lines not in known:
            row = Synonyms(terms="\n".join(lines))
            try:
                row.full_clean()
            except ValidationError as error:
                raise refused(read, f"$[{place}]", error) from None
            row.save()


LOADERS = {
    files.ORGANISATION: load_organisation,
    files.SOURCES: load_sources,
    files.GLOSSARY: load_glossary,
    files.SYNONYMS: load_synonyms,
}


def once(read: files.ContentFile, name: str, parts: list) -> Iterator[tuple[int, Any]]:
    """The second of two with one name would take the place of the first without a word."""
    seen: set[str] = set()
    for place, part in enumerate(parts):
        called = getattr(part, name)
        if called.casefold() in seen:
            raise read.broken(f"$[{place}].{name}", f"{called} is given twice")
        seen.add(called.casefold())
        yield place, part


def write_page(read: files.ContentFile, part, model: type[models.Model]) -> models.Model:
    expected = files.file_name(part)
    if read.path.name != expected:
        raise read.broken("$.slug", f"the file's name must be {expected}")
    row = model._default_manager.filter(slug=part.slug, language=part.language).first() or model()
    save(read, "$", row, part)
    drafts.empty(row)
    return row


def save(read: files.ContentFile, where: str, row: models.Model, part: content.Part) -> None:
    try:
        drafts.write(row, part)
    except ValidationError as error:
        raise refused(read, where, error) from None


def write_parts(read: files.ContentFile, part: content.Part, row: models.Model, where: str = "$") -> None:
    for name in drafts.PARTS.get(type(part), {}):
        for place, piece in enumerate(getattr(part, name)):
            at = f"{where}.{name}[{place}]"
            write_parts(read, piece, write_one(read, at, row, name, piece, place), at)
    if isinstance(part, content.Treatment) and part.price:
        write_one(read, f"{where}.price", row, "price", part.price, 0)


def write_one(read: files.ContentFile, where: str, owner, name: str, piece: content.Part, place: int):
    try:
        return drafts.write_part(owner, name, piece, place)
    except ValidationError as error:
        raise refused(read, where, error) from None


def refused(read: files.ContentFile, where: str, error: ValidationError) -> files.BrokenFile:
    name, messages = next(iter(error.message_dict.items()))
    return read.broken(where if name == NON_FIELD_ERRORS else f"{where}.{name}", messages[0])


@transaction.atomic
def publish_unreviewed(rows: list[models.Model], *, by=None) -> int:
    """Shows these drafts to patients, marked as not reviewed by a doctor. Returns how many changed."""
    columns = {row.slug: column_of_draft(row) for row in rows if isinstance(row, Treatment)}
    changed, at = [row for row in rows if live_page(row) != compose(row, alongside=columns)], timezone.now()
    for row in changed:
        freeze(row, by=by, note="Loaded from files", alongside=columns, at=at).publish(by=by, unreviewed=True)
    return len(changed)


def live_page(row: models.Model) -> content.Page | None:
    revision = Revision.objects.of(row).live(at=timezone.now()).first()
    return revision.page if revision else None
