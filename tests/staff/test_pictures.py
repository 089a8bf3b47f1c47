"""Staff upload a photograph, place it and see it on the page; what a page ever showed stays."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cosma.media import WholeFiles
from tests.factories import make_editor, make_picture, make_treatment, place_picture, publish
from tests.staff.people import staff_client
from tests.treatments.test_images import photograph
from treatments.fingerprint import fingerprint
from treatments.models import Picture, compose, freeze

pytestmark = pytest.mark.django_db
UPLOAD = "/admin/treatments/picture/add/"


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def uploaded(content: bytes | None = None, **fields) -> dict:
    file = SimpleUploadedFile("room.jpg", photograph((900, 700)).getvalue() if content is None else content)
    return {"file": file, "title": "The room", "shape": "wide", "focus": "centre", "credit": "Cosma Beauty"} | fields


def text(response) -> str:
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def test_an_upload_shows_each_step_and_leads_on(editor):
    response = editor.post(UPLOAD, uploaded())
    shown = text(response)

    picture = Picture.objects.get()
    assert "no-store" in response["Cache-Control"]
    assert len(re.findall(r"<li>\d+ pixels wide", shown)) == len(picture.files) == 9
    assert "(9 of 9)" in shown
    assert reverse("admin:treatments_picture_change", args=[picture.pk]) in shown
    assert (picture.widths, picture.width, picture.height) == ([400, 800, 900], 900, 600)
    assert picture.uploaded_by == User.objects.get(email="editor@example.org")
    for name in picture.files:
        answer = Client().get(f"/media/{name}")
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable", name
        assert answer["Content-Type"].startswith("image/"), name
        assert answer["X-Content-Type-Options"] == "nosniff", name


def test_the_same_upload_is_not_kept_twice_but_another_cut_is(editor):
    text(editor.post(UPLOAD, uploaded()))

    assert "This picture is here already, cut in the same way: The room." in text(editor.post(UPLOAD, uploaded()))
    text(editor.post(UPLOAD, uploaded(shape="square")))
    assert Picture.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": ""}, "Choose a picture."),
        ({"content": b""}, "This file is empty. Choose another one."),
        ({"content": b"GIF89a"}, "This is no JPEG, PNG, WebP or AVIF picture."),
        ({"title": ""}, "This field is required."),
        ({"shape": "round"}, "Select a valid choice."),
        ({"shows_person": "on"}, "write down who agreed"),
        ({"title": "NUL \0"}, "Null characters are not allowed."),
    ],
)
def test_a_refused_upload_says_why_and_keeps_what_was_typed(editor, fields, words):
    content = fields.pop("content", None)
    response = editor.post(UPLOAD, uploaded(content, **{"consent": ""} | fields))

    shown = text(response)
    assert response.status_code == 200
    assert words in shown
    assert 'value="Cosma Beauty"' in shown
    assert not Picture.objects.exists()
    assert default_storage.listdir("") == ([], [])


def test_who_sends_the_same_upload_twice_at_once_is_led_to_the_one_that_is_kept(editor):
    begun = editor.post(UPLOAD, uploaded())
    text(editor.post(UPLOAD, uploaded()))

    picture = Picture.objects.get()
    shown = text(begun)
    assert f"here already, cut in the same way: {picture}." in shown
    assert reverse("admin:treatments_picture_change", args=[picture.pk]) in shown
    assert all(default_storage.exists(name) for name in picture.files)


def test_a_disk_that_is_full_leaves_no_row_and_says_so(editor, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(WholeFiles, "_save", full)

    assert "cannot be written now" in text(editor.post(UPLOAD, uploaded()))
    assert not Picture.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "desk"])
def test_only_those_who_write_pages_upload(role):
    assert staff_client(role).post(UPLOAD, uploaded()).status_code == 403
    assert not Picture.objects.exists()


def test_patients_see_a_placed_picture_with_its_description_and_credit():
    treatment = make_treatment()
    place_picture(treatment, make_picture(credit="A. Person"), "opening", "A <bright> room", caption="Where it is done")
    place_picture(treatment, make_picture("A needle"), "overview", alt="", decorative=True)
    publish(treatment)

    page = Client().get("/treatments/needling/").content.decode()
    first, second = re.findall(r'<figure class="picture">.*?</figure>', page, re.DOTALL)
    assert 'alt="A &lt;bright&gt; room"' in first
    assert "Where it is done" in first
    assert "Picture: A. Person" in first
    assert 'fetchpriority="high"' in first
    assert 'width="800" height="600"' in first
    assert first.count("400w") == 3
    assert 'alt=""' in second
    assert 'loading="lazy"' in second
    assert "![A <bright> room](" in Client().get("/treatments/needling.md").content.decode()


def test_another_cut_of_the_same_photograph_voids_no_signature_but_other_words_do():
    treatment = make_treatment()
    wide, square = make_picture(), make_picture("Square", source=make_picture("Third").source)
    wide.source = square.source
    wide.save()
    placed = place_picture(treatment, wide)
    before = fingerprint(compose(treatment))

    placed.picture = square
    placed.save()
    assert fingerprint(compose(treatment)) == before
    placed.alt = "Something else"
    placed.save()
    assert fingerprint(compose(treatment)) != before


def test_a_picture_that_a_draft_or_a_revision_holds_is_never_deleted(manager):
    treatment, picture = make_treatment(), make_picture()
    placed = place_picture(treatment, picture)
    with pytest.raises(ProtectedError):
        picture.delete()
    revision = freeze(treatment, by=make_editor())
    placed.delete()

    with pytest.raises(ProtectedError):
        picture.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        revision.pictures.all().delete()
    assert manager.post(f"/admin/treatments/picture/{picture.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_picture_that_nothing_ever_showed_goes_with_its_files(manager, django_capture_on_commit_callbacks):
    text(manager.post(UPLOAD, uploaded()))
    picture = Picture.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        manager.post(f"/admin/treatments/picture/{picture.pk}/delete/", {"post": "yes"})

    assert not Picture.objects.exists()
    assert not any(default_storage.exists(name) for name in picture.files)


def test_the_sweep_takes_files_without_a_row_once_they_are_old(editor, capsys):
    text(editor.post(UPLOAD, uploaded()))
    kept, orphan = Picture.objects.get().files, "pictures/0123456789abcdef0123-400.jpg"
    default_storage.save(orphan, photograph())

    call_command("sweep_media")
    assert default_storage.exists(orphan)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        for _ in range(2):
            call_command("sweep_media")

    assert not default_storage.exists(orphan)
    assert all(default_storage.exists(name) for name in kept)
    assert "1 file deleted" in capsys.readouterr().out
