"""Treatments side by side: what patients can choose, what they read, and where its address leads."""

import datetime

import pytest
from django.utils import timezone

from tests.factories import add_price, make_doctor, make_organisation, make_source, make_treatment, publish
from tests.reader import Element, read, tree
from tests.seo.graphs import faults, graph_of, node
from tests.shelf import shelved
from treatments import compare_views
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db
PAIR = "/compare/?t=needling&t=peeling"


@shelved
def pair():
    make_organisation()
    make_source("one", title="The first")
    make_source("two", title="The second")
    needling = make_treatment(evidence="some", sessions_min=4, sessions_max=6, return_to_work="same-day")
    needling.comparison.create(attribute="used-for", text="Lines at {clinic} [@two].", evidence="some")
    needling.comparison.create(attribute="needles", text="Yes [@one].")
    needling.side_effects.create(name_plain="Redness", band="common")
    needling.side_effects.create(name_plain="Swelling")
    add_price(needling)
    peeling = make_treatment("peeling", return_to_work="same-day")
    peeling.comparison.create(attribute="needles", text="Yes [@two].")
    peeling.comparison.create(attribute="approval", unknown=True)
    publish(needling, signed_by=make_doctor())
    publish(peeling)
    return needling, peeling


def cells(page: Element) -> dict[str, list[str]]:
    found = {}
    for row in page.one("main").one("tbody").all("tr"):
        label = next(row.all("th"))
        found[label.text.removesuffix("Differs").removesuffix("The same").strip()] = [
            cell.text for cell in row.all("td")
        ]
    return found


def test_fields_and_facts_stand_beside_each_other_and_beside_no_treatment(client, pair):
    found = cells(read(client, PAIR))

    assert found["Sessions"] == ["4 to 6 sessions", "We found no reliable source", "None"]
    assert found["Used for"][0] == "Lines at Cosma Beauty 1. Evidence: Some"
    assert found["Evidence"][0] == "Some"
    assert found["Common side effects"] == [
        "Redness (common: 1 in 100 people or more), swelling. We found no reliable count.",
        "We found no reliable source",
        "None from a treatment",
    ]
    assert found["Review by a doctor"][0].startswith("Asha Rao, ")
    assert found["Review by a doctor"][1:] == ["Not yet", "Does not apply"]
    price = "₹3,000 to ₹15,000 a session, date not given by the clinic"
    assert found["Price"] == [price, "Not given by the clinic", "Nothing to pay"]
    assert found["Price of a course"][0] == "₹12,000 to ₹90,000"
    assert all(cell for row in found.values() for cell in row)


def test_lists_and_labels_answer_where_no_fact_was_written(client, pair):
    peeling = pair[1]
    peeling.contraindications.create(name_plain="you are pregnant", severity="do-not-have", origin="clinic")
    peeling.contraindications.create(name_plain="you have lupus", severity="do-not-have", origin="clinic")
    peeling.contraindications.create(name_plain="you smoke", severity="ask-first", origin="clinic")
    peeling.indications.create(name="Dull skin", evidence="none-found")
    peeling.agents.create(name="Acid", agent_class="acid")
    peeling.evidence = "limited-and-mixed"
    peeling.save()
    publish(peeling)

    found = cells(read(client, PAIR))

    assert found["Not for (examples)"][1] == "Not if you are pregnant; you have lupus"
    assert (found["Used for"][1], found["What goes in"][1]) == ("Dull skin", "Acid")
    assert found["Needles"][1] == "Yes 1."
    assert found["Evidence"][:2] == ["Some", "Limited and mixed"]


def test_sources_of_both_pages_are_numbered_in_the_order_of_reading(client, pair):
    page = read(client, PAIR)

    assert [source.text.split(".")[0] for source in page.one("ol", class_="sources").all("li")] == [
        "The second",
        "The first",
    ]
    assert cells(page)["Needles"][:2] == ["Yes 2.", "Yes 1."]


def test_rows_that_differ_say_so_and_can_be_seen_alone(client, pair):
    page = read(client, PAIR)
    marked = {next(row.all("th")).text for row in page.one("tbody").all("tr")}
    (link,) = [a["href"] for a in page.one("main").all("a") if a.text == "Show only what differs"]
    alone = read(client, link)

    # The same words from another source are the same answer.
    assert {"Sessions Differs", "Needles The same", "Back to work The same", "Approval The same"} <= marked
    assert set(cells(alone)) == {label.removesuffix(" Differs") for label in marked if label.endswith("Differs")}
    assert "The second" in alone.one("main").text and "The first" not in alone.one("main").text


def test_an_old_price_is_not_shown_as_current(client, pair):
    needling = pair[0]
    needling.price.checked_on = timezone.localdate() - datetime.timedelta(days=91)
    needling.price.save(update_fields=["checked_on"])
    publish(needling)

    found = cells(read(client, PAIR))

    assert "₹" not in "".join(found["Price"] + found["Price of a course"])


