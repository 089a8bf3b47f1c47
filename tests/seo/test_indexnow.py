"""Search engines are told of news, and of nothing else, and only where staff want it."""

import json

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from outbox.models import Mail, State
from tests.elsewhere import Listener, listening
from tests.factories import make_treatment, publish
from treatments import indexnow
from treatments.models import freeze
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db


class Listens(Listener):
    def do_POST(self):
        self.server.told.append((self.headers["Content-Type"], json.loads(self.read())))
        self.send_response(self.server.answer)
        self.end_headers()


@pytest.fixture
def engine(monkeypatch, settings):
    settings.INDEXNOW_KEY = "abcdef0123456789"
    with listening(Listens) as server:
        server.told, server.answer = [], 202
        monkeypatch.setattr(indexnow, "ENDPOINT", f"http://127.0.0.1:{server.server_port}/indexnow")
        yield server


def tell() -> None:
    call_command("publish_due", verbosity=0)
    call_command("send_outbox", verbosity=0)


def told(engine) -> list[str]:
    return [url for _, body in engine.told for url in body["urlList"]]


def test_a_new_page_a_significant_change_and_an_end_are_told_without_a_mail_server(engine, settings):
    treatment = make_treatment()
    publish(treatment)
    tell()
    assert engine.told == [
        (
            "application/json; charset=utf-8",
            {
                "host": "127.0.0.1:8000",
                "key": "abcdef0123456789",
                "keyLocation": f"{settings.SITE_URL}/indexnow.txt",
                "urlList": [f"{settings.SITE_URL}/treatments/needling/"],
            },
        )
    ]
    freeze(treatment, by=None).publish(by=None, at=timezone.now(), significant=False)
    tell()
    assert len(told(engine)) == 1
    freeze(treatment, by=None).publish(by=None, at=timezone.now(), significant=True, change_line="The price is lower.")
    tell()
    assert len(told(engine)) == 2
    withdraw(treatment, by=None)
    tell()
    tell()
    assert len(told(engine)) == 3


def test_without_a_key_nothing_is_told_and_no_key_is_shown(engine, settings):
    settings.INDEXNOW_KEY = ""
    publish(make_treatment())
    tell()

    assert engine.told == []
    assert not Mail.objects.filter(kind=indexnow.PING).exists()
    assert Client().get("/indexnow.txt").status_code == 404


def test_the_key_stands_where_search_engines_look_for_it(engine):
    assert Client().get("/indexnow.txt").content == b"abcdef0123456789\n"


def test_a_search_engine_that_refuses_is_asked_again_later(engine):
    engine.answer = 429
    publish(make_treatment())
    tell()

    mail = Mail.objects.get(kind=indexnow.PING)
    assert (mail.state, mail.fault) == (State.PENDING, "It was refused (429).")
    assert mail.not_before > timezone.now()
