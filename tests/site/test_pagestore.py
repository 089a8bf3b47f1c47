"""The page store as a WSGI application: what is kept, for whom, and until when. tests/deploy has the real servers."""

import datetime
import gzip
import io
from types import SimpleNamespace

import brotli
import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.utils import timezone

from cosma import pagestore
from cosma.middleware import Handler
from cosma.pagefiles import PageFiles
from cosma.storefront import PageStore
from tests import factories
from tests.shelf import shelved
from treatments import expiry
from treatments.models import Organisation, Practitioner, Revision, Stamp
from treatments.models.publishing import withdraw
from treatments.models.stamps import move_all

pytestmark = pytest.mark.django_db


class Answer(SimpleNamespace):
    def __getitem__(self, name):
        return {key.lower(): value for key, value in self.headers}.get(name.lower(), "")


class Site:
    """Asks the store as a server would. Threads are not started: `look` reads the stamps, and nothing else does."""

    def __init__(self, folder):
        self.asked = 0
        self.store = PageStore(self.count, PageFiles(folder, 10_000_000))
        self.look = self.store.stamps.look
        self.django = Handler()
        self.look()

    def count(self, environ, start_response):
        self.asked += 1
        return self.django(environ, start_response)

    def get(self, path, *, method="GET", **extra) -> Answer:
        path, _, query = path.partition("?")
        said = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "127.0.0.1:8000",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "wsgi.input": io.BytesIO(),
            "wsgi.url_scheme": "http",
            **extra,
        }
        response = self.store(environ, lambda status, headers: said.extend((status, headers)))
        body = b"".join(response)
        getattr(response, "close", lambda: None)()
        return Answer(status=int(said[0][:3]), headers=said[1], body=body)


@shelved
def organisation():
    return factories.make_organisation()


@shelved
def published(organisation):
    treatment = factories.make_treatment("needling", text="Small needles.")
    factories.publish(treatment)
    return treatment


@pytest.fixture
def site(tmp_path, organisation):
    if connection.vendor == "postgresql":
        # Stamps move at commit, and these tests never commit.
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    # As Django's test client does: the connection holds the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Site(tmp_path)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def needling(published, site):
    site.look()
    return published


PATH = "/treatments/needling/"


def test_a_page_is_rendered_once_and_then_given_as_it_is(site, needling):
    first, second = site.get(PATH), site.get(PATH)

    assert (first.status, site.asked) == (200, 1)
    assert (first.body, first.headers) == (second.body, second.headers)
    assert first["vary"] == "Accept-Encoding" and first["cache-control"].startswith("public, max-age=0")


def test_each_encoding_holds_the_same_words_under_a_tag_of_its_own(site, needling):
    plain = site.get(PATH)
    packed = site.get(PATH, HTTP_ACCEPT_ENCODING="gzip, deflate")
    small = site.get(PATH, HTTP_ACCEPT_ENCODING="gzip, deflate, br, zstd")

    assert plain.body == gzip.decompress(packed.body) == brotli.decompress(small.body)
    assert (packed["content-encoding"], small["content-encoding"]) == ("gzip", "br")
    assert len({plain["etag"], packed["etag"], small["etag"]}) == 3


def test_who_has_the_page_is_told_so(site, needling):
    page = site.get(PATH)

    same = site.get(PATH, HTTP_IF_NONE_MATCH=f'"other", W/{page["etag"]}')
    other = site.get(PATH, HTTP_IF_NONE_MATCH='"other"', HTTP_IF_MODIFIED_SINCE=page["last-modified"])
    since = site.get(PATH, HTTP_IF_MODIFIED_SINCE=page["last-modified"])
    odd = site.get(PATH, HTTP_IF_MODIFIED_SINCE="yesterday")
    # Older words, of a node whose clock is ahead.
    elsewhere = site.get(PATH, HTTP_IF_MODIFIED_SINCE="Thu, 01 Jan 2099 00:00:00 GMT")

    assert [answer.status for answer in (same, other, since, odd, elsewhere)] == [304, 200, 304, 200, 200]
    assert same.body == b"" and same["etag"] == page["etag"]


