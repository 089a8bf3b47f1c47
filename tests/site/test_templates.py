"""Templates compile, and hold nothing that our policy would block or that escapes escaping."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDERS = [
    settings.BASE_DIR / "templates",
    *(settings.BASE_DIR / app / "templates" for app in ("treatments", "enquiries")),
]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*") if path.is_file())
OURS = [path for path in TEMPLATES if path.suffix in (".html", ".txt", ".xml", ".svg")]
HANDLER = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)


def name(path: Path) -> str:
    return next(str(path.relative_to(folder)) for folder in FOLDERS if path.is_relative_to(folder))


def with_text(pattern: str) -> list[str]:
    return [name(path) for path in OURS if re.search(pattern, path.read_text(), re.IGNORECASE)]


def test_there_are_templates():
    assert {"base.html", "error.html", "home.html", "treatments/treatment.html"} <= {name(path) for path in OURS}


@pytest.mark.parametrize("path", OURS, ids=name)
def test_every_template_compiles(path):
    assert get_template(name(path))


def test_no_template_marks_anything_safe():
    assert with_text(r"\|\s*safe\b|\{%\s*autoescape\s+off|\|\s*safeseq\b") == []


def test_no_template_holds_inline_style_script_or_handlers():
    assert with_text(r"<style\b") == []
    assert with_text(r"\sstyle\s*=") == []
    assert with_text(r"<script\b(?![^>]*(?:\bsrc=|application/(?:ld\+)?json))") == []
    assert [name(path) for path in OURS if HANDLER.search(path.read_text())] == []


def test_no_template_loads_anything_from_elsewhere():
    assert with_text(r"(?:src|srcset|data|poster)\s*=\s*[\"']?(?:https?:)?//") == []
    assert with_text(r"<link\b[^>]*href\s*=\s*[\"']?(?:https?:)?//") == []


def test_python_marks_html_safe_in_named_places_only():
    """Each of them cleans or escapes what it marks."""
    allowed = {
        *("cosma/accounts.py", "cosma/form_renderer.py"),
        *("treatments/admin/selects.py", "treatments/jsonld.py", "treatments/markup.py"),
    }
    marking = re.compile(r"mark_safe\(|Safe(?:String|Text)\([^)]|\|safe\b")
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for app in ("cosma", "treatments", "enquiries", "outbox")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if marking.search(path.read_text())
    }

    assert found - allowed == set()


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "static").rglob("*.css")), ids=lambda path: path.name)
def test_no_style_sheet_loads_anything_from_elsewhere(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)

    assert "@import" not in text
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", text)
    assert "javascript:" not in text
