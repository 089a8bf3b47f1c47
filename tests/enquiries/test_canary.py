"""What a patient types is afterwards in the database, and nowhere else."""

import re

import pytest

from tests.enquiries.running import Mailbox, running_site

TYPED = {
    "name": "Canaryname",
    "phone": "9744455566",
    "email": "canary.mail@example.org",
    "city": "Canarycity",
    "message": "Canarymessage about a Sunday",
}
IN_FILES = ["Canaryname", "9744455566", "canary.mail", "Canarycity", "Canarymessage"]


@pytest.mark.deploy
def test_what_patients_type_stays_in_the_database(tmp_path):
    mailbox = Mailbox()
    with running_site(tmp_path, EMAIL_URL=mailbox.url) as site:
        slip = site.slip()
        answers = [
            site.send({"slip": slip, **TYPED, "phone": "97"}),
            site.send({"slip": "forged", **TYPED, "consent": "on"}),
            site.send({"slip": slip, **TYPED, "consent": "on", "treatment": ""}),
            site.send({"slip": slip, **TYPED, "consent": "on", "message": "Canarymessage" * 500}),
            site.send({"slip": slip, "reference": "CANARY", "contact": TYPED["email"]}, "/enquire/withdraw/"),
        ]
        location = answers[2][1]["Location"]
        thanks = site.ask("GET", location)[2]
        site.manage("send_outbox")

    assert [status for status, _, _ in answers] == [422, 422, 303, 422, 422]
    assert not found_in(location) and not found_in(thanks)
    assert not found_in(site.log.read_text())
    assert not [mail for mail in mailbox.about("New enquiry") if found_in(mail)]
    for path in (tmp_path / "var").rglob("*"):
        if path.is_file() and not path.name.startswith("db.sqlite3"):
            assert not found_in(path.read_bytes().decode("latin-1")), path


def found_in(text: str) -> list[str]:
    return [word for word in IN_FILES if re.search(word, text, re.IGNORECASE)]
