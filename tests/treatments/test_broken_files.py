"""A broken content file is refused with its name, line and field, and the database stays exactly as it was."""

import os
import textwrap

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from tests.shelf import shelved
from treatments import files

pytestmark = pytest.mark.django_db
TREATMENT = "treatments/needling.en-IN.yaml"
GOOD = {
    "organisation.yaml": "name: Cosma Beauty\n",
    "sources.yaml": "- key: trial\n  title: A small trial\n  kind: trial\n",
    "concerns/dull-skin.en-IN.yaml": "slug: dull-skin\nname: Dull skin\nsummary: Skin that looks tired.\n",
    TREATMENT: textwrap.dedent(
        """\
        slug: needling
        name: Needling
        heading: Needling in plain words
        summary: Small needles go into the skin.
        procedure_type: percutaneous
        sessions_min: 4
        sessions_max: 6
        depth_mm_min: 0.5
        depth_mm_max: 1.5
        sections:
          - anchor: overview
            heading: In brief
            statements:
              - text: A course is {sessions} [@trial].
        indications:
          - concern: dull-skin
            name: Dull skin
            evidence: some
        side_effects:
          - name_plain: Redness
            band: common
            rate_x: 5
            rate_n: 100
            source: trial
        price:
          min: 3000
          max: 15000
          factors:
            - The doctor
          checked_on: 2026-08-01
        alternatives:
          - treatment: needling-by-hand
        """
    ),
    "treatments/needling-by-hand.en-IN.yaml": (
        "slug: needling-by-hand\nname: Needling by hand\nheading: By hand\nsummary: The same.\n"
        "procedure_type: percutaneous\n"
    ),
}
# What stands in the file, what somebody writes instead, and the line, field and words of the refusal.
FAULTS = {
    "wrong type": ("sessions_min: 4", "sessions_min: four", 6, "sessions_min", "Expected `int"),
    "text where a list belongs": (
        "  factors:\n    - The doctor",
        "  factors: The doctor",
        28,
        "price.factors",
        "array",
    ),
    "unknown field": ("sessions_min: 4", "sessions_least: 4", 6, "sessions_least", "one of: slug, "),
    "unknown field of a part": (
        "heading: In brief",
        "headline: In brief",
        12,
        "sections[0].headline",
        "one of: anchor, heading, s",
    ),
    "unknown choice": (
        "evidence: some",
        "evidence: sure",
        18,
        "indications[0].evidence",
        "none-found, clinic-statement, not 'sure'",
    ),
    "unknown part of the page": (
        "anchor: overview",
        "anchor: overlook",
        11,
        "sections[0].anchor",
        "one of: overview, ",
    ),
    "field whose name has two lines": ("sessions_min: 4", '"a\\e[31m\\nb": 4', 6, "a\\x1b[31m\\nb", "is no field here"),
    "field with a very long name": ("sessions_min: 4", f"? {'k' * 9000}\n: 4", 6, "k" * 100, "is no field here"),
    "missing field": ("name: Needling\n", "", 1, "", "`name`"),
    "empty name": ("name: Needling\n", "name: ''\n", 2, "name", "blank"),
    "broken syntax": ("sessions_min: 4", "sessions_min: [4", 7, "", "not YAML"),
    "tab for spaces": ("  min: 3000", "\tmin: 3000", 26, "", "not YAML"),
    "field given twice": ("sessions_max: 6", "sessions_min: 5", 7, "sessions_min", "twice"),
    "field of a part given twice": ("  max: 15000", "  min: 4000", 27, "price.min", "twice"),
    "alias bomb": ("sections:", "also_called: &a [x]\nsections: [*a, *a]\nother:", 10, "sections[0]", "alias"),
    "alias to itself": ("sections:", "sections: &a [*a]\nother:", 10, "sections[0]", "alias"),
    "list as a name": ("sections:", "? [a, b]\n: c\nsections:", 10, "", "list where a name"),
    "python object": ("name: Needling\n", "name: !!python/object:os.system ls\n", 2, "", "not YAML"),
    "day that is not": ("2026-08-01", "2026-02-30", 30, "", "not YAML"),
    "binary value": ("name: Needling\n", "name: !!binary 'x'\n", 2, "", "not YAML"),
    "number without end": ("sessions_min: 4", "sessions_min: " + "9" * 5000, 6, "", "not YAML"),
    "number too large": ("  max: 15000", "  max: 99999999999999999999", 27, "price.max", ""),
    "not a number": ("depth_mm_min: 0.5", "depth_mm_min: .nan", 8, "depth_mm_min", ""),
    "infinite number": ("depth_mm_max: 1.5", "depth_mm_max: .inf", 9, "depth_mm_max", ""),
    "NUL character": ("name: Needling\n", 'name: "Need\\0ling"\n', 2, "name", "character"),
    "NUL character in prose": (
        "A course is {sessions} [@trial].",
        '"A\\0 course"',
        14,
        "sections[0].statements[0].text",
        "character",
    ),
    "half a character": ("name: Needling\n", 'name: "Need\\ud800ling"\n', 2, "name", "character"),
    "merged mapping": ("  min: 3000", "  <<: {min: 3000}", 26, "price", "has '<<' where a name belongs"),
    "number as a name": ("sections:", "3: c\nsections:", 10, "", "has '3' where a name belongs"),
    "number with eight digits": ("sessions_min: 4", "sessions_min: 004", 6, "sessions_min", "with digits alone"),
    "hours for a number": ("  min: 3000", "  min: 50:00", 26, "price.min", "with digits alone"),
    "no for a word": ("name: Needling\n", "name: no\n", 2, "name", "got `bool`; put it in quotes"),
    "empty entry": ("    - The doctor", "    - ''", 29, "price.factors", "one line of text"),
    "two lines in one entry": ("    - The doctor", '    - "The\\ndoctor"', 29, "price.factors", "one line of text"),
    "two lines in a name": ("name: Needling\n", "name: |\n  Need\n  ling\n", 2, "name", "one line of text"),
    "a mark that turns words around": (
        "name: Needling\n",
        "name: Need\u202eling\n",
        2,
        "name",
        "a character that is not text",
    ),
    "unfinished citation": (
        "[@trial]",
        "[@trial",
        14,
        "sections[0].statements[0].text",
        "A source is written [@key]",
    ),
    "unknown source": (
        "[@trial]",
        "[@tria]",
        14,
        "sections[0].statements[0].text",
        "no source called tria. Known sources: trial",
    ),
    "unknown fact": (
        "{sessions}",
        "{session}",
        14,
        "sections[0].statements[0].text",
        "no fact called {session}. Known facts: {s",
    ),
    "unknown fact of the clinic": (
        "      - text: A course",
        "      - facts: [F001, F139]\n        text: A course",
        14,
        "sections[0].statements[0].facts",
        "no fact F139. Write numbers from F001 to F138",
    ),
    "source of a rate that is unknown": ("source: trial", "source: tria", 24, "side_effects[0].source", "tria"),
    "unknown concern": ("concern: dull-skin", "concern: dim-skin", 16, "indications[0].concern", "dim-skin"),
    "unknown alternative": (
        "treatment: needling-by-hand",
        "treatment: sewing",
        32,
        "alternatives[0].treatment",
        "sewing",
    ),
    "min above max": ("sessions_min: 4", "sessions_min: 7", 6, "sessions_min", "lowest first"),
    "lowest price above highest": ("  min: 3000", "  min: 30000", 26, "price.min", "lowest price first"),
    "band against rate": ("band: common", "band: rare", 21, "side_effects[0].band", "frequency band"),
    "same part twice": (
        "indications:",
        "  - anchor: overview\n    heading: Again\nindications:",
        15,
        "sections[1].anchor",
        "already has that part",
    ),
    "wrong file name": ("slug: needling\n", "slug: sewing\n", 1, "slug", "must be sewing.en-IN.yaml"),
}


