"""What somebody finds who looks for a word, on either database."""

import re
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from tests.factories import (
    add_price,
    add_section,
    make_concern,
    make_editor,
    make_organisation,
    make_site_page,
    make_treatment,
    publish,
)
from tests.reader import Element, tree
from treatments import vocabulary
from treatments.models import SearchEntry, SearchWord, Synonyms, freeze, search_tables
from treatments.models.publishing import Publication, withdraw
from treatments.search import results, search
from treatments.search_views import LONGEST

DAY = timezone.timedelta(days=1)


def page(client, typed: str, **parameters) -> Element:
    response = client.get("/search/", {"q": typed, **parameters})
    assert response.status_code == 200
    return tree(response.content)


def addresses(page: Element) -> list[str]:
    return [link["href"] for heading in page.one("main").all("h3") for link in heading.all("a")]


def paths(typed: str, **options) -> list[str]:
    return [hit.entry.path for hit in search(typed, **options).hits]


def test_a_search_leads_to_the_place_on_the_page_with_its_words_marked(client, shipped):
    found = page(client, "kojic acid")

    assert "/treatments/mesotherapy/#faq-pigmentation" in addresses(found)[:3]
    assert {mark.text for mark in found.all("mark")} >= {"kojic", "acid"}
    for address in addresses(found):
        path, _, anchor = address.partition("#")
        there = tree(client.get(path).content)
        assert not anchor or there.with_id(anchor)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("mesotherapy", "/treatments/mesotherapy/"),
        ("MESOTHERAPY", "/treatments/mesotherapy/"),
        ("mesotherpy", "/treatments/mesotherapy/"),
        ("mesotherapies", "/treatments/mesotherapy/"),
        ("Mésothérapy", "/treatments/mesotherapy/"),
        ("micro needling", "/treatments/microneedling/"),
        ("micro-needling", "/treatments/microneedling/"),
        ("platelet rich plasma", "/treatments/prp/"),
        ("prp", "/treatments/prp/"),
        ("lazer resurfacing", "/treatments/laser-resurfacing/"),
        ("rhytides", "/concerns/fine-lines/"),
        ("privacy", "/privacy/"),
        ("mesotherapy: does it hurt?", "/treatments/mesotherapy/#faq-pain"),
        ("erythema", "/treatments/mesotherapy/#common-side-effects"),
        ("how many sessions mesotherapy", "/treatments/mesotherapy/#course"),
        ("does mesotherapy work", "/treatments/mesotherapy/#evidence"),
        ("mesotherapy: who should not have it", "/treatments/mesotherapy/#who-should-avoid"),
        ("Am I a candidate at all?", "/treatments/mesotherapy/#who-it-suits"),
        ("hyluronic acid", "/treatments/mesotherapy/#overview"),
    ],
)
def test_people_find_what_they_mean(shipped, typed, first):
    assert paths(typed)[0] == first


@pytest.mark.parametrize("typed", ["emergency", "112", "ambulance", "108"])
def test_who_needs_help_at_once_is_led_to_the_number_to_call(shipped, typed):
    found = paths(typed)

    assert found[0].endswith("#rare-complications")
    assert "/treatments/mesotherapy/#rare-complications" in found[:6]


@pytest.mark.parametrize("typed", ["diabetes", "lips", "hair", "thyroid"])
def test_what_no_page_speaks_of_is_not_taken_for_another_word(shipped, typed):
    assert not search(typed).hits


def test_who_is_pregnant_does_not_find_what_to_expect_to_pay(shipped):
    assert not [path for path in paths("pregnancy") if path.endswith("#cost")]


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("colour", "color"),
        ("anaesthetic", "anesthetic"),
        ("oedema", "edema"),
        ("moisturiser", "moisturizer"),
        ("ageing", "aging"),
        ("licence", "license"),
        ("fibre", "fiber"),
        ("haematomas", "hematoma"),
        ("tumours", "tumor"),
        ("needles", "needle"),
    ],
)
def test_both_spellings_and_all_endings_are_one_word(british, american):
    assert vocabulary.stems(british) == vocabulary.stems(american)


def test_a_name_comes_before_a_heading_before_a_question_before_text(db):
    treatment = make_treatment("first", name="Plain words")
    add_section(treatment, "technique", "Here a zebra stands in the text alone.")
    treatment.questions.create(question="What of the zebra?", answer="None.")
    treatment.sections.create(anchor="ethics", heading="The zebra").statements.create(text="Stripes.")
    publish(treatment)
    publish(make_treatment("second", name="Zebra"))

    assert paths("zebra")[:4] == [
        "/treatments/second/",
        "/treatments/first/#ethics",
        "/treatments/first/#faq-more",
        "/treatments/first/#technique",
    ]


