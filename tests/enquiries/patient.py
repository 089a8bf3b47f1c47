"""A patient at the form, and the clinic's side of it: dull, valid things to test with."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import time_machine
from django.test import Client
from django.utils import timezone

from enquiries.models import Enquiry
from tests.factories import make_organisation, make_treatment, publish

FORM = "application/x-www-form-urlencoded"
COMPLETE = {
    "legal_name": "A test clinic",
    "contact_email": "contact@example.org",
    "contact_phone": "+919876543210",
    "grievance_contact": "A test officer, grievance@example.org",
    "desk_email": "desk@example.org",
    "retention_days": 90,
}


def open_for_enquiries(**fields):
    """A clinic that has entered all that the notice must name, and one treatment to ask about."""
    publish(make_treatment("needling"))
    return make_organisation(**COMPLETE | fields)


def slip_in(response) -> str:
    return re.search(r'name="slip" value="([^"]+)"', response.content.decode())[1]


def open_form(client: Client, address="/enquire/", *, seconds_ago=30) -> str:
    """The slip of a form that was opened so long ago."""
    with time_machine.travel(timezone.now() - timedelta(seconds=seconds_ago), tick=True):
        return slip_in(client.get(address))


def words(**changed) -> dict:
    given = {
        "name": "Asha Rao",
        "phone": "98765 43210",
        "email": "",
        "city": "Pune",
        "treatment": "needling",
        "call_time": "evening",
        "message": "Please call after six.",
        "consent": "on",
    }
    return {name: value for name, value in (given | changed).items() if value is not None}


def send(client: Client, fields: dict, address="/enquire/", **headers):
    return client.post(address, urlencode(fields), content_type=FORM, **headers)


def enquire(client: Client, *, headers=None, **changed):
    """Opens the form, fills it in and sends it."""
    return send(client, {"slip": open_form(client), **words(**changed)}, **(headers or {}))


def make_enquiry(client=None, **changed) -> Enquiry:
    enquire(client or Client(), **changed)
    return Enquiry.objects.latest("pk")
