"""What search engines read as data: legal by schema.org's vocabulary, and nothing that is not on the page."""

import datetime
import json

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone
from django.utils.html import escape

from tests.factories import (
    add_price,
    add_section,
    make_concern,
    make_doctor,
    make_organisation,
    make_picture,
    make_site_page,
    make_source,
    make_treatment,
    place_picture,
    publish,
)
from tests.reader import read, tree
from tests.seo.graphs import faults, graph_of, node, nodes
from treatments import jsonld, list_views
from treatments.models import Revision

pytestmark = pytest.mark.django_db


def public_addresses() -> list[str]:
    live = Revision.objects.live(at=timezone.now())
    paths = {"treatment": "/treatments/{}/", "concern": "/concerns/{}/", "site_page": "/{}/"}
    treatments = live.filter(treatment__isnull=False).values_list("slug", flat=True)
    beside = [f"/treatments/{slug}/{part}/" for slug in treatments for part in ("changes", "questions", "sources")]
    return ["/", "/treatments/", "/concerns/", "/compare/", *(paths[r.kind].format(r.slug) for r in live), *beside]


def test_every_shipped_page_is_legal_and_says_only_what_it_shows(client, shipped):
    found = {path: faults(client.get(path).content) for path in public_addresses()}

    assert len(found) == 4 + 14 + 3 * 4
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_mesotherapy_is_told_with_every_record_that_it_has(client, shipped):
    graph = graph_of(read(client, "/treatments/mesotherapy/"))

    page, therapy = node(graph, "MedicalWebPage"), node(graph, "MedicalTherapy")
    assert {"contraindication", "adverseOutcome", "seriousAdverseOutcome", "drug", "preparation"} <= therapy.keys()
    assert {"howPerformed", "followup", "guideline", "study", "legalStatus", "bodyLocation"} <= therapy.keys()
    assert therapy["procedureType"] == "https://schema.org/PercutaneousProcedure"
    assert page["mainEntity"] == {"@id": therapy["@id"]}
    assert {"citation", "hasPart", "relatedLink", "datePublished", "dateModified", "author"} <= page.keys()


def test_what_nobody_has_recorded_is_not_marked_up(client, shipped):
    graph = graph_of(read(client, "/treatments/mesotherapy/"))

    kinds = {found.get("@type") for found in nodes(graph)}
    assert not kinds & {
        "Person",
        "MedicalClinic",
        "Offer",
        "Review",
        "AggregateRating",
        "FAQPage",
        "MedicalIndication",
    }
    assert not {"lastReviewed", "reviewedBy"} & node(graph, "MedicalWebPage").keys()


def test_without_an_organisation_there_is_no_publisher(client):
    publish(make_treatment())

    html = client.get("/treatments/needling/").content

    assert faults(html) == []
    assert "publisher" not in node(graph_of(tree(html)), "MedicalWebPage")


@pytest.fixture
def signed():
    """A page that a doctor signed a day ago."""
    make_organisation()
    treatment = make_treatment()
    concern = make_concern()
    treatment.indications.create(concern=concern, name="Melasma", evidence="some", condition=True)
    treatment.indications.create(concern=concern, name="A fresh look", evidence="some")
    treatment.indications.create(concern=concern, name="Old scars", evidence="none-found", condition=True)
    publish(treatment, signed_by=make_doctor())
    return treatment


def graph_at(client, days: int) -> list[dict]:
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days), tick=False):
        html = client.get("/treatments/needling/").content
    assert faults(html) == []
    return graph_of(tree(html))


def test_a_signature_brings_the_doctor_and_the_day(client, signed):
    page = node(graph_at(client, 0), "MedicalWebPage")

    assert page["lastReviewed"] == timezone.localdate().isoformat()
    doctor = page["reviewedBy"]
    assert (doctor["@type"], doctor["name"]) == ("Person", "Asha Rao")
    assert doctor["identifier"]["value"] == "12345"
    assert doctor["hasCredential"]["name"] == "MD"


def test_an_overdue_review_is_not_marked_up(client, signed):
    page = node(graph_at(client, 366), "MedicalWebPage")

    assert not {"lastReviewed", "reviewedBy"} & page.keys()


def test_a_treatment_is_possible_only_for_conditions_that_a_doctor_signed(client, signed):
    conditions = [found for found in graph_at(client, 0) if found["@type"] == "MedicalCondition"]
    overdue = [found for found in graph_at(client, 366) if found["@type"] == "MedicalCondition"]

    assert [condition["name"] for condition in conditions] == ["Melasma"]
    assert overdue == []


@pytest.mark.parametrize(("age", "told"), [(None, False), (0, True), (90, True), (91, False)])
def test_a_price_is_marked_up_only_with_a_date_that_is_not_old(client, age, told):
    make_organisation()
    treatment = make_treatment()
    add_price(treatment, checked_on=None if age is None else timezone.localdate() - datetime.timedelta(days=age))
    publish(treatment)

    html = client.get("/treatments/needling/").content

    clinic = node(graph_of(tree(html)), "MedicalOrganization")
    assert faults(html) == []
    assert ("makesOffer" in clinic) == told
    if told:
        price = clinic["makesOffer"]["priceSpecification"]
        assert (price["minPrice"], price["maxPrice"], price["priceCurrency"]) == (3000, 15000, "INR")


