"""One address for each page: odd ones lead there in one step, or say in the right words that there is nothing."""

import datetime
import functools
import itertools
import re

import pytest
from django.conf import settings
from django.urls import resolve
from django.utils import timezone

from tests.factories import make_concern, make_editor, make_organisation, make_site_page, make_treatment, publish
from tests.reader import read, tree
from tests.seo.test_structured_data import public_addresses
from tests.shelf import shelved
from treatments.models import freeze
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
FILES = ["/robots.txt", "/sitemap.xml", "/feed.atom", "/treatments/prp.md"]
PAGES = [
    "/",
    "/treatments/",
    "/treatments/prp/",
    "/treatments/prp/changes/",
    "/treatments/prp/sources/",
    "/concerns/",
    "/concerns/dry-skin/",
    "/about/",
]
"""One page of each kind."""


LISTS = {"/treatments/", "/concerns/"}
"""Pages that have a second one; the others do not read what it is called by."""


def variants(path: str) -> list[str]:
    """The same address as people, mails and robots misspell it."""
    bare, last = path.rstrip("/"), path.rstrip("/").rpartition("/")[2]
    queries = ["", "utm_source=x&a=1&a=2", "page=2", "%00", "q=%ff"]
    queries += ["page=-1", "page=abc", "page=99999999999999999999"] if path in LISTS else []
    found = {
        *(path, bare or "/", f"{bare}/", f"{bare}//", f"/{path}", f"//{path}", path.replace("/", "//")),
        *(path.upper(), path.title(), bare.upper() or "/", f"{bare.swapcase()}/"),
        *(f"{path}?{query}" for query in queries),
        *(f"{bare or '/'}?a=b", f"{path.upper()}?a=b%26c"),
        *(f"{path}.", f"{bare}/.", f"{bare}/..", f"/.{path}", f"/x/..{path}"),
        *(f"{bare or '/'}.html", f"{bare}/index.html"),
        *(f"{path}%20", f"/%20{path[1:]}", f"{path}%0a", f"{path}%00", f"{path}%ff", f"{path}%2f", f"{path}%252f"),
        *(path.replace("e", "%65"), path.replace("e", "%45"), f"{path};x=1", f"{path}\\", f"{path}~"),
        *(f"{path}é/", f"{bare}/{last}/", f"{path}{'a' * 300}/", f"{path}{'a/' * 50}"),
    }
    return sorted(found)


def test_odd_variants_of_every_address_get_the_right_code_and_lead_there_in_one_step(client, shipped):
    status = functools.cache(lambda path: client.get(path).status_code)
    for path in PAGES + FILES:
        for odd in variants(path):
            # A path that starts with two slashes would be read as a host's name.
            answer = client.get(f"http://testserver{odd}")
            assert answer.status_code in (200, 301, 400, 404), f"{odd} answers {answer.status_code}"
            if answer.status_code == 301:
                where = answer["Location"]
                assert where.startswith("/") and not where.startswith("//")
                # Where it leads has just been asked for, but for what the query adds.
                assert status(where.partition("?a=b")[0]) in (200, 404), f"{odd} leads on twice"
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                (canonical,) = re.findall('<link rel="canonical" href="([^"?]+)', answer.content.decode())
                assert canonical == settings.SITE_URL + path


@pytest.mark.parametrize("odd", ["/About", "/ABOUT/", "/about", "//about//", "/aBoUt//"])
def test_letters_and_slashes_are_put_right_together(client, odd):
    publish(make_site_page())

    answer = client.get(f"http://testserver{odd}?x=1&y=%20z")

    assert (answer.status_code, answer["Location"]) == (301, "/about/?x=1&y=%20z")


def renamed(*slugs: str):
    """A treatment that has had all of these addresses; the last one is today's."""
    treatment = make_treatment(slugs[0])
    for age, slug in zip(itertools.count(len(slugs), -1), slugs, strict=False):
        type(treatment).objects.update(slug=slug)
        treatment.refresh_from_db()
        publish(treatment, at=timezone.now() - age * DAY)
    return treatment


@shelved
def renamed_twice():
    return renamed("first", "second", "third")


