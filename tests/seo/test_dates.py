"""Dates mean something: a significant change moves them, a corrected typing error does not."""

import datetime
import xml.etree.ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.factories import make_concern, make_editor, make_organisation, make_treatment, publish
from tests.reader import read
from tests.seo.graphs import graph_of, node
from treatments.models import Publication, freeze
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def treatment(now):
    """Published ten days ago, and changed nine, five and two days ago, once in a way that matters."""
    make_organisation()
    treatment = make_treatment()
    publish(treatment, at=now - 10 * DAY)
    freeze(treatment, by=None).publish(by=None, at=now - 9 * DAY)
    significant = freeze(treatment, by=None)
    significant.publish(by=None, at=now - 5 * DAY, significant=True, change_line="A new study is added.")
    freeze(treatment, by=None).publish(by=None, at=now - 2 * DAY)
    return treatment


def day(moment) -> str:
    return timezone.localdate(moment).isoformat()


def test_the_page_and_the_map_date_from_the_last_significant_change(client, treatment, now):
    page = node(graph_of(read(client, "/treatments/needling/")), "MedicalWebPage")

    assert (page["datePublished"], page["dateModified"]) == (day(now - 10 * DAY), day(now - 5 * DAY))
    assert lastmods(client)["/treatments/needling/"] == day(now - 5 * DAY)
    assert lastmods(client)["/treatments/"] == day(now - 5 * DAY)


def lastmods(client) -> dict[str, str]:
    root = ET.fromstring(b"".join(client.get("/sitemap.xml").streaming_content))
    found = {url.findtext(f"{MAP}loc"): url.findtext(f"{MAP}lastmod") for url in root}
    return {"/" + address.split("/", 3)[3]: modified and modified[:10] for address, modified in found.items()}


def test_the_page_prints_the_same_dates(client, treatment, now):
    text = read(client, "/treatments/needling/").one("main").text

    assert f"First published {written(now - 10 * DAY)}" in text
    assert f"Last important change {written(now - 5 * DAY)}" in text


def written(moment) -> str:
    local = timezone.localdate(moment)
    return f"{local.day} {local:%B %Y}"


def test_readers_find_each_significant_change_in_one_plain_line(client, treatment, now):
    page = read(client, "/treatments/needling/changes/")

    lines = [item.text for item in page.one("main").one("ol", class_="scale").all("li")]
    assert lines == [
        f"{written(now - 5 * DAY)} A new study is added.",
        f"{written(now - 10 * DAY)} First published.",
    ]
    assert "/treatments/needling/changes/" in [link["href"] for link in read(client, "/treatments/needling/").all("a")]


def test_the_feed_tells_of_significant_changes_alone(client, treatment, now):
    publish(make_concern(), at=now - 7 * DAY)

    feed = ET.fromstring(client.get("/feed.atom").content)

    entries = [(e.findtext(f"{ATOM}title"), e.findtext(f"{ATOM}summary")) for e in feed.iter(f"{ATOM}entry")]
    assert entries == [
        ("Needling", "A new study is added."),
        ("Dull skin", "First published."),
        ("Needling", "First published."),
    ]
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 3 and all(id.startswith("tag:") for id in ids)


def test_the_feed_leaves_out_what_patients_can_no_longer_read(client, treatment):
    withdraw(treatment, by=None)

    assert b"Needling" not in client.get("/feed.atom").content


def test_characters_that_xml_cannot_hold_do_not_break_the_feed(client):
    publish(make_treatment(name="Bell"))
    Publication.objects.update(significant=True, change_line="Ding \x07 dong <b> & \ufffe")

    feed = ET.fromstring(client.get("/feed.atom").content)

    assert next(feed.iter(f"{ATOM}entry")).findtext(f"{ATOM}summary") == "Ding  dong <b> & "


def test_a_planned_change_moves_dates_when_its_time_comes(client, treatment, now):
    plan = freeze(treatment, by=None)
    plan.publish(by=None, at=now + DAY, significant=True, change_line="The price is new.")

    before = node(graph_of(read(client, "/treatments/needling/")), "MedicalWebPage")["dateModified"]
    (tomorrow,) = plan._meta.model.objects.live(at=now + 2 * DAY).with_dates("treatment", at=now + 2 * DAY)

    assert before == day(now - 5 * DAY)
    assert tomorrow.modified_at == now + DAY


def test_a_plan_that_was_called_off_moves_no_date(treatment, now):
    freeze(treatment, by=None).publish(by=None, at=now + DAY, significant=True, change_line="The price is new.")
    Publication.objects.get(live_from=now + DAY).cancel(by=make_editor())

    changes = Publication.objects.changes("treatment", at=now + 2 * DAY)

    assert [change.change_line for change in changes] == ["A new study is added.", ""]


def test_a_significant_change_needs_its_line(treatment):
    revision = freeze(treatment, by=None)

    with pytest.raises(ValidationError, match="Say in one plain line what changed"):
        revision.publish(by=None, significant=True, change_line=" ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(revision=revision, live_from=timezone.now(), significant=True)
