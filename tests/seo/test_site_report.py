"""What staff are told about what search engines find, and how other sites are asked whether links still lead there."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from tests.elsewhere import Listener, listening
from tests.factories import add_section, make_concern, make_picture, make_treatment, place_picture, publish
from tests.staff.people import staff_client
from treatments import crawled, link_checks, site_report
from treatments.models import LinkCheck, Revision
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db
REPORT = "/admin/treatments/linkcheck/"


def test_staff_see_every_page_as_it_is_sent(shipped):
    shown = staff_client("editor").get(REPORT).content.decode()
    more = staff_client("reviewer").get(f"{REPORT}?page=9").content.decode()

    public = Client().get("/treatments/mesotherapy/").content.decode()
    report = site_report.report(Revision.objects.get(slug="mesotherapy"), site_report.site(), site_report.paths())
    assert report.face.title in shown + more
    assert f"<title>{report.face.title}</title>" in public
    assert f'name="description" content="{report.face.description}"' in public
    assert {"MedicalWebPage", "MedicalTherapy", "BreadcrumbList"} <= set(report.nodes)
    assert report.listed
    assert report.warnings == ["No photograph at its top."]


def test_the_shipped_pages_have_nothing_else_to_mend(shipped):
    around, known = site_report.site(), site_report.paths()
    found = {revision.slug: site_report.report(revision, around, known).warnings for revision in site_report.live()}

    left = {slug: [w for w in told if not w.startswith(("No photograph", "Thin"))] for slug, told in found.items()}
    assert {slug: told for slug, told in left.items() if told} == {}


def warned(treatment) -> str:
    revision = publish(treatment)
    return " ".join(site_report.report(revision, site_report.site(), site_report.paths()).warnings)


LONG = "A title that goes on for far longer than any list of results will ever show"


@pytest.mark.parametrize(
    ("fields", "text", "words"),
    [
        ({"search_title": LONG[:70]}, "Words.", "The title is long: 70 characters, better 50 to 60."),
        ({"search_title": "Short"}, "Words.", "The title is short: 5 characters"),
        ({"search_description": "Short"}, "Words.", "The description is short: 5 characters"),
        ({}, "One two three.", "Thin: 3 words of text"),
        ({}, "Read [more](/treatments/nowhere/).", "the link to /treatments/nowhere/ leads nowhere."),
        ({}, "Read [more](https://gone.example/).", "https://gone.example/ is gone (answer 404)."),
        ({}, "Words.", "No photograph at its top."),
        ({}, "Words.", "Only the list leads here: no other page does."),
    ],
)
def test_what_may_be_mended_is_said(fields, text, words):
    LinkCheck.objects.create(
        url="https://gone.example/", checked_at="2026-11-22T00:00Z", status=404, fault="is gone (answer 404)."
    )

    assert words in warned(make_treatment(text=text, **fields))


def test_a_page_that_another_leads_to_and_that_has_a_photograph_is_not_warned_about_them():
    treatment, concern = make_treatment(), make_concern()
    place_picture(treatment, make_picture(), "opening")
    publish(treatment)
    concern.lines.create(treatment=treatment, evidence="some", text="It may help.")
    publish(concern)

    told = warned(treatment)
    assert "photograph" not in told
    assert "Only the list" not in told


def test_a_page_that_still_leads_to_one_that_was_taken_down_is_named():
    treatment, concern = make_treatment(), make_concern()
    publish(treatment)
    concern.lines.create(treatment=treatment, evidence="some", text="It may help.")

    before = warned(concern)
    withdraw(treatment, by=None)

    assert "It leads to /treatments/needling/" not in before
    assert "It leads to /treatments/needling/" in warned(concern)


def test_two_pages_with_one_title_are_both_named():
    first, second = (make_treatment(slug, search_title="The same") for slug in ("peeling", "needling"))
    publish(first)

    assert "Another page has the same title." in warned(second)
    assert "Another page has the same title." in warned(first)


class Answers(Listener):
    """/200, /404 ... answer so; /to/x leads to x; /people answers programs with 403."""

    def answer(self):
        self.server.asked.append((self.command, self.path))
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
        elif self.path == "/no-head":
            self.send_response(405 if self.command == "HEAD" else 200)
        else:
            self.send_response({"/people": 403}.get(self.path) or int(self.path.strip("/")[:3]))
        self.end_headers()

    do_GET = do_HEAD = answer


@pytest.fixture
def elsewhere():
    with listening(Answers) as server:
        server.asked = []
        yield server


@pytest.mark.parametrize(
    ("path", "status", "fault"),
    [
        ("/200", 200, ""),
        ("/no-head", 200, ""),
        ("/people", 403, ""),
        ("/404", 404, "is gone (answer 404)."),
        ("/410", 410, "is gone (answer 410)."),
        ("/500", 500, "answers with an error (500)."),
        ("/to//200", 200, ""),
        ("/to//404", 404, "is gone (answer 404)."),
        ("/to/http://10.0.0.1/", None, "does not answer (OSError)."),
        ("/200/a b/हिन्दी?q=é", 200, ""),
    ],
)
def test_another_site_is_asked(elsewhere, path, status, fault):
    url = f"http://127.0.0.1:{elsewhere.server_port}{path}"

    assert link_checks.ask(url, allowed=lambda host: host == "127.0.0.1") == (status, fault)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/"]
)
def test_our_own_network_is_never_asked(url):
    assert link_checks.ask(url) == (None, "is not on the public internet.")


@pytest.mark.parametrize("url", ["http://", "https://[bad", "ftp://example.org/", "https://example.org:x/"])
def test_an_address_that_is_none_is_a_fault_and_no_crash(url):
    assert link_checks.ask(url, allowed=lambda host: True).fault


def test_one_host_is_asked_once_a_second_and_hosts_take_turns():
    waits = []
    urls = ["https://a.example/1", "https://a.example/2", "https://b.example/1"]

    assert list(link_checks.politely(urls, sleep=waits.append)) == [urls[0], urls[2], urls[1]]
    assert len(waits) == 1
    assert 0.5 < waits[0] <= 1


def test_the_command_asks_what_pages_lead_to_and_keeps_the_answers(elsewhere, monkeypatch):
    address = f"http://127.0.0.1:{elsewhere.server_port}"
    treatment = make_treatment(text=f"[Good]({address}/200) and [gone]({address}/404).")
    publish(treatment)
    LinkCheck.objects.create(url="https://no-longer.example/", checked_at="2026-11-22T00:00Z")
    monkeypatch.setattr(link_checks, "PAUSE", 0)
    monkeypatch.setattr(link_checks.ask, "__kwdefaults__", {"allowed": lambda host: True})
    out = StringIO()

    for _ in range(2):
        call_command("check_links", stdout=out)

    assert "2 addresses, 1 with a fault, 0 still to ask." in out.getvalue()
    assert dict(LinkCheck.objects.values_list("url", "status")) == {f"{address}/200": 200, f"{address}/404": 404}
    assert [asked for asked in elsewhere.asked if asked[1] == "/200"] == [("HEAD", "/200")], "asked once a month"
    shown = staff_client("editor").get(REPORT).content.decode()
    assert f"{address}/404" in shown
    assert "is gone (answer 404)." in shown


def test_faces_are_read_once_for_each_revision(django_assert_num_queries):
    treatment = make_treatment()
    add_section(treatment, "purpose", "More words.")
    publish(treatment)
    site_report.faces()

    with django_assert_num_queries(1):
        found = site_report.faces()
    assert isinstance(found[0], crawled.Face)
