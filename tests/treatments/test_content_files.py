from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command

from treatments import files, loading
from treatments.models import Organisation, Publication, Revision, Treatment


def contents(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


def dump(folder) -> dict[str, bytes]:
    call_command("dumpcontent", folder, verbosity=0)
    return contents(folder)


def test_the_shipped_files_are_exactly_what_dumpcontent_writes(shipped, tmp_path):
    written, shipped_files = dump(tmp_path), contents(loading.SHIPPED)

    assert written.keys() == shipped_files.keys()
    # One at a time, so that a difference shows where it is.
    for name in written:
        assert written[name].decode() == shipped_files[name].decode(), name


def test_dump_load_dump_gives_the_same_bytes_and_patients_read_on_what_is_published(shipped, client, tmp_path):
    before = client.get("/treatments/mesotherapy/").content
    name = "treatments/mesotherapy.en-IN.yaml"
    dump(tmp_path / "first")
    text = (tmp_path / "first" / name).read_text()
    (tmp_path / "first" / name).write_text(text.replace("name: Mesotherapy", "name: Other"))
    Treatment.objects.update(name="Changed", heading="Changed", evidence="", permanence="")

    call_command("loadcontent", tmp_path / "first", verbosity=0)

    assert Treatment.objects.get(slug="mesotherapy").name == "Other"
    assert dump(tmp_path / "second") == contents(tmp_path / "first")
    assert client.get("/treatments/mesotherapy/").content == before


def test_loading_again_makes_no_new_revision_and_keeps_what_staff_entered_about_the_organisation(shipped):
    Organisation.objects.update(legal_name="A company that staff entered")
    before = Revision.objects.count(), Publication.objects.count()

    call_command("loadcontent", "--publish-unreviewed", verbosity=0)

    assert (Revision.objects.count(), Publication.objects.count()) == before
    assert Organisation.objects.get().legal_name == "A company that staff entered"


@pytest.mark.django_db
def test_a_first_load_that_is_stopped_before_it_has_published_is_done_again_by_the_next(monkeypatch, tmp_path):
    (tmp_path / "treatments").mkdir()
    (tmp_path / "treatments/needling.en-IN.yaml").write_text(
        "slug: needling\nname: Needling\nheading: Needles\nsummary: Needles.\nprocedure_type: percutaneous\n"
    )

    with monkeypatch.context() as stopping, pytest.raises(KeyboardInterrupt):
        stopping.setattr(loading, "publish_unreviewed", Mock(side_effect=KeyboardInterrupt))
        call_command("loadcontent", tmp_path, "--once", "--publish-unreviewed", verbosity=0)
    call_command("loadcontent", tmp_path, "--once", "--publish-unreviewed", verbosity=0)

    assert Publication.objects.filter(revision__treatment__slug="needling").exists()


@pytest.mark.django_db
def test_once_loads_into_an_empty_site_and_does_nothing_the_second_time():
    call_command("loadcontent", "--once", verbosity=0)
    Treatment.objects.update(name="Changed by staff")

    call_command("loadcontent", "--once", "--publish-unreviewed", verbosity=0)

    assert set(Treatment.objects.values_list("name", flat=True)) == {"Changed by staff"}
    assert not Publication.objects.exists()


@pytest.mark.parametrize("path", sorted(loading.SHIPPED.rglob("*.yaml")), ids=lambda path: path.name)
def test_shipped_files_read_as_they_are_reviewed(path):
    """A sentence a line, no line that hides its end, nothing that only a machine could write."""
    text = path.read_text()

    assert text.endswith("\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert "!!" not in text
    assert "\\u" not in text


def test_the_folders_hold_nothing_that_loading_would_pass_over():
    known = {f"{folder}/{path.name}" for folder in files.FOLDERS for path in (loading.SHIPPED / folder).glob("*.yaml")}

    assert contents(loading.SHIPPED).keys() == known | {
        files.SOURCES,
        files.ORGANISATION,
        files.SYNONYMS,
        files.GLOSSARY,
    }


def test_a_dump_that_breaks_off_leaves_the_files_as_they_were(shipped, tmp_path):
    call_command("dumpcontent", tmp_path, verbosity=0)
    name = "treatments/prp.en-IN.yaml"
    before = (tmp_path / name).read_bytes()
    Treatment.objects.filter(slug="prp").update(name="Something else")
    (tmp_path / "pages" / ".privacy.en-IN.yaml.part").mkdir()  # in place of a disk that is full

    with pytest.raises(CommandError, match="cannot be written"):
        call_command("dumpcontent", tmp_path)

    assert (tmp_path / name).read_bytes() == before
    assert not [path for path in tmp_path.rglob("*.part") if path.is_file()]


def test_a_page_that_is_left_from_an_earlier_dump_is_named(shipped, tmp_path, capsys):
    (tmp_path / "treatments").mkdir()
    (tmp_path / "treatments" / "sewing.en-IN.yaml").write_text("slug: sewing\n")

    call_command("dumpcontent", tmp_path)

    assert "no page of this site: treatments/sewing.en-IN.yaml." in capsys.readouterr().out
