"""The list of treatments, narrowed to what bothers somebody, and error pages that search."""

import pytest
from django.conf import settings

from tests.factories import make_concern, make_treatment, publish
from tests.reader import read, tree
from tests.shelf import shelved
from treatments import list_views


def listed(page) -> list[str]:
    return [link["href"] for heading in page.one("main").all("h2") for link in heading.all("a")]


def used_for(concern, *treatments) -> None:
    for treatment in treatments:
        concern.lines.create(treatment=treatment, evidence="some", text="It may help.")


@shelved
def concern():
    concern, used = make_concern(), make_treatment("used")
    used_for(concern, used, make_treatment("draft"))
    for subject in (concern, used, make_treatment("other"), make_concern("dry-skin", name="Dry skin")):
        publish(subject)
    return concern


def test_a_concern_narrows_the_list_to_live_treatments_used_for_it(client, concern):
    page = read(client, "/treatments/?concern=dull-skin")

    assert listed(page) == ["/treatments/used/"]
    assert [option["value"] for option in page.all("option") if "selected" in option.attributes] == ["dull-skin"]
    assert "/concerns/dull-skin/" in [link["href"] for link in page.one("main").all("a")]
    assert listed(read(client, "/treatments/")) == ["/treatments/other/", "/treatments/used/"]
    assert listed(read(client, "/treatments/?concern=")) == ["/treatments/other/", "/treatments/used/"]
    assert "no treatment to read about yet" in read(client, "/treatments/?concern=dry-skin").text


def test_a_filter_has_an_address_of_its_own_and_pages_with_it(client, concern, monkeypatch):
    monkeypatch.setattr(list_views, "PAGE_SIZE", 3)
    many = [make_treatment(f"used-{number}") for number in range(3)]
    for treatment in many:
        publish(treatment)
    used_for(concern, *many)
    publish(concern)

    first = read(client, "/treatments/?utm=1&concern=dull-skin")
    second = read(client, "/treatments/?concern=dull-skin&page=2")

    for page, query in ((first, "concern=dull-skin"), (second, "concern=dull-skin&page=2")):
        canonical = [link["href"] for link in page.all("link") if link["rel"] == "canonical"]
        assert canonical == [f"{settings.SITE_URL}/treatments/?{query}"]
        assert [meta["content"] for meta in page.all("meta") if meta["name"] == "robots"] == ["noindex"]
    assert first.one("nav", class_="pages").one("a")["href"] == "?concern=dull-skin&page=2"
    assert len(listed(first)) == 3 and len(listed(second)) == 1
    assert client.get("/treatments/?concern=dull-skin&page=3").status_code == 404


@pytest.mark.parametrize("odd", ["nothing", "DULL-SKIN", "<img src=x onerror=alert(1)>", "a" * 3000, "त्वचा"])
def test_an_unknown_concern_is_answered_with_those_there_are(client, concern, odd):
    answer = client.get("/treatments/", {"concern": odd})
    page = tree(answer.content)

    assert answer.status_code == 404
    assert {"dull-skin", "dry-skin"} <= {option["value"] for option in page.all("option")}
    assert not list(page.all("img"))
    assert f"“{odd[:80]}”" in page.text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/treatments/mesotherpy-face/", "mesotherpy face"),
        ("/old_pages/Laser-Resurfacing.html", "old pages Laser Resurfacing"),
        ("/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E/", "img src onerror alert"),
        ("/concerns/12/", ""),
        ("/%E0%A4%A4/" + "word-" * 200, ("word " * 200)[:100]),
    ],
)
def test_a_page_that_is_not_there_offers_to_search_for_it(client, db, path, words):
    answer = client.get(path)
    page = tree(answer.content)

    assert answer.status_code == 404
    assert page.one("input", name="q")["value"] == words
    assert not list(page.all("img"))
