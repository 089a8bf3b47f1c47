"""A site that was backed up comes back as it was, or is left alone."""

import fcntl
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from cosma.backups import tables
from enquiries import forgetting
from enquiries.models import Enquiry
from tests.enquiries.patient import make_enquiry, open_for_enquiries
from tests.factories import add_price, make_concern, make_doctor, make_editor, make_treatment, publish
from tests.shelf import shelved
from treatments.models import Publication, Revision, SignOff, Stamp, Treatment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    settings.MEDIA_ROOT = settings.VAR_DIR / "media"
    return tmp_path


@shelved
def signed():
    """Signed, published, priced, with a person's enquiry."""
    open_for_enquiries()
    editor, treatment = make_editor(), make_treatment("peeling", text="It may help.")
    add_price(treatment)
    revision = publish(treatment, by=editor, signed_by=make_doctor())
    revision.sign_offs.get().withdraw(note="Too quick.")
    publish(make_concern(), by=editor)
    revision.publish(by=editor, at=timezone.now() + timedelta(days=3))
    make_enquiry(email="asha@example.org")
    return treatment


@pytest.fixture
def site(signed):
    """With a picture."""
    put("pictures/skin.webp", b"RIFF....WEBP")
    put("link/drawn-again.png", b"PNG")
    return signed


def put(name: str, content: bytes) -> Path:
    path = django_settings.VAR_DIR / "media" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def command(name: str, *arguments) -> str:
    answer = io.StringIO()
    call_command(name, *map(str, arguments), stdout=answer)
    return answer.getvalue()


@pytest.fixture
def backup(site, folder) -> Path:
    command("backup", folder / "site.zip")
    return folder / "site.zip"


def rows() -> dict[str, list[bytes]]:
    """Every row of every table that a backup holds."""
    return {name: list(tables.lines(model)) for name, model in tables.kept_models().items()}


def test_every_row_comes_back_as_it_was(site, backup):
    before = rows()
    site.name = "Changed since"
    site.save()
    publish(site)
    make_treatment("added-since")
    make_editor("new@example.org")
    Enquiry.objects.update(state="closed")

    command("restore", backup, "--replace")

    assert rows() == before
    assert (Revision.objects.count(), SignOff.objects.count(), Publication.objects.count()) == (3, 1, 4)
    assert not Treatment.objects.filter(slug="added-since").exists()


def test_restoring_twice_does_no_harm_and_new_rows_find_their_numbers(backup):
    before = rows()

    for _ in range(2):
        command("restore", backup, "--replace")

    assert rows() == before
    assert make_treatment("after-it").pk


def test_immutable_rows_are_immutable_again(backup):
    command("restore", backup, "--replace")

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Revision.objects.update(note="Something else")


def test_what_was_erased_since_stays_erased(backup):
    command("erase_enquiry", "asha@example.org")

    for _ in range(2):
        assert "1 enquiries erased again" in command("restore", backup, "--replace")
        assert not Enquiry.objects.exists()


def test_the_list_of_the_erased_is_in_no_backup_and_missed_where_it_is_missing(backup, settings):
    command("erase_enquiry", "asha@example.org")
    marks = forgetting.marks_file().read_text().split()
    assert "put the site's erased" not in command("restore", backup, "--replace")

    command("backup", backup)
    with zipfile.ZipFile(backup) as file:
        parts = b"".join(file.read(name) for name in file.namelist())
    assert marks[-1].encode() not in parts and settings.ERASURE_KEY.encode() not in parts


def test_a_machine_without_a_list_of_the_erased_says_so(backup):
    forgetting.marks_file().unlink(missing_ok=True)

    assert "put the site's erased" in command("restore", backup, "--replace")


def test_pictures_come_back_and_those_that_are_drawn_again_do_not(backup, settings):
    picture, drawn = settings.VAR_DIR / "media/pictures/skin.webp", settings.VAR_DIR / "media/link/drawn-again.png"
    picture.write_bytes(b"damaged"), drawn.unlink()

    command("restore", backup, "--replace")

    assert picture.read_bytes() == b"RIFF....WEBP"
    assert not drawn.exists()


def test_every_stored_page_is_old_after_it(backup):
    before = Stamp.objects.get(name="").version

    command("restore", backup, "--replace")

    assert Stamp.objects.get(name="/").version > before


def test_a_site_is_not_replaced_unasked(backup):
    with pytest.raises(CommandError, match="add --replace"):
        command("restore", backup)


def test_nobody_but_its_owner_reads_the_file(backup):
    assert backup.stat().st_mode & 0o077 == 0