def test_a_page_is_found_exactly_while_it_is_live(db):
    treatment, editor = make_treatment(text="An old zebra."), make_editor()
    publish(treatment, by=editor)
    treatment.sections.get().statements.update(text="A new okapi.")
    now = timezone.now()
    planned = freeze(treatment, by=editor).publish(by=editor, at=now + DAY)

    assert (bool(paths("zebra")), bool(paths("okapi"))) == (True, False)
    assert not search("okapi").hits and not search("okapy").hits
    assert (bool(paths("zebra", at=now + DAY)), bool(paths("okapi", at=now + DAY))) == (False, True)

    planned.cancel(by=editor)
    assert (bool(paths("zebra", at=now + DAY)), bool(paths("okapi", at=now + DAY))) == (True, False)

    withdraw(treatment, by=editor, at=now + 2 * DAY)
    assert (bool(paths("zebra", at=now + DAY)), bool(paths("zebra", at=now + 2 * DAY))) == (True, False)

    withdraw(treatment, by=editor)
    assert not paths("zebra")
    assert not SearchEntry.objects.exists()


def test_a_draft_is_never_found(db):
    treatment = make_treatment(text="An unsaid zebra.")
    freeze(treatment, by=None)

    assert not paths("zebra")


def test_publishing_again_an_older_revision_brings_its_words_back(db):
    treatment = make_treatment(text="An old zebra.")
    old = publish(treatment)
    treatment.sections.get().statements.update(text="A new okapi.")
    publish(treatment)
    assert not paths("zebra")

    old.publish(by=None)

    assert paths("zebra") and not paths("okapi")


def test_what_is_for_staff_alone_is_not_in_it(db):
    treatment = make_treatment()
    add_section(treatment, "ethics", "Stripes.", qualification="Zebra.", verdict="disputed", facts="F001")
    publish(treatment)

    assert not paths("zebra") and not paths("disputed") and not paths("F001")


def test_an_old_price_is_never_shown_in_a_result(client, db):
    make_organisation(name="Cosma Beauty")
    treatment = make_treatment(text="At {clinic} it costs {price}.")
    add_price(treatment, min=4321, max=4321, checked_on=timezone.localdate())
    publish(treatment)
    assert "At Cosma Beauty it costs ₹4,321" in page(client, "costs").one("main").text

    Publication.objects.update(live_from=timezone.now() - 200 * DAY)
    treatment.price.checked_on -= 200 * DAY
    treatment.price.save(update_fields=["checked_on"])
    publish(treatment)

    shown = page(client, "costs").one("main").text
    assert "4,321" not in shown and "yet to confirm" in shown
    assert not SearchEntry.objects.filter(text__contains="4,321").exists()


def test_staff_add_words_that_mean_the_same(db):
    publish(make_treatment(text="A zebra stands there."))
    assert not paths("striped horse")

    Synonyms.objects.create(terms="zebra\nstriped horse")

    assert paths("striped horse") == ["/treatments/needling/#overview"]


def test_a_word_that_is_nowhere_is_left_out_and_said_to_be(client, shipped):
    found = page(client, "xylophone redness")

    assert "Nothing here says “xylophone”" in found.text
    assert addresses(found)
    assert "We looked for mesotherapy instead" in page(client, "mesotherpy").text


def test_who_finds_nothing_is_helped_on(client, shipped):
    for typed in ("xylophone", "", "   ", "?!"):
        found = page(client, typed)
        assert {"/concerns/fine-lines/", "/treatments/mesotherapy/"} <= {a["href"] for a in found.one("main").all("a")}
    assert "We found nothing for “xylophone”" in page(client, "xylophone").text


def test_results_come_in_pages_and_odd_numbers_are_forgiven(client, shipped):
    first, second = page(client, "skin"), page(client, "skin", page="2")

    assert len(addresses(first)) == 10
    assert not set(addresses(first)) & set(addresses(second))
    assert first.one("nav", class_="pages").one("a")["href"] == "?q=skin&page=2"
    for odd in ("x", "0", "-1", "99999999999999999999", "١"):
        assert addresses(page(client, "skin", page=odd))


def test_a_single_result_among_many_near_ones_is_counted_as_one(client, shipped):
    headings = [heading.text for heading in page(client, "laser safe brown skin").one("main").all("h2")]

    assert headings[:2] == ["1 result", "99 with some of your words"]


def test_the_search_page_is_neither_listed_nor_stored(client, shipped):
    response = client.get("/search/?q=skin")
    found = tree(response.content)

    assert [meta["content"] for meta in found.all("meta") if meta["name"] == "robots"] == ["noindex"]
    assert response["Cache-Control"] == "no-store"
    assert "/search/" not in b"".join(client.get("/sitemap.xml").streaming_content).decode()
    assert not response.cookies
    assert found.one("input", name="q")["value"] == "skin"


def test_a_search_asks_the_database_little(client, shipped, django_assert_max_num_queries):
    with django_assert_max_num_queries(13):
        client.get("/search/?q=price+of+mesotherpy")