def test_a_head_has_the_headers_and_no_body(site, needling):
    page, head = site.get(PATH), site.get(PATH, method="HEAD")

    assert (head.status, head.body) == (200, b"")
    assert head.headers == page.headers


def test_a_publish_makes_its_page_old_and_no_other(site, needling):
    factories.publish(factories.make_treatment("peeling"))
    site.look()
    for path in (PATH, "/treatments/peeling/", "/"):
        site.get(path)
    asked = site.asked

    needling.summary = "Other words."
    needling.save(update_fields=["summary"])
    factories.publish(needling)
    site.look()

    assert "Other words." in site.get(PATH).body.decode()
    site.get("/treatments/peeling/")
    assert site.asked == asked + 1
    assert "Other words." in site.get("/treatments/").body.decode()


def test_a_page_rendered_before_a_publish_is_never_given_after_it(site, needling):
    """The publish falls between the look at the stamps and the rendering."""
    site.get(PATH)
    needling.summary = "Other words."
    needling.save(update_fields=["summary"])
    real = site.django

    def slow(environ, start_response):
        answer = list(real(environ, start_response))
        factories.publish(needling)
        return answer

    site.store.memory.drop(PATH)
    site.store.files.remove(PATH)
    site.django = slow
    site.get(PATH)
    site.django = real
    site.look()

    assert "Other words." in site.get(PATH).body.decode()


def test_bulk_edits_and_the_directory_move_stamps(site, needling):
    before = Stamp.objects.get(name="/treatments/needling/").version
    Revision.objects.get().publications.update(live_until=None)
    assert Stamp.objects.get(name="/treatments/needling/").version > before

    for edit in (
        lambda: Organisation.objects.update(name="Another"),
        lambda: Practitioner.objects.bulk_create([Practitioner(name="A doctor", degree="MD")]),
        lambda: Practitioner.objects.get().clinics.add(factories.make_clinic()),
        lambda: Practitioner.objects.get().clinics.clear(),
        lambda: Practitioner.objects.all().delete(),
        move_all,
    ):
        counter = Stamp.objects.get(name="").version
        edit()
        assert Stamp.objects.get(name="/").version > counter


def test_a_signature_and_its_withdrawal_move_the_page(site):
    doctor = factories.make_doctor()
    revision = factories.publish(factories.make_treatment("signed"), signed_by=doctor)
    before = Stamp.objects.get(name="/treatments/signed/").version

    revision.sign_offs.get().withdraw()

    assert Stamp.objects.get(name="/treatments/signed/").version > before


def test_a_withdrawn_page_is_forgotten_everywhere(site, needling):
    site.get(PATH)
    file = site.store.files.html_path(PATH)
    assert file.exists()

    withdraw(needling, by=None)
    site.look()

    assert site.get(PATH).status in (404, 410)
    assert not file.exists()


def test_with_a_withdrawn_page_go_its_parts_that_only_lie_on_disk(site, needling, tmp_path):
    parts = ["/treatments/needling/changes/", "/treatments/needling.md"]
    assert [site.get(path).status for path in (*parts, "/treatments/")] == [200] * 3
    later = Site(tmp_path)  # which nobody has asked for anything

    withdraw(needling, by=None)
    later.look()
    later.store.refresh("/treatments/needling/")

    assert [later.store.files.read(path) for path in parts] == [None] * 2
    assert later.store.files.read("/treatments/")
    assert not [path for path in later.store.files.html.rglob("*") if "needling" in path.name]


def test_without_stamps_the_last_good_page_is_given_and_marked(site, needling, monkeypatch):
    fresh = site.get(PATH)
    site.store.stamps.trusted_until = 0

    old, unknown = site.get(PATH), site.get("/treatments/unknown/")

    assert old.body == fresh.body and "detail=old" in old["cache-status"] and old["age"].isdigit()
    assert unknown.status == 404


