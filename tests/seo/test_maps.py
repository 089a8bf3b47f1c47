"""What leads crawlers through the site: the map of addresses, robots.txt and the signs not to list a page."""

import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cosma.middleware import security_headers
from cosma.views import ANSWERERS, TRAINERS
from tests.factories import make_concern, make_doctor, make_site_page, make_treatment, publish
from tests.reader import read
from tests.seo.graphs import graph_of, node
from treatments import list_views, sitemaps
from treatments.models import Treatment, totals
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(client, path="/sitemap.xml") -> list[str]:
    root = ET.fromstring(b"".join(client.get(path).streaming_content))
    return [re.sub("^https?://[^/]+", "", entry.findtext(f"{MAP}loc")) for entry in root]


def test_the_map_names_each_page_once_and_all_of_them_answer(client, shipped):
    found = addresses(client)

    assert len(found) == len(set(found)) == 4 + 14
    for path in found:
        page = read(client, path)
        (canonical,) = [link["href"] for link in page.all("link") if link["rel"] == "canonical"]
        assert canonical.endswith(path)


def test_drafts_and_withdrawn_pages_are_not_on_the_map(client):
    make_treatment("draft")
    gone = make_treatment("gone")
    publish(gone)
    withdraw(gone, by=None)

    assert addresses(client) == ["/", "/treatments/", "/concerns/", "/compare/"]


def test_on_a_public_site_only_signed_medical_pages_are_listed(client):
    publish(make_treatment("unsigned"))
    publish(make_treatment("signed", text="Other words."), signed_by=make_doctor())
    publish(make_concern())
    publish(make_site_page())

    with override_settings(INDEX_UNREVIEWED=False):
        found = addresses(client)
        marked = {path: noindex(client, path) for path in ("/treatments/unsigned/", "/treatments/signed/")}
        markdown = client.get("/treatments/unsigned.md")

    assert found == ["/", "/treatments/", "/concerns/", "/compare/", "/treatments/signed/", "/about/"]
    assert marked == {"/treatments/unsigned/": True, "/treatments/signed/": False}
    assert markdown["X-Robots-Tag"] == "noindex"


def noindex(client, path: str) -> bool:
    return any(meta["name"] == "robots" and "noindex" in meta["content"] for meta in read(client, path).all("meta"))


@override_settings(STAGING=True)
def test_staging_keeps_everything_out_of_search_engines(client):
    publish(make_treatment(), signed_by=make_doctor())

    assert noindex(client, "/") and noindex(client, "/treatments/needling/")
    assert addresses(client) == []
    assert "Sitemap" not in client.get("/robots.txt").content.decode()
    answer = security_headers(lambda request: client.get("/robots.txt"))(RequestFactory().get("/robots.txt"))
    assert answer["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    ("assistants", "barred"), [("all", ()), ("answers", TRAINERS), ("none", (*TRAINERS, *ANSWERERS))]
)
def test_robots_lets_everybody_in_but_the_assistants_that_were_named(client, assistants, barred):
    with override_settings(ASSISTANTS=assistants, SITE_URL="https://cosma.example"):
        text = client.get("/robots.txt").content.decode()

    named, _, everybody = text.partition("User-agent: *\n")
    assert re.findall("User-agent: (.*)", named) == list(barred)
    assert ("Disallow: /\n" in named) == bool(barred)
    assert everybody == "Disallow:\n\nSitemap: https://cosma.example/sitemap.xml\n"


def test_a_long_map_is_an_index_of_parts_that_hold_everything_once(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "PART", 4)
    for number in range(7):
        publish(make_treatment(f"needling-{number}"))
    publish(make_concern())

    parts = addresses(client)
    found = [address for part in parts for address in addresses(client, part)]

    assert parts == ["/sitemap-1.xml", "/sitemap-2.xml", "/sitemap-3.xml"]
    treatments = [f"/treatments/needling-{number}/" for number in range(7)]
    assert found == ["/", "/treatments/", "/concerns/", "/compare/", *treatments, "/concerns/dull-skin/"]
    assert client.get("/sitemap-4.xml").status_code == client.get("/sitemap-0.xml").status_code == 404


def test_every_page_of_a_list_is_on_the_map_and_its_own_canonical(client, monkeypatch):
    monkeypatch.setattr(list_views, "PAGE_SIZE", 2)
    for number in range(4):
        publish(make_concern(slug=f"concern-{number:02}"))

    assert "/concerns/?page=2" in addresses(client)
    for path, canonical in {
        "/concerns/?page=1&utm=x": "/concerns/",
        "/concerns/?page=2&a=b": "/concerns/?page=2",
    }.items():
        links = [link["href"] for link in read(client, path).all("link") if link["rel"] == "canonical"]
        assert [link.split("/", 3)[3] for link in links] == [canonical.lstrip("/")]


def test_owners_prove_the_site_theirs_on_the_first_page_alone(client):
    publish(make_site_page())
    codes = [("google-site-verification", "abc\"'<>")]

    with override_settings(SITE_VERIFICATION=codes):
        first, other = read(client, "/"), read(client, "/about/")

    assert [m["content"] for m in first.all("meta") if m["name"] == "google-site-verification"] == [codes[0][1]]
    assert not [m for m in other.all("meta") if m["name"] == "google-site-verification"]


def test_a_large_site_counts_its_pages_anew_after_each_publish_and_each_plan(client, monkeypatch):
    monkeypatch.setattr(totals, "MANY", 1)
    monkeypatch.setattr(totals, "KEPT", {})
    monkeypatch.setattr(list_views, "PAGE_SIZE", 1)
    noon = timezone.now()

    def pages() -> list[int]:
        connection.check_constraints()  # or PostgreSQL would move the stamps at the end of the test
        return [client.get(f"/treatments/?page={number}").status_code for number in (1, 2, 3)]

    publish(make_treatment("one"))
    assert pages() == pages() == [200, 404, 404]
    publish(make_treatment("two"))
    publish(make_treatment("three"), at=noon + timedelta(hours=1))
    assert pages() == [200, 200, 404]
    with time_machine.travel(noon + timedelta(hours=2)):
        assert pages() == [200, 200, 200]
    withdraw(Treatment.objects.get(slug="two"), by=None)
    assert pages() == [200, 404, 404]


def test_a_large_site_does_not_count_for_each_reader(client, monkeypatch):
    monkeypatch.setattr(totals, "MANY", 1)
    monkeypatch.setattr(totals, "KEPT", {})
    publish(make_treatment())
    client.get("/treatments/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/treatments/")

    assert not [query for query in queries if "COUNT(" in query["sql"]]


def test_each_page_of_a_long_list_is_found_without_skipping_those_before(client, monkeypatch):
    monkeypatch.setattr(totals, "MANY", 1)
    monkeypatch.setattr(totals, "KEPT", {})
    monkeypatch.setattr(list_views, "PAGE_SIZE", 2)
    for slug in "dbeca":
        publish(make_treatment(slug, name="Needling"))

    with CaptureQueriesContext(connection) as queries:
        graphs = [graph_of(read(client, f"/treatments/?page={number}")) for number in (1, 2, 3)]

    listed = [node(graph, "ItemList")["itemListElement"] for graph in graphs]
    places = [[f"{item['position']} {item['url'][-2]}" for item in items] for items in listed]
    assert places == [["1 a", "2 b"], ["3 c", "4 d"], ["5 e"]]
    assert not [query for query in queries if "OFFSET" in query["sql"]]
    assert client.get("/treatments/?page=4").status_code == 404
