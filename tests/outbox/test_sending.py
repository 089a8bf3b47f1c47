import json
import smtplib
import threading
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core import mail as post
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from cosma import mailserver
from outbox import kinds, sending
from outbox.kinds import Letter
from outbox.models import PAUSES, Mail, State
from tests.elsewhere import Listener, listening

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letters():
    """A kind of mail that writes about any key but "gone"."""

    def write(key: str) -> Letter | None:
        if key == "broken":
            raise ValueError(key)
        return None if key == "gone" else Letter(to="a@example.org", subject=f"About {key}", body="Words.")

    with patch.dict(kinds.writers, {"test": write}):
        yield


def put(key="1") -> Mail:
    return Mail.objects.put("test", key)


def failing(method: str, error: Exception):
    return patch.object(EmailBackend, method, side_effect=error)


def test_mail_is_sent_once():
    put(), put()

    assert sending.send_due()["sent"] == 1
    assert not sending.send_due()
    assert [message.subject for message in post.outbox] == ["About 1"]


def test_without_a_mail_server_everything_waits(settings, capsys):
    settings.EMAIL_BACKEND = sending.DUMMY
    put()

    call_command("send_outbox")

    assert "EMAIL_URL is not set" in capsys.readouterr().out
    assert Mail.objects.get().state == State.PENDING


def test_what_is_gone_is_not_written_about():
    put("gone")

    sending.send_due()

    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("open", ConnectionRefusedError()),
        ("send_messages", smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no such a@example.org")})),
        ("send_messages", smtplib.SMTPDataError(451, b"later")),
        ("send_messages", smtplib.SMTPSenderRefused(550, b"not you", "a@example.org")),
    ],
)
def test_a_clear_refusal_is_tried_again_later_and_given_up_in_the_end(method, error):
    mail = put()

    for turn in range(len(PAUSES) + 1):
        with failing(method, error):
            Mail.objects.filter(pk=mail.pk).update(not_before=timezone.now() - timedelta(seconds=1))
            sending.send_due()
        mail.refresh_from_db()
        assert mail.state == (State.PENDING if turn < len(PAUSES) else State.DEAD)
        assert "a@example.org" not in mail.fault
    assert not post.outbox


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        smtplib.SMTPServerDisconnected(),
        ConnectionResetError(),
        smtplib.SMTPDataError(-1, b"an answer that nobody can read"),
    ],
)
def test_silence_after_the_text_was_handed_over_is_never_sent_again_unasked(error):
    mail = put()
    with failing("send_messages", error):
        sending.send_due()

    sending.send_due()

    mail.refresh_from_db()
    assert mail.state == State.IN_DOUBT
    assert not post.outbox


class Service(Listener):
    """A mail service: answers each mail with the next of these, and says nothing at all to None."""

    answers: list = []

    def do_POST(self):
        self.read()
        if answer := self.answers.pop(0):
            status, body = answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())


@pytest.fixture
def service(settings):
    with listening(Service) as server:
        url = f"anymail+postmark://a-key?api_url=http://127.0.0.1:{server.server_port}/"
        for name, value in mailserver.settings_from(url).items():
            setattr(settings, name, value)
        yield server


TAKEN = {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "a@example.org"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((200, TAKEN), State.SENT),
        ((422, {"ErrorCode": 300, "Message": "no"}), State.PENDING),
        ((401, {"ErrorCode": 10, "Message": "which key?"}), State.PENDING),
        ((500, {}), State.IN_DOUBT),
        (None, State.IN_DOUBT),
    ],
)
def test_a_mail_service_takes_refuses_or_leaves_a_doubt(service, answer, state):
    Service.answers = [answer]
    mail = put()

    sending.send_due()

    mail.refresh_from_db()
    assert mail.state == state, mail.fault
    assert "a@example.org" not in mail.fault


def test_mail_to_a_service_that_cannot_be_reached_is_tried_again(service):
    service.shutdown(), service.server_close()
    mail = put()

    sending.send_due()

    mail.refresh_from_db()
    assert mail.state == State.PENDING, mail.fault


def test_a_mail_server_that_cannot_even_be_chosen_leaves_the_mail_waiting(settings):
    settings.EMAIL_BACKEND = "nowhere.EmailBackend"
    mail = put()

    sending.send_due()

    mail.refresh_from_db()
    assert mail.state == State.PENDING


def test_one_that_cannot_be_written_does_not_stop_the_others():
    put("broken"), put("fine")

    sending.send_due()

    assert len(post.outbox) == 1
    assert Mail.objects.get(key="broken").state == State.PENDING


def test_a_process_that_died_while_sending_leaves_a_doubt():
    mail, long_ago = put(), timezone.now() - timedelta(minutes=30)
    Mail.objects.update(not_before=long_ago)
    Mail.objects.claim(at=long_ago)

    sending.send_due()

    mail.refresh_from_db()
    assert mail.state == State.IN_DOUBT


def test_a_manager_can_send_again():
    mail = put()
    mail.doubt("It stopped.")

    mail.send_again(at=timezone.now())
    sending.send_due()

    mail.refresh_from_db()
    assert mail.state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_two_that_send_at_once_send_each_mail_once():
    for key in range(30):
        Mail.objects.put("test", key)
    sent = []
    with patch.object(EmailBackend, "send_messages", lambda self, messages: sent.extend(messages) or 1):
        senders = [threading.Thread(target=send_and_close) for _ in range(3)]
        for thread in senders:
            thread.start()
        for thread in senders:
            thread.join()

    assert len(sent) == len({message.subject for message in sent}) == 30


def send_and_close():
    try:
        while True:
            with suppress(OperationalError):  # in memory, SQLite refuses at once where a file lets one wait
                return sending.send_due()
    finally:
        connection.close()
