"""Pictures in an object store: a real S3 interface over HTTP, on this machine."""

import datetime

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from cosma import environment
from tests.staff.test_pictures import UPLOAD, text, uploaded
from tests.treatments.test_images import photograph
from treatments.management.commands.sweep_media import discarded, orphans
from treatments.models import Picture

pytestmark = [pytest.mark.django_db, pytest.mark.deploy]


@pytest.fixture
def bucket(settings, monkeypatch):
    # Here, because runs without this test would load half a web server for nothing.
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    given = {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "S3_BUCKET": "pictures-of-a-clinic",
        "S3_ENDPOINT_URL": address,
        "S3_REGION": "us-east-1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3", endpoint_url=address, region_name="us-east-1").create_bucket(Bucket="pictures-of-a-clinic")
    settings.STORAGES = settings.STORAGES | {"default": environment.media_storage()}
    yield
    server.stop()


def test_pictures_in_an_object_store_come_from_the_site_itself(bucket, manager, django_capture_on_commit_callbacks):
    text(manager.post(UPLOAD, uploaded()))
    picture = Picture.objects.get()

    assert type(default_storage._wrapped).__name__ == "S3Storage"
    for name in picture.files:
        answer = Client().get(f"/media/{name}")
        assert (answer.status_code, bool(answer.getvalue())) == (200, True), name
    assert Client().get("/media/pictures/0123456789abcdef0123-400.jpg").status_code == 404
    default_storage.save("pictures/0123456789abcdef0123-400.jpg", photograph())
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        assert list(filter(discarded, orphans())) == ["pictures/0123456789abcdef0123-400.jpg"]
    assert all(default_storage.exists(name) for name in picture.files)
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(f"/admin/treatments/picture/{picture.pk}/delete/", {"post": "yes"})
    assert not any(default_storage.exists(name) for name in picture.files)


def test_without_its_packages_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setenv("S3_BUCKET", "pictures-of-a-clinic")
    monkeypatch.setattr(environment, "find_spec", lambda name: None)

    with pytest.raises(environment.ImproperlyConfigured, match="run bin/install requirements requirements-s3"):
        environment.media_storage()
