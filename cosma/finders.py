"""What the browser gets in fewer bytes than people edit: one style sheet, joined, and the script, without comments."""

import os
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, FileSystemFinder
from django.core.files.storage import FileSystemStorage

SOURCES = [f"css/{name}.css" for name in ("tokens", "base", "layout", "components", "utilities", "print")]
JOINED, SCRIPT = "css/site.css", "js/site.js"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LINE_COMMENT = re.compile(r"^[ \t]*//.*\n", re.MULTILINE)
LINE_START = re.compile(r"\n\s+")
INDENT = re.compile(r"^\s+|\s+$|\n\s*\n", re.MULTILINE)


class BuiltFinder(BaseFinder):
    """Offers what is made of its sources, anew when one of them changed."""

    def __init__(self, app_names=None, *args, **kwargs):
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "build")

    def check(self, **kwargs):
        return []

    def find(self, path, find_all=False, **kwargs):
        if path not in BUILT:
            return []
        found = str(write_built(Path(self.storage.location), path))
        return [found] if find_all else found

    def list(self, ignore_patterns):
        for path in BUILT:
            write_built(Path(self.storage.location), path)
            yield path, self.storage


class SourcesFinder(FileSystemFinder):
    """What lies in `static/`, without what something else is made of."""

    def find(self, path, find_all=False, **kwargs):
        return [] if path in BUILT else super().find(path, find_all=find_all, **kwargs)

    def list(self, ignore_patterns):
        return super().list([*ignore_patterns, *SOURCES, SCRIPT])


def joined() -> str:
    folder = settings.BASE_DIR / "static"
    text = "\n".join((folder / source).read_text("utf-8") for source in SOURCES)
    return INDENT.sub("", COMMENT.sub("", text)).strip() + "\n"


def bare() -> str:
    """Only comments with a line of their own go, so that no string can lose a part."""
    text = (settings.BASE_DIR / "static" / SCRIPT).read_text("utf-8")
    return LINE_START.sub("\n", LINE_COMMENT.sub("", text)).strip() + "\n"


BUILT = {JOINED: joined, SCRIPT: bare}


def write_built(folder: Path, path: str) -> Path:
    """Never half written, and left alone when nothing changed: its age tells others if it did."""
    target, text = folder / path, BUILT[path]()
    if not target.exists() or target.read_text("utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, suffix=".part", delete=False
        ) as part:
            part.write(text)
        os.chmod(part.name, 0o644)
        os.replace(part.name, target)
    return target
