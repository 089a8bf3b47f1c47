"""Clinics and doctors: on the site once staff show real ones, each on one list, led to from wherever one is named."""

import re

import pytest

from tests.factories import make_clinic, make_concern, make_doctor, make_organisation, make_treatment, publish
from tests.reader import Element, read
from tests.seo.graphs import faults, graph_of, node, nodes
from tests.staff.people import staff_client
from treatments import directory, site_report
from treatments.models import Clinic, Practitioner

pytestmark = pytest.mark.django_db
REPORT = "/admin/treatments/linkcheck/"
LISTS = ("/clinics/", "/practitioners/")


def text(element: Element) -> str:
    return " ".join(element.text.split())


def hrefs(page: Element) -> list[str]:
    return [link["href"] for link in page.all("a")]


def on_the_map(client) -> set[str]:
    found = re.findall(r"<loc>https?://[^/]+([^<]*)", client.get("/sitemap.xml").getvalue().decode())
    return {path for path in found if path.startswith(LISTS)}


def test_without_anybody_to_show_there_is_no_list_and_nothing_leads_to_one(client):
    make_organisation()
    make_clinic(shown=False, doctors=[make_doctor()])
    publish(make_treatment())

    assert [client.get(path).status_code for path in LISTS] == [404, 404]
    for path in ("/", "/treatments/needling/", "/treatments/", "/search/?q=x"):
        assert not set(LISTS) & set(hrefs(read(client, path)))
    assert on_the_map(client) == set()
    assert not set(LISTS) & site_report.paths()


def test_each_list_is_there_for_its_own_and_led_to_from_every_page(client):
    make_clinic()
    publish(make_treatment())

    assert [client.get(path).status_code for path in LISTS] == [200, 404]
    for path in (
        "/",
        "/treatments/needling/",
        "/treatments/needling/changes/",
        "/concerns/",
        "/compare/",
        "/enquire/",
        "/clinics/",
    ):
        found = hrefs(read(client, path).one("footer"))
        assert "/clinics/" in found and "/practitioners/" not in found
    assert on_the_map(client) == {"/clinics/"}
    assert "/clinics/" in site_report.paths()


def test_a_clinic_is_told_with_all_that_staff_entered_and_with_the_doctors_that_are_shown(client):
    make_organisation()
    shown, hidden = make_doctor(shown=True), make_doctor(name="Hidden", registration_number="2")
    address, note = "12 Hill Road,\nBandra West", "Call 112 in an emergency.\nOr come at 9."
    clinic = make_clinic(address=address, phone="+912226551234", emergency_note=note, doctors=[shown, hidden])

    page = read(client, "/clinics/")

    (entry,) = [item for item in page.all("li") if item["id"] == f"clinic-{clinic.pk}"]
    assert [text(dd) for dd in entry.all("dd")] == [
        "12 Hill Road, Bandra West, Mumbai",
        "+91 22 2655 1234",
        "Call 112 in an emergency. Or come at 9.",
        "Asha Rao",
    ]
    assert hrefs(entry) == ["tel:+912226551234", f"/practitioners/#doctor-{shown.pk}"]
    assert "Hidden" not in page.text
    told = node(graph_of(page), "MedicalClinic")
    assert (told["telephone"], told["address"]["streetAddress"]) == ("+91 22 2655 1234", "12 Hill Road, Bandra West")
    assert told["parentOrganization"] == {"@id": node(graph_of(page), "MedicalOrganization")["@id"]}


def test_a_doctor_is_told_with_registration_and_the_clinics_that_are_shown(client):
    doctors = [make_doctor(name=name, shown=True, email="a@example.org", phone="+919876543210") for name in ("A", "B")]
    clinic = make_clinic(doctors=doctors)
    make_clinic("Secret", shown=False, doctors=doctors)

    page = read(client, "/practitioners/")

    (entry,) = [item for item in page.all("li") if item["id"] == f"doctor-{doctors[0].pk}"]
    assert [text(dd) for dd in entry.all("dd")] == ["MD", "A council", "12345", "North"]
    assert hrefs(entry) == [f"/clinics/#clinic-{clinic.pk}"]
    assert not [hidden for hidden in ("Secret", "a@example.org", "98765") if hidden in str(page.text)]
    people = [found for found in nodes(graph_of(page)) if found.get("@type") == "Person"]
    assert [person["identifier"]["value"] for person in people] == ["12345", "12345"]
    assert people[1]["worksFor"] == [{"@id": people[0]["worksFor"][0]["@id"]}]