def test_a_draft_never_shows(client, pair):
    pair[0].sessions_max = 9
    pair[0].save(update_fields=["sessions_max"])

    assert cells(read(client, PAIR))["Sessions"][0] == "4 to 6 sessions"


@pytest.mark.parametrize(
    ("query", "leads_to"),
    [
        ("t=peeling&t=needling", "/compare/?t=needling&t=peeling"),
        ("t=needling&t=peeling&t=needling", "/compare/?t=needling&t=peeling"),
        ("t=NEEDLING&t=+peeling+&t=", "/compare/?t=needling&t=peeling"),
        ("utm=x&t=peeling&t=needling", "/compare/?utm=x&t=needling&t=peeling"),
    ],
)
def test_a_comparison_has_one_address(client, pair, query, leads_to):
    response = client.get(f"/compare/?{query}")

    assert (response.status_code, response["Location"]) == (301, leads_to)
    (canonical,) = [link["href"] for link in read(client, leads_to).all("link") if link["rel"] == "canonical"]
    assert canonical.endswith(PAIR)


def test_a_former_address_leads_to_the_present_one(client, pair):
    pair[1].slug = "softening"
    pair[1].save(update_fields=["slug"])
    publish(pair[1])

    assert client.get(PAIR)["Location"] == "/compare/?t=needling&t=softening"


@pytest.mark.parametrize(
    ("query", "status", "says", "ticked"),
    [
        ("", 200, "", []),
        ("other=1", 200, "", []),
        ("t=needling", 200, "at least 2", ["needling"]),
        ("t=a&t=needling&t=peeling", 404, "do not have one", ["needling", "peeling"]),
        ("t=needling&t=gone", 410, "took down", ["needling"]),
        (
            "t=needling&t=peeling&t=three&t=four&t=five",
            200,
            "at most 4",
            ["five", "four", "needling", "peeling", "three"],
        ),
        ("t=<script>&t=%F0%9F%92%89", 404, "do not have one", []),
        ("&".join(f"t=x{number}" for number in range(200)), 404, "do not have one", []),
    ],
)
def test_a_choice_that_cannot_be_shown_is_kept_and_explained(client, pair, query, status, says, ticked):
    for slug in ("three", "four", "five", "gone"):
        publish(make_treatment(slug))
        if slug == "gone":
            withdraw(pair[0].__class__.objects.get(slug=slug), by=None)

    response = client.get(f"/compare/?{query}")
    page = tree(response.content)

    assert response.status_code == status
    assert [box["value"] for box in page.all("input") if "checked" in box.attributes] == ticked
    alert = [element.text for element in page.all("div") if element["role"] == "alert"]
    assert says in alert[0] if says else alert == []
    assert faults(response.content) == []


def test_search_engines_list_the_choice_and_not_each_pair(client, pair):
    chooser, compared = read(client, "/compare/"), read(client, PAIR)

    assert [meta["content"] for meta in chooser.all("meta") if meta["name"] == "robots"] == []
    assert [meta["content"] for meta in compared.all("meta") if meta["name"] == "robots"] == ["noindex"]
    assert faults(client.get(PAIR).content) == []
    listed = node(graph_of(compared), "ItemList")["itemListElement"]
    assert [item["name"] for item in listed] == ["Needling", "Peeling"]


def test_words_are_escaped(client, pair):
    hostile = "<img src=x onerror=alert(1)>"
    treatment = make_treatment("hostile", name=hostile)
    treatment.comparison.create(attribute="needles", text=hostile)
    treatment.side_effects.create(name_plain=hostile)
    publish(treatment)

    page = read(client, "/compare/?t=hostile&t=needling")

    assert not list(page.all("img"))
    assert hostile in page.one("table").text


def test_with_nothing_to_compare_the_page_says_so(client, db):
    assert "nothing to compare yet" in read(client, "/compare/").one("main").text


def test_pages_lead_to_the_comparison_of_what_they_speak_of(client, shipped):
    address = "/compare/?t=laser-resurfacing&t=mesotherapy&t=microneedling&t=prp"

    for path in ("/treatments/mesotherapy/", "/concerns/fine-lines/"):
        assert address in [link["href"] for link in read(client, path).one("main").all("a")]
    assert faults(client.get(address).content) == []


def test_it_costs_few_queries_however_many_treatments_there_are(
    client, pair, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(compare_views, "OFFERED", 5)
    for number in range(6):
        publish(make_treatment(f"other-{number}"))

    with django_assert_max_num_queries(3):
        page = read(client, PAIR)

    assert len(list(page.one("main").all("input"))) == 5


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", ["/compare/", PAIR])
def test_who_has_read_it_already_is_told_so(client, pair, path, method):
    ask = getattr(client, method)
    first = ask(path, headers={"accept-encoding": "gzip"})

    again = ask(path, headers={"accept-encoding": "gzip", "if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
