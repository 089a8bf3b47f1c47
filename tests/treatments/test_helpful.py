"""Was this page helpful? One press is one count, without a cookie, a script, or a word about who pressed."""

from urllib.parse import urlencode

import pytest
from django.core.cache import cache

from tests.factories import make_concern, make_site_page, make_treatment, publish
from tests.reader import read
from tests.shelf import shelved
from tests.wire import ask
from treatments import helpful_views
from treatments.models import Helpful
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
PAGE = "/treatments/needling/"


@pytest.fixture(autouse=True)
def nobody_has_answered():
    """Limits count in the cache, which outlives a test."""
    cache.clear()


@shelved
def treatment():
    treatment = make_treatment()
    publish(treatment)
    return treatment


def press(page=PAGE, answer="yes", peer="192.0.2.1", **headers):
    body = urlencode({"page": page, "helpful": answer}).encode()
    return ask("/helpful/", method="POST", content_type=FORM, body=body, peer=peer, headers=headers)


def counts() -> dict[str, tuple[int, int]]:
    return {answer.path: (answer.yes, answer.no) for answer in Helpful.objects.all()}


def test_each_press_is_counted_for_its_page_and_leads_to_thanks(client, treatment):
    answers = [press(), press(answer="no"), press()]

    assert counts() == {PAGE: (2, 1)}
    assert {(found.status, found.headers["Location"]) for found in answers} == {(303, f"/helpful/?page={PAGE}")}
    assert [found.cookies for found in answers] == [[], [], []]
    thanks = client.get(answers[0].headers["Location"])
    assert f'<a href="{PAGE}">Back to the page</a>' in thanks.content.decode()
    assert '<meta name="robots" content="noindex">' in thanks.content.decode()


@pytest.mark.parametrize("make", [make_treatment, make_concern, make_site_page])
def test_every_page_that_staff_publish_asks_and_its_form_works(client, make):
    subject = make()
    publish(subject)
    path = {"Treatment": "/treatments/{}/", "Concern": "/concerns/{}/", "SitePage": "/{}/"}[type(subject).__name__]

    forms = read(client, path.format(subject.slug)).all("form")
    (form,) = [found for found in forms if found["action"] == "/helpful/"]
    fields = {field["name"]: field["value"] for field in form.all("input")}
    buttons = [(button["name"], button["value"]) for button in form.all("button")]

    assert buttons == [("helpful", "yes"), ("helpful", "no")]
    assert form["method"] == "post"
    assert press(fields["page"]).status == 303
    assert counts() == {path.format(subject.slug): (1, 0)}


@pytest.mark.parametrize("path", ["/", "/treatments/", "/nowhere/", "/enquire/", "/helpful/"])
def test_other_pages_do_not_ask(client, path):
    assert b"/helpful/" not in client.get(path).content.partition(b"<body")[2]


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        (PAGE, "maybe"),
        (PAGE, ""),
        ("", "yes"),
        ("/", "yes"),
        ("/treatments/nowhere/", "yes"),
        ("/Treatments/needling/", "yes"),
        ("/treatments/needling", "yes"),
        ("//evil.example/", "yes"),
        ("https://evil.example/treatments/needling/", "yes"),
        ("/treatments/needling/changes/", "yes"),
        ("/treatments/" + "a" * 3000 + "/", "no"),
    ],
)
def test_what_is_no_answer_to_a_live_page_is_not_counted(client, treatment, page, answer):
    assert press(page, answer).status == 404
    assert counts() == {}
    assert "evil.example" not in client.get("/helpful/", {"page": page}).content.decode()


def test_a_page_that_is_gone_is_not_counted(treatment):
    withdraw(treatment, by=None)

    assert press().status == 404


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_another_site_cannot_press(treatment, headers):
    assert press(**headers).status == 403
    assert counts() == {}


def test_one_household_is_counted_so_often_and_others_still_are(treatment, monkeypatch):
    monkeypatch.setattr(helpful_views, "MOST", 2)

    statuses = {press(peer=peer).status for peer in ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1")}

    assert statuses == {303}
    assert counts() == {PAGE: (3, 0)}