ODD = [
    *("'", '"', '""', "'''", "\\", "%", "_", "*", "^", "(", ")", "((", "NOT", "AND", "OR", "NEAR", "a AND", "OR b"),
    *("NEAR(a b, 5)", "title_words : skin", "{title_words} : skin", "-skin", "skin*", "^skin", "skin + acid", "a:b"),
    *("skin'; DROP TABLE treatments_revision; --", "' OR 1=1 --", "skin & | !", "<->", "a <-> b", "!a", "a:*", "a:A"),
    *("skin\\' | x", "$$", "%s", "%(q)s", "{price}", "{clinic}", "{", "}", "[@source]", "<script>alert(1)</script>"),
    *("<mark>", "</title><img src=x onerror=alert(1)>", "&lt;", "&#0;", "../../etc/passwd", "http://x.example/", "@"),
    *(
        "😀",
        "👩🏽‍⚕️ skin",
        "त्वचा",
        "क्षेत्र ज्ञ",
        "ನನ್ನ ಚರ್ಮ",
        "العناية بالبشرة",
        "\u202eskin\u202c",
        "皮膚",
        "İıſß",
        "ﬁne lines",
    ),
    *(
        "½ ² ①",
        "㎏",
        "e\u0301" * 50,
        "\u0301\u0301",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u2028",
        "\u2029",
        "\x1b[31m",
        "\x7f",
    ),
    *("a" * 5000, "ab " * 1500, "a'b " * 500, "\t\n\r", " " * 3000, "१२३", "٠١٢", "1e999", "-0", "nan", "null", "None"),
    *("skin " * 40, "x" * 41, "मेसोथेरेपी", "a\u0000b".replace("\u0000", "\u0001"), "\U0010ffff", "\ue000", "ａｂｃ", "ǅ"),
]
HOSTILE = [*ODD, *(f'"{odd}" skin' for odd in ODD), *(odd[::-1] for odd in ODD)]


def test_nothing_that_is_typed_is_an_error(client, db):
    publish(make_treatment(text="What skin is. Acid {price}, @, 1 and त्वचा."))
    assert len(HOSTILE) > 200
    for typed in ODD:
        response = client.get(f"/search/?q={quote(typed[:900])}")
        assert response.status_code == 200, typed
        assert b"<script>alert(1)" not in response.content and b"<img src=x" not in response.content, typed
    for typed in HOSTILE:
        found = search(typed[:LONGEST])
        assert results(found.hits[:2], found.question, organisation="") or not found.hits


def test_what_no_text_can_hold_is_refused_plainly(client, shipped):
    assert client.get("/search/?q=%00").status_code == 400
    assert client.get("/search/?q=%ff").status_code == 400


def test_words_of_other_scripts_are_found(db):
    publish(make_treatment(text="त्वचा की देखभाल. Пример текста."))

    assert paths("त्वचा") and paths("देखभाल") and paths("ПРИМЕР")
    assert not paths("त्वच")


def test_rebuilding_finds_what_was_published_past_us_and_forgets_the_rest(db, capsys):
    revision = publish(make_treatment(text="A zebra."))
    publish(make_concern())
    entries = list(SearchEntry.objects.values_list("path", "all_words").order_by("path", "title"))
    SearchEntry.objects.filter(revision=revision).delete()
    SearchWord.objects.create(word="nowhere", stem="nowher")

    call_command("rebuild_search", "--missing")
    assert paths("zebra") and SearchWord.objects.filter(word="nowhere").exists()
    SearchEntry.objects.update(form=0)
    call_command("rebuild_search")

    assert list(SearchEntry.objects.values_list("path", "all_words").order_by("path", "title")) == entries
    assert not SearchWord.objects.filter(word="nowhere").exists()
    assert not SearchEntry.objects.exclude(form=vocabulary.FORM).exists()
    assert "2 pages" in capsys.readouterr().out


def test_rows_that_change_or_go_leave_the_index(db):
    publish(make_treatment(text="A zebra."))
    SearchEntry.objects.update(all_words="okapi", title_words="okapi")
    SearchWord.objects.create(word="okapi", stem="okapi")
    assert paths("okapi") and not paths("zebra")

    SearchEntry.objects.all().delete()
    assert not paths("okapi")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has its own index of pieces")
def test_without_the_extension_search_works_and_operators_are_told(shipped, capsys, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
    # Whoever runs the site may not make it again.
    monkeypatch.setattr(search_tables, "sharpen", lambda alias: False)

    call_command("rebuild_search")

    assert "pg_trgm" in capsys.readouterr().err
    assert paths("mesotherpy")[0] == paths("mesotherapy")[0] == "/treatments/mesotherapy/"


def test_site_pages_and_change_logs_are_found(db):
    publish(make_site_page(text="A zebra writes plainly."))
    publish(make_treatment(name="Okapi"))

    assert paths("zebra") == ["/about/#who-we-are"]
    assert "/treatments/needling/changes/" in paths("what changed okapi")


def test_no_mark_is_left_unclosed(client, shipped):
    html = client.get("/search/?q=skin+acid").content.decode()

    assert len(re.findall("<mark>", html)) == len(re.findall("</mark>", html)) > 5


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has its own index of pieces")
def test_whole_words_are_not_looked_up_by_their_pieces(shipped):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    alike = RawSQL(f"{search_tables.PIECES} %% %s", ["mesotherpy"], output_field=BooleanField())

    assert search_tables.WORD_INDEX not in SearchWord.objects.filter(word__in=["skin", "face", "zebra"]).explain()
    assert search_tables.WORD_INDEX in SearchWord.objects.filter(alike).explain()
