"""One style sheet for the browser, joined from the files that people edit."""

import os
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, FileSystemFinder
from django.core.files.storage import FileSystemStorage

SOURCES = [f"css/{name}.css" for name in ("tokens", "base", "layout", "components", "utilities", "print")]
JOINED = "css/site.css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INDENT = re.compile(r"^\s+|\s+$|\n\s*\n", re.MULTILINE)


class StylesFinder(BaseFinder):
    """Offers `css/site.css`, made anew when one of its sources changed."""

    def __init__(self, app_names=None, *args, **kwargs):
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "build")

    def check(self, **kwargs):
        return []

    def find(self, path, find_all=False, **kwargs):
        if path != JOINED:
            return []
        found = str(write_joined(Path(self.storage.location)))
        return [found] if find_all else found

    def list(self, ignore_patterns):
        write_joined(Path(self.storage.location))
        yield JOINED, self.storage


class SourcesFinder(FileSystemFinder):
    """What lies in `static/`, without the files that were joined into one."""

    def list(self, ignore_patterns):
        return super().list([*ignore_patterns, *SOURCES])


def joined() -> str:
    folder = settings.BASE_DIR / "static"
    text = "\n".join((folder / source).read_text() for source in SOURCES)
    return INDENT.sub("", COMMENT.sub("", text)).strip() + "\n"


def write_joined(folder: Path) -> Path:
    """Never half written, and left alone when nothing changed: its age tells others if it did."""
    target, text = folder / JOINED, joined()
    if not target.exists() or target.read_text() != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=target.parent, suffix=".part", delete=False) as part:
            part.write(text)
        os.chmod(part.name, 0o644)
        os.replace(part.name, target)
    return target