@shelved
def loaded(tmp_path_factory):
    call_command("loadcontent", good_files(tmp_path_factory.mktemp("good")), verbosity=0)


@pytest.fixture
def folder(loaded, tmp_path):
    """A folder of good files, loaded once."""
    return good_files(tmp_path)


def good_files(folder):
    for name, text in GOOD.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def load(folder):
    call_command("loadcontent", folder, "--publish-unreviewed", verbosity=0)


def everything() -> dict:
    models = apps.get_app_config("treatments").get_models()
    with connection.cursor() as cursor:
        return {model.__name__: rows(cursor, model._meta.db_table) for model in models}


def rows(cursor, table: str) -> list[tuple]:
    cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
    return cursor.fetchall()


def refusal(folder) -> str:
    before = everything()
    with pytest.raises(CommandError) as refused:
        load(folder)
    assert everything() == before
    return str(refused.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_file_is_refused_and_nothing_is_loaded(folder, fault):
    old, new, line, field, words = FAULTS[fault]
    # A good change in another file must not slip in either.
    (folder / "sources.yaml").write_text(GOOD["sources.yaml"].replace("small", "large"))
    path = folder / TREATMENT
    assert old in GOOD[TREATMENT]
    path.write_text(GOOD[TREATMENT].replace(old, new, 1))

    message = refusal(folder)

    place = f"{path}, line {line}" + (f", {field}: " if field else ": ")
    assert message.startswith(place)
    assert words in message
    assert message.endswith("Nothing was loaded.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\xff\xff", "not UTF-8 text"),
        ("name: Müller".encode("utf-16"), "not UTF-8 text"),
        (b"name: \x07", "not YAML"),
        (b"- just\n- a list\n", "Expected `object`"),
        (b"slug: a\n---\nslug: b\n", "not YAML"),
        (b"[" * 1000, "nested too deeply"),
        (b"- " * 200_000, "nested too deeply"),
        (b"name: |-# These words\n  would be lost.\n", "not YAML"),
        (b"name: A\ttab.\n", "not YAML"),
        (b"name: " + b"x" * files.LARGEST, "larger than"),
        # Cut at the limit, these would be read as a shorter file.
        (b"slug: needling\n#" + "é".encode() * (files.LARGEST // 2 + 9), "larger than"),
    ],
)
def test_a_file_that_is_no_content_at_all_is_refused(folder, content, words):
    path = folder / TREATMENT
    path.write_bytes(content)

    message = refusal(folder)

    assert message.startswith(f"{path}, line ")
    assert words in message


def test_a_pipe_in_place_of_a_file_is_refused(folder):
    (folder / TREATMENT).unlink()
    os.mkfifo(folder / TREATMENT)

    assert "is no file" in refusal(folder)


def test_a_folder_in_place_of_a_file_is_refused(folder):
    (folder / TREATMENT).unlink()
    (folder / TREATMENT).mkdir()

    assert "cannot be read" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("treatments/sewing.en-IN.yml", "name must end in .yaml"),
        ("sewing.yaml", "has no place here, only treatments, concerns"),
        ("treatment/sewing.en-IN.yaml", "has no place here, only treatments, concerns"),
        ("treatments/new/sewing.en-IN.yaml", "treatments/new: has no place here"),
    ],
)
def test_a_file_that_would_not_be_read_is_refused(folder, name, words):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("slug: sewing\n")

    assert words in refusal(folder)