def test_a_page_that_cannot_be_rendered_stays_as_it_was(site, needling, monkeypatch):
    fresh = site.get(PATH)
    move_all()
    site.look()
    site.django = failing

    old = site.get(PATH)

    assert (old.status, old.body) == (200, fresh.body) and old["age"]


def failing(environ, start_response):
    start_response("500 Internal Server Error", [])
    return [b"no"]


def test_a_restart_finds_pages_on_disk(site, needling, tmp_path):
    page = site.get(PATH)

    again = Site(tmp_path)

    assert again.get(PATH).body == page.body
    assert again.asked == 0


@pytest.mark.parametrize("path", ["/enquire/", "/admin/login/", "/treatments/none/", "/healthz", "/static/none.css"])
def test_only_public_pages_are_kept(site, path):
    site.get(path)

    assert not site.store.memory.pages


def test_what_a_visitor_sends_reaches_no_public_page(site, needling):
    plain = site.get(PATH)
    evil = {"HTTP_COOKIE": "session=evil", "HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_ORIGINAL_URL": "/evil"}

    assert site.get(f"{PATH}?utm_source=evil&page=7", **evil).headers == plain.headers
    assert site.get(PATH, HTTP_HOST="evil.example").status == 400
    assert site.asked == 2 and list(site.store.memory.pages) == [PATH]


def test_a_list_has_no_pages_beyond_its_last(site, needling):
    assert site.get("/treatments/?page=2").status == 404
    assert site.get("/treatments/?page=x").status == 404


def test_an_answer_with_a_cookie_is_not_kept(site, needling):
    def with_cookie(environ, start_response):
        environ[pagestore.TICKET].public = True
        start_response("200 OK", [("Set-Cookie", "a=b")])
        return [b"mine"]

    site.django = with_cookie

    assert site.get(PATH).body == b"mine"
    assert not site.store.memory.pages


def test_a_page_expires_when_its_price_grows_old_or_its_plan_begins(site):
    treatment = factories.make_treatment("priced")
    today = timezone.localdate()
    factories.add_price(treatment, checked_on=today)
    factories.publish(treatment)
    site.look()

    until = site.get("/treatments/priced/") and site.store.memory.get("/treatments/priced/").expires
    first_old_day = timezone.localtime(datetime.datetime.fromtimestamp(until, datetime.UTC)).date()
    assert first_old_day - today == datetime.timedelta(days=settings.PRICE_REVIEW_DAYS + 1)

    soon = timezone.now() + datetime.timedelta(hours=1)
    factories.publish(treatment, at=soon)
    site.look()
    site.get("/treatments/priced/"), site.get("/treatments/")
    assert site.store.memory.get("/treatments/priced/").expires == soon.timestamp()
    assert expiry.of_lists(at=timezone.now()) and site.store.memory.get("/treatments/").expires == soon.timestamp()


def test_a_database_set_back_does_not_make_old_pages_new(site, needling):
    site.get(PATH)
    Stamp.objects.filter(name="").update(version=5)

    site.look()
    page = site.store.memory.get(PATH)

    assert not site.store.is_fresh(page)
    assert Stamp.objects.get(name="").version > page.as_of


def test_what_is_read_often_lies_ready_for_nginx_before_other_work(site, needling, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    site.store.lead_nginx()
    for _ in range(3):
        site.get(PATH)
    keeper = site.store.housekeeper
    keeper.moved(["/treatments/other/", "/concerns/"])
    waiting = keeper.tasks.qsize()

    keeper.do(*keeper.next())

    assert waiting > 3
    assert site.store.memory.get(PATH).best
    assert list(site.store.live.folder.glob("*/treatments/needling/index.html.br"))


def test_what_an_outage_kept_from_being_compressed_is_compressed_after_it(site, needling):
    site.get(PATH)
    keeper, stamps = site.store.housekeeper, site.store.stamps
    stamps.trusted_until, seen = 0, stamps.trusted_until
    while not keeper.tasks.empty():
        task = keeper.next()

    keeper.do(*task)
    stamps.trusted_until = seen
    while not keeper.tasks.empty():
        keeper.do(*keeper.next())

    assert site.store.memory.get(PATH).best