@pytest.mark.parametrize(("name", "title"), [("Dr. Asha Rao", "Dr."), ("Prof Dr Rao", "Prof Dr"), ("Drew Rao", None)])
def test_a_title_is_told_where_staff_wrote_one(client, name, title):
    make_doctor(name=name, shown=True)

    answer = client.get("/practitioners/")

    assert faults(answer.content) == []
    assert node(graph_of(read(client, "/practitioners/")), "Person").get("honorificPrefix") == title


@pytest.mark.parametrize("make", [make_treatment, make_concern])
def test_a_signed_page_leads_to_its_doctor_only_while_the_doctor_is_shown(client, make):
    doctor, page = make_doctor(shown=True), make()
    publish(page, signed_by=doctor)
    path = page.get_absolute_url()

    on_list = node(graph_of(read(client, "/practitioners/")), "Person")
    shown = read(client, path)
    Practitioner.objects.update(shown=False)
    hidden = read(client, path)

    place = f"/practitioners/#doctor-{doctor.pk}"
    assert place in hrefs(shown) and place not in hrefs(hidden)
    reviewer = node(graph_of(shown), "MedicalWebPage")["reviewedBy"]
    assert {name: reviewer[name] for name in ("@id", "url", "name")} == {
        name: on_list[name] for name in ("@id", "url", "name")
    }
    assert not {"@id", "url"} & node(graph_of(hidden), "MedicalWebPage")["reviewedBy"].keys()


def test_a_long_list_has_pages_with_addresses_of_their_own(client, monkeypatch):
    monkeypatch.setattr(directory, "PAGE_SIZE", 2)
    make_clinic(doctors=[make_doctor(name=name, shown=True) for name in "ABC"])

    pages = [read(client, path) for path in ("/practitioners/", "/practitioners/?page=2&x=y")]

    assert [[text(heading) for heading in page.all("h2")] for page in pages] == [["A", "B"], ["C"]]
    canonical = [link["href"] for page in pages for link in page.all("link") if link["rel"] == "canonical"]
    assert [link[-7:] for link in canonical] == ["ioners/", "?page=2"]
    assert len({page.one("title").text for page in pages}) == 2
    assert [item["position"] for item in node(graph_of(pages[1]), "ItemList")["itemListElement"]] == [3]
    assert {client.get(f"/practitioners/?page={odd}").status_code for odd in ("3", "0", "x")} == {404}
    # A place on a later page would not be found from the first one.
    assert "/practitioners/" in hrefs(read(client, "/clinics/").one("main"))
    assert on_the_map(client) == {"/clinics/", "/practitioners/", "/practitioners/?page=2"}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_the_database_twice(client, path, django_assert_num_queries):
    make_organisation()
    for name in "ABC":
        make_clinic(name, doctors=[make_doctor(name=name, shown=True)])

    with django_assert_num_queries(2):
        client.get(path)


def test_the_report_of_what_search_engines_see_has_the_lists():
    staff = staff_client("editor")
    before = read(staff, REPORT).text
    make_clinic()

    page = read(staff, REPORT)

    assert "/clinics/" not in before
    (report,) = [section for section in page.all("section") if "/clinics/" in section.text]
    assert "CollectionPage" in report.text and "Nothing to mend" in report.text
    assert "/admin/treatments/clinic/" in hrefs(report)


def test_staff_get_from_a_row_to_where_patients_read_it():
    staff, clinic = staff_client("editor"), make_clinic()
    address = f"/admin/treatments/clinic/{clinic.pk}/change/"

    while_shown = hrefs(read(staff, address))
    Clinic.objects.update(shown=False)

    assert f"/clinics/#clinic-{clinic.pk}" in while_shown
    assert not [href for href in hrefs(read(staff, address)) if href.startswith("/clinics/")]
