from contextlib import suppress
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from treatments import files
from treatments.loading import MODELS
from treatments.models import Organisation, Source, Synonyms, drafts
from treatments.models.composing import glossary


class Command(BaseCommand):
    help = "Writes all drafts to a folder of files that loadcontent reads back exactly."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options):
        try:
            written = dump(folder)
        except OSError as error:
            raise CommandError(f"The folder {folder} cannot be written ({error.strerror}).") from None
        self.stdout.write(f"Wrote {len(written)} files to {folder}.")
        if others := strangers(folder, written):
            self.stdout.write(
                f"Also there, and no page of this site: {', '.join(others)}. loadcontent would make them."
            )


def sorted_sources() -> list:
    """In an order that no database's collation decides."""
    return sorted(map(drafts.read, Source.objects.all()), key=lambda source: source.key)


def dump(folder: Path) -> set[Path]:
    texts = {files.SOURCES: files.dump(sorted_sources())}
    if terms := glossary():
        texts[files.GLOSSARY] = files.dump(list(terms))
    if synonyms := sorted(row.lines for row in Synonyms.objects.all()):
        texts[files.SYNONYMS] = files.dump(synonyms)
    organisation = Organisation.objects.first()
    if organisation:
        texts[files.ORGANISATION] = files.dump(drafts.read(organisation))
    for name, model in MODELS.items():
        for part in map(drafts.read, model._default_manager.all()):
            texts[f"{name}/{files.file_name(part)}"] = files.dump(part)
    write({folder / name: text for name, text in texts.items()})
    return {folder / name for name in texts}


def write(texts: dict[Path, str]) -> None:
    """All beside what is there, and only then in its place: a full disk leaves no half file."""
    parts = {path: path.with_name(f".{path.name}.part") for path in texts}
    try:
        for path, part in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(texts[path], encoding="utf-8")
        for path, part in parts.items():
            part.replace(path)
    except OSError:
        for part in parts.values():
            with suppress(OSError):
                part.unlink()
        raise


def strangers(folder: Path, written: set[Path]) -> list[str]:
    """Pages from an earlier dump, or of another site: loadcontent would bring them back."""
    found = {path for name in MODELS for path in (folder / name).glob("*.yaml")}
    return sorted(str(path.relative_to(folder)) for path in found - written)
