"""Imports run one way, and rooms stay small."""

import ast
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

APPS = ("cosma", "treatments", "enquiries", "outbox")
PURE = (
    *(
        "anatomy",
        "choices",
        "comparison",
        "content",
        "difference",
        "directory",
        "facts",
        "figures",
        "files",
        "fingerprint",
    ),
    *("jsonld", "layout", "markup", "origins", "parts", "review", "sheet", "side_by_side", "therapy"),
)
"""Modules of `treatments` that work on content alone."""
FOR_THE_STORE = ("cosma.pagestore",)
MOST_LINES, MOST_IN_A_FUNCTION, MOST_LINES_ON_AVERAGE = 300, 40, 12


def sources(*apps: str) -> list[Path]:
    found = [path for app in apps for path in (settings.BASE_DIR / app).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def module(path: Path) -> str:
    return ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts).removesuffix(".__init__")


@cache
def imported(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever the import stands."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module(path)} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def imports_of(start: str, names: set[str]) -> set[str]:
    return {name for name in names if name == start or name.startswith(f"{start}.")}


def faults(paths: list[Path], *forbidden: str, but: tuple[str, ...] = ()) -> list[str]:
    found = []
    for path in paths:
        names = imported(path)
        allowed = {name for start in but for name in imports_of(start, names)} | {
            start.rpartition(".")[0] for start in but
        }
        found += [
            f"{module(path)} imports {name}" for start in forbidden for name in imports_of(start, names) - allowed
        ]
    return sorted(found)


def in_treatments(*names: str) -> list[Path]:
    return [path for path in sources("treatments") if module(path).split(".")[1:2] in [[name] for name in names]]


def test_a_forbidden_import_is_seen(tmp_path):
    base = settings.BASE_DIR
    path = base / "treatments" / "facts.py"

    assert faults([path], "treatments") != []
    assert faults([path], "treatments.models") == []


def test_treatments_know_nothing_of_enquiries():
    assert faults(sources("treatments"), "enquiries") == []


def test_the_outbox_knows_neither_of_those_who_use_it():
    assert faults(sources("outbox"), "treatments", "enquiries") == []


def test_apps_import_the_wiring_for_the_page_store_only():
    assert faults(sources("treatments", "enquiries", "outbox"), "cosma", but=WIRING) == []


WIRING = (
    *FOR_THE_STORE,
    # What the admin of each app shares.
    "cosma.accounts",
    "cosma.form_renderer",
    "cosma.pressing",
    "cosma.roles",
)


def test_pure_modules_import_no_models():
    pure = in_treatments(*PURE)

    assert {module(path).split(".")[1] for path in pure} == set(PURE)
    assert faults(pure, "treatments.models", "treatments.views", "treatments.admin", "django.db.connection") == []


@pytest.mark.parametrize("name", ["content", "parts", "facts", "layout", "markup", "comparison"])
def test_content_touches_no_database(name):
    names = imported(settings.BASE_DIR / "treatments" / f"{name}.py")

    assert imports_of("django.db", names) == set()
    assert imports_of("django.http", names) | imports_of("django.shortcuts", names) == set()


def test_models_import_neither_views_nor_admin():
    models = in_treatments("models")

    assert len(models) > 10
    assert faults(models, "treatments.views", "treatments.admin", "treatments.urls", "django.contrib.admin") == []


def test_views_and_admin_do_not_import_the_addresses():
    paths = [path for path in sources(*APPS) if path.stem != "urls"]

    assert faults(paths, "cosma.urls", "treatments.urls", "enquiries.urls") == []


def test_no_module_is_over_300_lines():
    long = {
        module(path): lines for path in sources(*APPS) if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }

    assert long == {}


def functions() -> dict[str, int]:
    """Name to lines of each function, decorators and docstring included."""
    return {
        f"{module(path)}.{node.name}": node.end_lineno
        - min([node.lineno, *(d.lineno for d in node.decorator_list)])
        + 1
        for path in sources(*APPS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_no_function_is_over_40_lines_and_most_are_about_8():
    lengths = functions()

    assert {name: lines for name, lines in lengths.items() if lines > MOST_IN_A_FUNCTION} == {}
    assert sorted(lengths.values())[len(lengths) // 2] <= MOST_LINES_ON_AVERAGE


def test_there_is_no_room_without_a_name():
    forbidden = {"utils", "core", "common", "services", "signals", "helpers", "misc"}

    assert [module(path) for path in sources(*APPS) if forbidden & set(module(path).split("."))] == []