def test_a_product_is_a_medicine_to_crawlers_only_with_its_licence(client):
    treatment = make_treatment()
    add_section(treatment, "regulation", "What rules say.")
    treatment.products.create(brand="Licensed", maker="A maker", licence_number="L-1", licensed_use="wrinkles")
    treatment.products.create(brand="Other", maker="A maker")
    publish(treatment)

    html = client.get("/treatments/needling/").content

    medicine = node(graph_of(tree(html)), "Drug")
    assert faults(html) == []
    assert (medicine["name"], medicine["manufacturer"]["name"]) == ("Licensed", "A maker")
    assert (medicine["identifier"]["value"], medicine["legalStatus"]["name"]) == ("L-1", "wrinkles")


NASTY = "</script><script>alert(1)</script> <!-- \u2028\u2029 & \"quoted\" 'x' ]]> {{ x }} हिन्दी"


def test_nothing_in_the_content_ends_the_script(client):
    make_organisation(name=NASTY[:80])
    make_source(title=NASTY)
    treatment = make_treatment(name=NASTY[:80], text="Words [@trial].", heading=NASTY[:65], summary=NASTY)
    treatment.steps.create(phase="before", title="Ask", text=NASTY)
    treatment.contraindications.create(name_plain=NASTY, severity="wait", origin="clinic")
    publish(treatment)

    html = client.get("/treatments/needling/").content.decode()

    (script,) = [found for found in tree(html).all("script") if not found["src"]]
    raw = "".join(script.children)
    assert not set("<>&\u2028\u2029") & set(raw)
    assert node(json.loads(raw)["@graph"], "MedicalTherapy")["description"].split() == NASTY.split()
    assert escape(NASTY.split(" \u2028")[0]) in html
    assert faults(html) == []


def test_one_edit_of_a_fact_changes_the_data_with_the_words(client):
    make_organisation()
    treatment = make_treatment(sessions_min=4, sessions_max=6)
    treatment.steps.create(phase="before", title="Plan", text="You plan {sessions}.")
    publish(treatment)

    before = node(graph_of(read(client, "/treatments/needling/")), "MedicalTherapy")["preparation"]
    type(treatment).objects.update(sessions_max=8)
    treatment.refresh_from_db()
    publish(treatment)
    after = node(graph_of(read(client, "/treatments/needling/")), "MedicalTherapy")["preparation"]

    assert (before, after) == (["Plan. You plan 4 to 6 sessions."], ["Plan. You plan 4 to 8 sessions."])


def test_lists_number_their_pages_in_the_order_shown(client, monkeypatch):
    monkeypatch.setattr(list_views, "PAGE_SIZE", 3)
    for number in range(5):
        publish(make_concern(slug=f"concern-{number:02}", name=f"Concern {number:02}"))

    second = graph_of(read(client, "/concerns/?page=2"))

    listed = node(second, "ItemList")["itemListElement"]
    assert [(item["position"], item["name"]) for item in listed[:2]] == [(4, "Concern 03"), (5, "Concern 04")]
    assert faults(client.get("/concerns/?page=2").content) == []


def test_addresses_come_from_the_setting_and_not_from_the_request(client):
    publish(make_site_page())

    with override_settings(SITE_URL="https://cosma.example", ALLOWED_HOSTS=["*"]):
        html = client.get("/about/", headers={"host": "evil.example"}).content.decode()

    assert "evil.example" not in html
    assert node(graph_of(tree(html)), "AboutPage")["url"] == "https://cosma.example/about/"


def test_sections_without_a_word_in_the_vocabulary_are_left_to_readers(client):
    make_organisation()
    treatment = make_treatment()
    add_section(treatment, "innovations", "A new needle.")
    publish(treatment)

    parts = node(graph_of(read(client, "/treatments/needling/")), "MedicalWebPage")["hasPart"]

    parts = parts if isinstance(parts, list) else [parts]
    assert [part["url"].partition("#")[2] for part in parts] == ["brief"]


def test_unknown_values_are_left_out():
    assert jsonld.clean({"a": None, "b": "", "c": [], "d": 0, "e": [{"f": ""}]}) == {"d": 0, "e": [{}]}


def test_the_picture_at_the_top_is_the_page_s_own(client):
    treatment = make_treatment()
    place_picture(treatment, make_picture(credit="A. Person"), "opening", caption="Where it is done")
    publish(treatment)

    content = client.get("/treatments/needling/").content
    found = node(graph_of(read(client, "/treatments/needling/")), "MedicalWebPage")["primaryImageOfPage"]
    assert faults(content) == []
    assert found["url"].encode() in content.replace(b'src="/', b'src="http://127.0.0.1:8000/')
    assert (found["caption"], found["creditText"]) == ("Where it is done", "A. Person")
