"""Patients send enquiries while workers are killed at random moments; then rows and mails are counted."""

import http.client
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from tests.enquiries.patient import words
from tests.enquiries.running import Mailbox, Running, Tally, running_site


def storm(folder: Path, *, patients: int, kills: int) -> str:
    """Raises AssertionError when an enquiry was lost or doubled, or a mail was; gives the counts."""
    mailbox = Mailbox()
    with running_site(folder, EMAIL_URL=mailbox.url) as site:
        slips = [site.slip() for _ in range(min(patients, 20))]
        time.sleep(3.5)  # or all of them come too quickly to be people
        tally = press(site, slips, patients=patients, kills=kills)
        site.manage("send_outbox")
        rows, mails = site.rows("enquiries.enquiry", "outbox.mail")
        check_rows(rows, tally)
        states = check_mails(rows, mails, mailbox)
    mailbox.shutdown()
    return f"{len(tally.thanked)} thanked, {len(tally.gave_up)} gave up, {tally.kills} kills; mails: {dict(states)}"


def press(site: Running, slips: list[str], *, patients: int, kills: int) -> Tally:
    tally, done = Tally(), threading.Event()
    killer = threading.Thread(target=keep_killing, args=(site, tally, kills, done))
    killer.start()
    numbers = count()

    def patient_until_all_is_over() -> None:
        # Goes on while there are kills to come, so that each kill meets somebody.
        while (number := next(numbers)) < patients or (tally.kills < kills and killer.is_alive()):
            one_patient(site, slips[number % len(slips)], number, tally)

    with ThreadPoolExecutor(6) as crowd:
        for task in [crowd.submit(patient_until_all_is_over) for _ in range(6)]:
            task.result()
    done.set()
    killer.join()
    assert tally.kills == kills, f"The site ended:\n{site.log.read_text()}"
    return tally


def keep_killing(site: Running, tally: Tally, kills: int, done: threading.Event) -> None:
    while tally.kills < kills and not done.wait(random.uniform(0.1, 0.8)):
        tally.kills += site.kill_a_worker()


def one_patient(site: Running, slip: str, number: int, tally: Tally) -> None:
    """Presses again when the connection breaks, as people do; one in five gives up at once."""
    message = f"patient {number}"
    fields = {"slip": slip, **words(message=message, treatment="", phone=f"98{number:08}")}
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            status, headers, _ = site.send(fields, address=address)
        except (OSError, http.client.HTTPException):
            status, headers = 0, {}
        if status == 303 and "/thanks/" in headers["Location"]:
            tally.thanked.append(message)
            return
        if number % 5 == 0:
            break
        time.sleep(0.1)
    tally.gave_up.append(message)


def check_rows(rows: list[dict], tally: Tally) -> None:
    found = Counter(row["message"] for row in rows)
    assert not [message for message, times in found.items() if times > 1], "doubled"
    assert not [message for message in tally.thanked if found[message] != 1], "lost"
    assert len({row["reference"] for row in rows}) == len(rows)
    assert not [row for row in rows if row["state"] != "new"], "taken for spam"


def check_mails(rows: list[dict], mails: list[dict], mailbox: Mailbox) -> Counter:
    references = {str(row["pk"]): row["reference"] for row in rows}
    assert {mail["key"] for mail in mails} == set(references), "a row without its mail"
    for mail in mails:
        arrived = len(mailbox.about(f"New enquiry {references[mail['key']]}"))
        assert arrived <= 1, f"sent {arrived} times"
        assert arrived == 1 or mail["state"] != "sent", "sent, but it did not arrive"
        assert arrived == 0 or mail["state"] in ("sent", "sending", "in_doubt"), "arrived, and would be sent again"
    return Counter(mail["state"] for mail in mails)
