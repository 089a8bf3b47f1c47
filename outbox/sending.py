"""Sends what is due. Safe to run twice at once and to kill: a mail is sent once, or says that it may have been.

Messages to other programs go the same way, and need no mail server.
"""

import json
import logging
import smtplib
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone

from outbox.kinds import Ping, over_the_web
from outbox.models import Mail

DUMMY = "django.core.mail.backends.dummy.EmailBackend"
NOT_TAKEN = (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)
NEVER_LEFT = {
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "AnymailRecipientsRefused",
    "AnymailInvalidAddress",
    "AnymailConfigurationError",
    "AnymailUnsupportedFeature",
}
"""Of mail services, by their names, because their library need not be installed: nothing was handed over."""
PATIENCE = 10
"""Seconds for another program's answer."""
logger = logging.getLogger(__name__)
at_work = threading.Lock()


def is_on() -> bool:
    return settings.EMAIL_BACKEND != DUMMY


def send_due() -> Counter:
    """Sends until nothing is due, and counts what became of it. Letters wait while mail is switched off."""
    counts: Counter = Counter()
    if abandoned := settle_abandoned():
        counts["in doubt"] = abandoned
    while mail := Mail.objects.claim(at=timezone.now(), kinds=None if is_on() else over_the_web):
        counts[send(mail)] += 1
    return counts


def settle_abandoned() -> int:
    now = timezone.now()
    return Mail.objects.abandoned(at=now).update(state="in_doubt", fault="The process that sent it was stopped.")


def send(mail: Mail) -> str:
    """Never raises: one mail that cannot be written must not hold up the others."""
    try:
        letter = mail.letter()
        if letter is None:
            mail.delete()
            return "gone"
        message = letter if isinstance(letter, Ping) else mail.message(letter)
    except Exception as error:
        return not_sent(mail, f"It could not be written ({type(error).__name__}).")
    return tell(mail, message) if isinstance(message, Ping) else hand_over(mail, message)


def tell(mail: Mail, ping: Ping) -> str:
    body = json.dumps(ping.data).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        request = urllib.request.Request(ping.url, body, headers, method="POST")
        urllib.request.urlopen(request, timeout=PATIENCE).close()
    except urllib.error.HTTPError as error:
        error.close()
        return not_sent(mail, f"It was refused ({error.code}).")
    except Exception as error:
        return not_sent(mail, f"It could not be delivered ({type(error).__name__}).")
    mail.settle(at=timezone.now())
    return "sent"


def hand_over(mail: Mail, message: EmailMessage) -> str:
    # A connection of its own: one that a server dropped meanwhile would leave the next mail in doubt.
    try:
        post = get_connection()
        post.open()
    except Exception as error:
        return not_sent(mail, f"The mail server cannot be reached ({type(error).__name__}).")
    try:
        taken = post.send_messages([message])
    except Exception as error:
        return refused_or_in_doubt(mail, error)
    finally:
        close(post)
    if not taken:
        return not_sent(mail, "The mail server did not take it.")
    mail.settle(at=timezone.now())
    return "sent"


def refused_or_in_doubt(mail: Mail, error: Exception) -> str:
    """An answer that says no is certain; silence after the text was handed over is not."""
    # The error's own text can hold the patient's address: only its name is kept.
    name = type(error).__name__
    if said_no(error):
        return not_sent(mail, f"The mail server refused it ({name}).")
    mail.doubt(f"The mail server stopped answering ({name}).")
    return "in doubt"


def said_no(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 600  # -1 is what smtplib makes of an answer that it cannot read
    if isinstance(error, NOT_TAKEN) or 400 <= (getattr(error, "status_code", None) or 0) < 500:
        return True
    return any(type(found).__name__ in NEVER_LEFT for found in behind(error))


def behind(error) -> Iterator[BaseException]:
    """The error and those that led to it: libraries wrap what a connection said in errors of their own."""
    seen: list = [error]
    for found in seen:
        causes = [found.__cause__, found.__context__, getattr(found, "reason", None), *found.args]
        seen += [cause for cause in causes if isinstance(cause, BaseException) and cause not in seen]
    yield from seen


def not_sent(mail: Mail, fault: str) -> str:
    mail.postpone(fault, at=timezone.now())
    return mail.get_state_display().lower()


def close(post) -> None:
    try:
        post.close()
    except Exception:
        pass  # the mail's fate is already known


def send_soon(kind: str) -> None:
    """Once the transaction is committed, sends from a thread: nobody waits for a mail server."""
    if is_on() or kind in over_the_web:
        transaction.on_commit(start)


def start() -> None:
    if settings.OUTBOX_AT_ONCE and not at_work.locked():
        threading.Thread(target=work, name="outbox", daemon=True).start()


def work() -> None:
    if not at_work.acquire(blocking=False):
        return
    try:
        send_due()
    except DatabaseError as error:
        logger.warning("The outbox has to wait for send_outbox: %s", type(error).__name__)
    finally:
        at_work.release()
        connection.close()
