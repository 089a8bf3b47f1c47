"""What nobody means to send: odd keys, torn forms, wrong methods. Never an answer from 500 on."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from tests.factories import (
    make_concern,
    make_organisation,
    make_site_page,
    make_source,
    make_treatment,
    publish,
    undone,
)
from tests.shelf import shelved
from tests.staff.people import PASSWORD, Form, make_staff
from treatments.models import SitePage, Step

pytestmark = pytest.mark.usefixtures("rows")
KINDS = ("treatment", "concern", "sitepage", "section", "source", "clinic", "practitioner", "revision", "organisation")
PAGES = ("treatment", "concern", "sitepage")
KEYS = (
    *("0", "-1", "abc", "1.5", "99999999999999999999999999", "1+", "+", "1+abc", "1+1", "1 OR 1=1", "None", "_", "_5F"),
    *("%2e%2e", "%00", "%ff", "%F0%9F%92%89", "a/b", "1/preview", "'\"<script>", "+".join(["1"] * 200)),
)


@shelved
def rows():
    make_concern(), make_site_page(), make_source(), make_organisation()
    publish(make_treatment())


def is_calm(answer) -> bool:
    return answer.status_code < 500


def test_an_odd_key_finds_nothing(manager, subtests):
    for key in KEYS:
        with subtests.test(key):
            # A row is looked up in one of two ways, that of pages and that of all others; some keys go to every kind.
            for kind in KINDS if key in ("abc", "99999999999999999999999999", "1+1") else ("treatment", "section"):
                for name in ("change", "history", "delete") if kind == "section" else ("change",):
                    assert is_calm(manager.get(f"/admin/treatments/{kind}/{key}/{name}/")), (kind, name)
            for kind in PAGES:
                for name in ("preview", "publish"):
                    for method in ("get", "post") if kind == "treatment" else ("get",):
                        answer = getattr(manager, method)(f"/admin/treatments/{kind}/{key}/{name}/")
                        assert answer.status_code in (200, 302, 400, 404), (kind, name)
            assert manager.get(f"/admin/treatments/revision/{key}/page/").status_code in (400, 404)


@pytest.mark.parametrize("key", ["0", "abc", "99999999999999999999999999", "-1"])
def test_a_preview_of_nothing_is_not_found(manager, key):
    for kind in PAGES:
        assert manager.get(f"/admin/treatments/{kind}/{key}/preview/").status_code == 404
        assert manager.get(f"/admin/treatments/{kind}/{key}/publish/").status_code == 404


OF_ANY_LIST = ("p=abc", "p=-5", "p=99999999999999", "o=abc", "q=%00", "q=%ff", "_facets=1", "no_such=1", "e=1", "all=")
"""What is read before it is known which list it is."""
OF_THIS_LIST = (
    *("o=9.9.9", "q=" + "x" * 3000, "q=%5B%40", "published=maybe", "kind=maybe", "evidence__exact=%27"),
    *("treatment__id__exact=abc", "treatment__id__exact=9999999999999999999999", "treatment__slug=x"),
    *("_popup=1", "_to_field=pk"),
)


def test_an_odd_list_is_a_list(manager, subtests):
    for query in OF_ANY_LIST + OF_THIS_LIST:
        with subtests.test(query[:60]):
            for kind in KINDS if query in OF_THIS_LIST else ("treatment", "source"):
                assert is_calm(manager.get(f"/admin/treatments/{kind}/?{query}")), kind


@pytest.mark.parametrize(
    "query", ["treatment=abc", "treatment=999&anchor=x", "anchor=faq-pain", "name=x&name=y", "add=%27", "add=steps"]
)
def test_an_odd_beginning_of_a_form_is_a_form(manager, query):
    for kind in ("treatment", "section", "concern", "source"):
        assert manager.get(f"/admin/treatments/{kind}/add/?{query}").status_code == 200


def change(row) -> str:
    return f"/admin/treatments/{row._meta.model_name}/{row.pk}/change/"


@shelved
def treatment():
    made = make_treatment("odd")
    made.steps.create(phase="during", title="Wash")
    return made


TORN = [
    {"steps-TOTAL_FORMS": "abc"},
    {"steps-0-phase": "never"},
    {"sessions_min": "9" * 30},
    {"sessions_min": "-1"},
    {"depth_mm_min": "NaN", "depth_mm_max": "Infinity"},
    {"depth_mm_min": "1e99", "depth_mm_max": "1e99"},
    {"evidence": "no-such"},
    {"name": "\x00"},
    {"name": "x" * 100_000},
    {"price-TOTAL_FORMS": "3"},
    {"depth_note": "[@" * 5000},
    {"depth_note": "{" * 5000},
]
TORN_ROWS = [
    {"sections-TOTAL_FORMS": ""},
    {"sections-TOTAL_FORMS": "abc"},
    {"sections-TOTAL_FORMS": "-1"},
    {"sections-TOTAL_FORMS": "999999999"},
    {"sections-INITIAL_FORMS": "5"},
    {"sections-INITIAL_FORMS": "0"},
    {"sections-0-id": ""},
    {"sections-0-id": "abc"},
    {"sections-0-id": "999999"},
    {"sections-0-page": "1"},
    {"sections-0-ORDER": "abc"},
    {"sections-0-ORDER": "-7"},
    {"sections-0-ORDER": "9" * 40},
]


def test_a_torn_form_is_refused_or_kept_and_nothing_breaks(manager, treatment, subtests):
    torn_apart(manager, treatment, TORN, subtests)


def test_torn_rows_are_refused_or_kept_and_nothing_breaks(manager, subtests):
    """All lists are read by the same code; this form has one, and that of a treatment fourteen."""
    torn_apart(manager, SitePage.objects.get(), TORN_ROWS, subtests)


def torn_apart(client, row, every: list[dict[str, str]], subtests):
    form = Form(client.get(change(row)))
    for torn in every:
        assert set(torn) <= set(form.values), torn
        with subtests.test(str(torn)[:60]), undone():
            assert is_calm(client.post(change(row), form.values | torn))


def test_an_empty_form_is_refused(manager, treatment):
    assert is_calm(manager.post(change(treatment)))
    assert is_calm(manager.post("/admin/treatments/section/add/", {"treatment": "x"}))
    treatment.refresh_from_db()
    assert treatment.name == "Odd"


def test_a_row_of_another_treatment_is_not_taken_over(manager, treatment):
    other = make_treatment("other")
    theirs = other.steps.create(phase="during", title="Theirs")
    form = Form(manager.get(change(treatment)))

    manager.post(change(treatment), form.values | {"steps-0-id": str(theirs.pk), "steps-0-title": "Taken"})

    assert Step.objects.get(pk=theirs.pk).title == "Theirs"
    assert Step.objects.get(pk=theirs.pk).treatment == other


@pytest.mark.parametrize("seen", ["", "x", "0" * 64, "\x01"])
def test_publishing_what_nobody_saw_is_refused(manager, treatment, seen):
    answer = manager.post(f"/admin/treatments/treatment/{treatment.pk}/publish/", {"seen": seen})

    assert answer.status_code == 200
    assert not treatment.revisions.exists()


def test_a_note_that_is_too_long_is_refused_and_kept(manager, treatment):
    address = f"/admin/treatments/treatment/{treatment.pk}/publish/"
    form = Form(manager.get(address))

    page = manager.post(address, form.values | {"note": "x" * 201}).content.decode()

    assert "at most 200" in page
    assert "x" * 201 in page
    assert not treatment.revisions.exists()


def test_other_methods_do_nothing(manager, treatment):
    for method in ("put", "patch", "delete", "options", "trace"):
        for name in ("preview", "publish", "change"):
            answer = getattr(manager, method)(f"/admin/treatments/treatment/{treatment.pk}/{name}/")
            assert is_calm(answer), (method, name)
    assert not treatment.revisions.exists()


def test_words_that_look_like_markup_stay_words(manager, treatment):
    treatment.steps.create(phase="during", title="<script>alert(1)</script>")
    treatment.name = "<img src=x onerror=alert(1)>"
    treatment.save()

    for address in (
        change(treatment),
        "/admin/treatments/treatment/",
        f"/admin/treatments/treatment/{treatment.pk}/publish/",
    ):
        page = manager.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_shortcut_to_a_page_leads_somewhere_or_nowhere(manager):
    pages = {ContentType.objects.get_by_natural_key("treatments", kind).pk for kind in ("treatment", "revision")}
    for kind in (*ContentType.objects.values_list("pk", flat=True), 0, "abc", 10**30):
        for key in ("1", "abc", "0") if kind in pages else ("1",):
            assert is_calm(manager.get(f"/admin/r/{kind}/{key}/"))


@pytest.mark.parametrize(
    "path", ["autocomplete/", "autocomplete/?app_label=treatments&model_name=source&field_name=x", "jsi18n/"]
)
def test_the_small_helpers_of_the_admin_stay_calm(manager, path):
    assert is_calm(manager.get(f"/admin/{path}"))


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"login": "editor@example.org"},
        {"login": "x" * 10_000, "password": "y" * 10_000},
        {"login": "a\x00b@example.org", "password": "x"},
        {"login": "é@é.é", "password": "🙂"},
        {"code": "१२३४५६"},
        {"code": "\x00"},
        {"code": "9" * 10_000},
        {"next": "\x01"},
    ],
)
def test_odd_things_typed_at_the_login_let_nobody_in(typed):
    _, _ = make_staff("editor")
    client = Client()
    for step in (
        "login/",
        "2fa/authenticate/",
        "reauthenticate/",
        "2fa/totp/activate/",
        "2fa/recovery-codes/generate/",
    ):
        assert is_calm(client.post(f"/accounts/{step}", typed)), step
    client.post("/accounts/login/", {"login": "editor@example.org", "password": PASSWORD})

    assert is_calm(client.post("/accounts/2fa/authenticate/", typed))

    assert client.get("/admin/").status_code == 302