def remake(path: Path, changed: dict[str, bytes | None], *, mend=True, **about) -> None:
    """The same file with other parts, and the list of parts made to fit them unless it is to lie."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(parts.pop("manifest.json")) | about
    for name, content in changed.items():
        parts.pop(name, None)
        if content is not None:
            parts[name] = content
    if mend:
        manifest["members"] = {name: entry(content) for name, content in parts.items()}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in (parts | {"manifest.json": json.dumps(manifest).encode()}).items():
            file.writestr(name, content)


def entry(content: bytes) -> dict:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    with zipfile.ZipFile(path) as file:
        inside = file.getinfo("rows/treatments.revision.jsonl").header_offset + 200
    content = bytearray(path.read_bytes())
    content[inside] ^= 0x40
    path.write_bytes(content)


TREATMENTS = "rows/treatments.treatment.jsonl"
STRANGE_ROWS = b'["id","no_such_column"]\n[1,2]\n'
BREAKS = {
    "cut off": (cut, "no whole backup file"),
    "one bit is another": (flip, "damaged"),
    "no zip at all": (lambda path: path.write_text("hello"), "no whole backup file"),
    "empty": (lambda path: path.write_bytes(b""), "no whole backup file"),
    "gone": (lambda path: path.unlink(), "There is no file"),
    "another zip": (lambda path: zipfile.ZipFile(path, "w").writestr("a.txt", "hello"), "not a backup of this site"),
    "of something else": (lambda path: remake(path, {}, product="other"), "something else"),
    "a newer file": (lambda path: remake(path, {}, format=2), "newer release"),
    "a newer release": (lambda path: remake(path, {}, migrations=[["treatments", "9999_later"]]), "newer release"),
    "an older release": (lambda path: remake(path, {}, migrations=[["auth", "0001_initial"]]), "another release"),
    "a part is missing": (lambda path: remake(path, {TREATMENTS: None}, mend=False), "missing or added"),
    "a part was added": (lambda path: remake(path, {"more.txt": b"x"}, mend=False), "missing or added"),
    "rows were changed": (lambda path: remake(path, {TREATMENTS: b"[]\n"}, mend=False), "checksum"),
    "fewer rows than told": (lambda path: remake(path, {TREATMENTS: b'["id"]\n'}), "another number of rows"),
    "unknown columns": (lambda path: remake(path, {TREATMENTS: STRANGE_ROWS}), "not known"),
    "out of the folder": (lambda path: remake(path, {"media/../../evil": b"x"}), "outside"),
}


def test_a_broken_or_foreign_file_is_refused_with_a_sentence_and_changes_nothing(backup, folder):
    before = rows()

    refusals = {name: refusal(backup, folder / "spoilt.zip", spoil) for name, (spoil, _) in BREAKS.items()}

    assert {name: told for name, told in refusals.items() if BREAKS[name][1] not in told} == {}
    assert rows() == before


def refusal(backup: Path, copy: Path, spoil) -> str:
    copy.write_bytes(backup.read_bytes())
    spoil(copy)
    try:
        return command("restore", copy, "--replace")
    except CommandError as error:
        return str(error)


def test_a_file_can_be_checked_without_touching_anything(backup):
    assert "A whole backup of" in command("restore", backup, "--check")
    flip(backup)
    with pytest.raises(CommandError, match="damaged"):
        command("restore", backup, "--check")


def test_what_a_killed_backup_left_behind_hinders_nobody(backup):
    part = backup.with_name(f".{backup.name}.part")
    part.write_bytes(b"half a backup")

    command("backup", backup)

    assert "A whole backup" in command("restore", backup, "--check")
    assert not part.exists()


def test_two_backups_into_one_file_do_not_mix(backup):
    before = backup.read_bytes()
    part = backup.with_name(f".{backup.name}.part")
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(CommandError, match="Another backup"):
            command("backup", backup)
    assert backup.read_bytes() == before


@pytest.mark.parametrize("name, sentence", [("no/such/folder.zip", "cannot be written"), (".", "is a folder")])
def test_a_place_that_cannot_be_written_is_named(site, folder, name, sentence):
    with pytest.raises(CommandError, match=sentence):
        command("backup", folder / name)


def on_an_empty_machine(folder: Path, *arguments) -> None:
    """SQLite, whichever database the backup was made of."""
    told = {"VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}"}
    command = [sys.executable, "manage.py", *map(str, arguments)]
    done = subprocess.run(
        command, env=os.environ | told, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.deploy
def test_an_empty_machine_with_another_database_gets_the_same_rows(backup, folder):
    on_an_empty_machine(folder / "empty", "restore", backup)
    on_an_empty_machine(folder / "empty", "backup", folder / "again.zip")

    assert parsed(folder / "again.zip") == parsed(backup)


def parsed(path: Path) -> dict:
    with zipfile.ZipFile(path) as file:
        names = [name for name in file.namelist() if name.startswith(("rows/", "media/"))]
        return {
            name: [json.loads(line) for line in file.read(name).splitlines()] if name.startswith("rows/") else name
            for name in names
        }
