import re
import xml.etree.ElementTree as XML

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.factories import add_section, make_concern, make_doctor, make_site_page, make_source, make_treatment, publish
from tests.reader import read

MOST_QUERIES = {
    "/treatments/mesotherapy/": 2,
    "/concerns/fine-lines/": 2,
    "/about/": 2,
    "/": 5,
    "/treatments/": 6,
    "/treatments/?concern=fine-lines": 7,
    "/concerns/": 5,
}


def queries(client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("path", MOST_QUERIES)
def test_a_page_asks_the_database_little(client, shipped, path):
    asked = queries(client, path)

    assert 0 < len(asked) <= MOST_QUERIES[path], "\n".join(asked)


def test_a_list_asks_no_more_when_there_is_more_on_it(client, db):
    publish(make_treatment())
    one = len(queries(client, "/treatments/"))
    for number in range(5):
        publish(make_treatment(f"needling-{number}"))

    assert len(queries(client, "/treatments/")) == one


DRAFTS = re.compile(r'"treatments_(?!revision|publication|organisation|signoff|withdrawal|practitioner|stamp)\w+"')


@pytest.mark.parametrize("path", MOST_QUERIES)
def test_public_pages_never_read_the_rows_where_drafts_live(client, shipped, path):
    for sql in queries(client, path):
        assert not DRAFTS.search(sql), sql


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 200), ("page=1", 200), ("page=0", 404), ("page=2", 404), ("page=-1", 404), ("page=x", 404), ("other=1", 200)],
)
def test_a_page_of_a_list_that_is_not_there_is_not_shown(client, shipped, query, status):
    assert client.get(f"/treatments/?{query}").status_code in {status, 301 if query == "page=1" else status}


def test_a_page_without_a_doctors_signature_says_so(client, db):
    publish(make_treatment())

    assert "Not yet reviewed by a doctor" in read(client, "/treatments/needling/").one("main").text


def test_a_signed_page_names_the_doctor_and_an_edited_one_does_not(client, db):
    treatment = make_treatment()
    publish(treatment, signed_by=make_doctor())
    assert "Reviewed by Asha Rao" in read(client, "/treatments/needling/").text

    treatment.sections.get().statements.update(text="Other words.")
    publish(treatment)

    page = read(client, "/treatments/needling/").text
    assert "Asha Rao" not in page
    assert "Not yet reviewed by a doctor" in page


@override_settings(INDEX_UNREVIEWED=False)
def test_on_a_public_site_search_engines_get_no_unsigned_medical_page(client, db):
    publish(make_treatment("signed"), signed_by=make_doctor())
    publish(make_treatment("unsigned"))
    publish(make_site_page("about"))

    kept_out = {
        path: robots(read(client, path)) for path in ("/treatments/signed/", "/treatments/unsigned/", "/about/")
    }

    assert kept_out == {"/treatments/signed/": [], "/treatments/unsigned/": ["noindex"], "/about/": []}
    assert {"/treatments/signed/", "/about/"} <= mapped(client)
    assert "/treatments/unsigned/" not in mapped(client)


@override_settings(STAGING=True)
def test_a_staging_copy_maps_nothing_and_lets_nothing_be_listed(client, db):
    publish(make_treatment())

    assert robots(read(client, "/treatments/needling/")) == ["noindex"]
    assert mapped(client) == set()


def robots(page) -> list[str]:
    return [meta["content"] for meta in page.all("meta") if meta["name"] == "robots"]


def mapped(client) -> set[str]:
    """Paths in the sitemap; every address must begin with that of the site."""
    document = XML.fromstring(b"".join(client.get("/sitemap.xml").streaming_content))
    found = [element.text for element in document.iter() if element.tag.endswith("}loc")]
    assert all(address.startswith(f"{settings.SITE_URL}/") for address in found)
    assert len(found) == len(set(found))
    return {address.removeprefix(settings.SITE_URL) for address in found}


def test_the_sitemap_lists_what_patients_can_read_and_nothing_else(client, shipped):
    make_treatment("draft-only")
    listed = mapped(client)

    assert {"/", "/treatments/", "/concerns/", "/treatments/mesotherapy/", "/concerns/fine-lines/", "/about/"} <= listed
    assert "/treatments/draft-only/" not in listed
    for path in listed:
        page = read(client, path)
        assert robots(page) == [], path
        (canonical,) = [link["href"] for link in page.all("link") if link["rel"] == "canonical"]
        assert canonical == settings.SITE_URL + path