def test_other_files_may_lie_beside_the_content(folder):
    (folder / "README.md").write_text("Ours.")
    (folder / "treatments" / ".sewing.yaml.swp").write_text("half")

    load(folder)


def test_a_folder_without_content_is_refused(tmp_path):
    assert "holds none of treatments, concerns" in refusal(tmp_path)

    (tmp_path / "treatments").write_text("")
    assert "cannot be read as a folder" in refusal(tmp_path)

    with pytest.raises(CommandError, match="too long"):
        load(tmp_path / ("a" * 300))


def test_a_name_that_is_given_twice_is_refused(folder):
    (folder / "sources.yaml").write_text(GOOD["sources.yaml"] * 2)
    assert "sources.yaml, line 4, [1].key: trial is given twice" in refusal(folder)

    (folder / "sources.yaml").write_text(GOOD["sources.yaml"])
    (folder / "glossary.yaml").write_text("- {term: Dermis, definition: A.}\n- {term: dermis, definition: B.}\n")
    assert "glossary.yaml, line 2, [1].term: dermis is given twice" in refusal(folder)


def test_a_broken_source_or_organisation_is_refused_by_its_own_line(folder):
    (folder / "sources.yaml").write_text(GOOD["sources.yaml"] + "- key: two words\n  title: A\n  kind: trial\n")
    assert "sources.yaml, line 4, [1].key: " in refusal(folder)

    (folder / "sources.yaml").write_text(GOOD["sources.yaml"])
    (folder / "organisation.yaml").write_text("name: Cosma Beauty\ncontact_phone: 98765\n")
    assert "organisation.yaml, line 2, contact_phone: " in refusal(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"no folder .*nowhere"):
        load(tmp_path / "nowhere")


def test_loading_is_no_way_to_lose_what_the_files_do_not_name(folder):
    (folder / TREATMENT).unlink()
    (folder / "treatments/needling-by-hand.en-IN.yaml").unlink()
    before = everything()

    load(folder)

    for name in ("Treatment", "Section", "Statement", "SideEffect", "Price", "Alternative"):
        assert everything()[name] == before[name]
