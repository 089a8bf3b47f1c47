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
            count = dump(folder)
        except OSError as error:
            raise CommandError(f"The folder {folder} cannot be written ({error.strerror}).") from None
        self.stdout.write(f"Wrote {count} files to {folder}.")


def sorted_sources() -> list:
    """In an order that no database's collation decides."""
    return sorted(map(drafts.read, Source.objects.all()), key=lambda source: source.key)


def dump(folder: Path) -> int:
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
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return len(texts)