def test_a_withheld_source_is_named_without_its_address(client, db):
    make_source("copy", url="https://mirror.example/paper", showable=False, title="A paper of 2006")
    publish(make_treatment(text="It may help [@copy]."))

    page = read(client, "/treatments/needling/")

    assert "A paper of 2006" in page.with_id("s1").text
    assert "mirror.example" not in str([link["href"] for link in page.all("a")])


def test_words_are_escaped_wherever_they_stand(client, db):
    hostile = "<img src=x onerror=alert(1)>\"'"
    treatment = make_treatment(
        name=f"A{hostile}",
        heading=hostile,
        summary=hostile,
        also_called=hostile,
        search_title=hostile,
        search_description=hostile,
        body_location=hostile,
        text=hostile,
    )
    make_source("odd", title=hostile, publisher=hostile, finding=hostile)
    add_section(treatment, "disclaimer", "So [@odd].", label=hostile)
    treatment.agents.create(name=hostile, agent_class="carrier", role_claimed=hostile, warning=hostile)
    treatment.side_effects.create(name_plain=hostile, name_medical=hostile, text=hostile, stated_as=hostile)
    treatment.contraindications.create(name_plain=hostile, severity="wait", origin="clinic", reason=hostile)
    treatment.questions.create(question=f"{hostile}?", answer=hostile)
    treatment.products.create(brand=hostile, maker=hostile, licence_number=hostile, licensed_use=hostile)
    publish(treatment)
    concern = make_concern(name=f"B{hostile}", summary=hostile, what_else_helps=hostile)
    concern.lines.create(treatment=treatment, evidence="some", text=hostile)
    publish(concern)

    for path in ("/treatments/needling/", "/concerns/dull-skin/", "/treatments/", "/concerns/", "/"):
        page = read(client, path)
        assert not list(page.all("img")), path
        assert not [element for element in page.all() if "onerror" in element.attributes], path
        assert "<img src=x onerror=alert(1)>\"'" in page.text, path


def test_a_page_leads_to_its_disclaimer_where_it_has_one(client, db):
    publish(make_treatment("bare"))
    full = make_treatment("full")
    add_section(full, "disclaimer", "Ask a doctor.")
    publish(full)

    for slug, expected in (("bare", []), ("full", ["#disclaimer"])):
        page = read(client, f"/treatments/{slug}/")
        assert [link["href"] for link in page.all("a") if "disclaimer" in link["href"]] == expected


def test_words_that_are_not_there_leave_no_empty_paragraph(client, db):
    treatment = make_treatment(insurance_covered="yes")
    treatment.side_effects.create(name_plain="Redness", care_level="urgent", warning_sign="you cannot see")
    publish(treatment)

    page = client.get("/treatments/needling/").content
    assert b"you cannot see" in page and b"Covered" in page
    assert b"<p></p>" not in page


ABOUT_THE_SITE = ("about", "privacy", "editorial-policy", "accessibility")
SHIPPED = ("mesotherapy", "microneedling", "prp", "laser-resurfacing")


@pytest.mark.parametrize("slug", ABOUT_THE_SITE)
def test_pages_about_the_site_say_nothing_that_a_signature_makes_untrue(client, shipped, slug):
    words = read(client, f"/{slug}/").one("main").text

    assert not re.search(r"(no doctor has|not been) reviewed", words, re.IGNORECASE)


@pytest.mark.parametrize("slug", SHIPPED)
def test_no_chapter_has_two_headings_alike_and_no_label_two_spellings(client, shipped, slug):
    main = read(client, f"/treatments/{slug}/").one("main")

    for chapter in main.all("section"):
        headings = [heading.text for heading in chapter.all("h3")]
        assert len(headings) == len(set(headings)), headings
    assert "’" not in main.text


@pytest.mark.django_db
def test_a_page_that_cites_nothing_speaks_of_no_sources(client):
    publish(make_treatment())
    publish(make_concern())

    for path in ("/treatments/needling/", "/treatments/needling.md", "/concerns/dull-skin/"):
        page = client.get(path).content.decode()
        assert "Not yet reviewed by a doctor" in page
        assert "the sources that it lists" not in page
        assert "its sources" not in page and "the sources" not in page