@pytest.mark.parametrize("old", ["first", "second", "FIRST", "Second"])
@pytest.mark.parametrize("rest", ["/", "", ".md", "/changes/", "/Changes", "/sources/", "/questions/"])
def test_every_former_slug_leads_to_todays_in_one_step(client, renamed_twice, old, rest):
    answer = client.get(f"/treatments/{old}{rest}?a=b")

    wanted = f"/treatments/third{rest.lower()}"
    wanted = wanted if rest == ".md" else f"{wanted.rstrip('/')}/"
    assert (answer.status_code, answer["Location"]) == (301, f"{wanted}?a=b")
    assert client.get(wanted).status_code == 200


def test_a_former_slug_that_another_page_took_is_that_page(client):
    renamed("first", "second")
    publish(make_treatment("first", name="Newcomer"))

    assert "Newcomer" in read(client, "/treatments/first/").one("title").text


def test_a_page_that_went_back_to_its_first_slug_is_there_and_leads_in_no_circle(client):
    renamed("first", "second", "first")

    assert client.get("/treatments/first/").status_code == 200
    answer = client.get("/treatments/second/?a=b")
    assert (answer.status_code, answer["Location"]) == (301, "/treatments/first/?a=b")


def test_a_page_that_is_published_again_from_before_it_moved_is_there(client):
    treatment = renamed("first", "second")
    treatment.revisions.get(slug="first").publish(by=None)

    assert client.get("/treatments/first/").status_code == 200
    assert client.get("/treatments/second/")["Location"] == "/treatments/first/"


def test_former_slugs_of_concerns_lead_on_too(client):
    concern = make_concern("dull")
    publish(concern, at=timezone.now() - DAY)
    type(concern).objects.update(slug="dull-skin")
    concern.refresh_from_db()
    publish(concern)

    assert client.get("/concerns/dull/")["Location"] == "/concerns/dull-skin/"


@pytest.mark.parametrize(
    "path", ["/treatments/first/", "/treatments/second/", "/treatments/FIRST", "/treatments/first.md"]
)
def test_a_withdrawn_page_is_gone_with_a_way_on(client, path):
    make_organisation()
    withdraw(renamed("first", "second"), by=None)

    answer = client.get(path)

    page = tree(answer.content)
    assert answer.status_code == 410
    assert page.one("h1").text == "We took this page down"
    assert {"/treatments/", "/concerns/"} <= {link["href"] for link in page.one("main").all("a")}
    assert [meta["content"] for meta in page.all("meta") if meta["name"] == "robots"] == ["noindex"]


def test_a_withdrawn_page_that_is_planned_to_return_is_not_gone(client):
    treatment = renamed("first")
    withdraw(treatment, by=None)
    freeze(treatment, by=None).publish(by=make_editor(), at=timezone.now() + DAY)

    assert client.get("/treatments/first/").status_code == 404


def test_what_was_never_shown_is_not_found(client):
    draft = make_treatment("draft")
    publish(make_treatment("planned"), at=timezone.now() + DAY)

    assert client.get(f"/treatments/{draft.slug}/").status_code == 404
    assert client.get("/treatments/planned/").status_code == 404
    assert client.get("/treatments/nothing/").status_code == 404


def test_other_methods_are_refused_and_head_is_get_without_a_body(client, shipped):
    for path in [*public_addresses(), *FILES]:
        get, head = client.get(path), client.head(path)
        assert {client.generic(method, path).status_code for method in ("POST", "PUT", "DELETE", "PATCH")} == {405}
        assert (head.status_code, head.getvalue()) == (200, b"")
        assert head["Content-Type"] == get["Content-Type"]


def test_staff_and_secret_addresses_are_left_alone(client):
    token = "AbCdEf"

    assert resolve(f"/review/{token}/").url_name == "review"
    assert "Location" not in client.get(f"/review/{token}/").headers
    assert client.get("/ADMIN/").status_code == 404


def test_a_treatment_page_asks_the_database_twice(client, django_assert_num_queries):
    publish(make_treatment())

    with django_assert_num_queries(2):
        client.get("/treatments/needling/")
    with django_assert_num_queries(2):
        client.get("/treatments/needling.md")
