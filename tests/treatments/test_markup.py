import re
import time
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from tests.factories import add_section, make_concern, make_organisation, make_source, make_treatment, publish
from tests.reader import Element, read, tree
from treatments import facts, markup

FACTS = {"sessions": "4 to 6 sessions"}
NUMBERS = {"trial": 1, "rev.2021_a-b": 12}


def html(text: str) -> str:
    return markup.to_html(text, facts=FACTS, numbers=NUMBERS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plain words.", "<p>Plain words.</p>"),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("**Strong** and *soft*", "<p><strong>Strong</strong> and <em>soft</em></p>"),
        ("* one\n* two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("1. one\n2. two", "<ol>\n<li>one</li>\n<li>two</li>\n</ol>"),
        ("[about](/about/)", '<p><a href="/about/">about</a></p>'),
        ("[mail](mailto:a@b.org)", '<p><a href="mailto:a@b.org">mail</a></p>'),
        ("A course is {sessions}.", "<p>A course is 4 to 6 sessions.</p>"),
        ("It costs {price}.", "<p>It costs {price}.</p>"),
        ("So [@trial].", '<p>So&nbsp;<sup><a href="#s1">1</a></sup>.</p>'),
        ("So [@rev.2021_a-b].", '<p>So&nbsp;<sup><a href="#s12">12</a></sup>.</p>'),
        ("Not cited [@gone].", "<p>Not cited&nbsp;.</p>"),
        ("2 < 3 & 4 > 1", "<p>2 &lt; 3 &amp; 4 &gt; 1</p>"),
        ("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("![x](https://example.org/x.png)", '<p>!<a href="https://example.org/x.png">x</a></p>'),
        ("# No heading", "<p># No heading</p>"),
        ("`no code`", "<p>`no code`</p>"),
        ('[x](/a "title")', '<p><a href="/a">x</a></p>'),
    ],
)
def test_small_markdown_and_nothing_else(text, shown):
    assert html(text) == shown


PIECES = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</p>", "<!--", "-->", "<![CDATA[", "<a href=x>"),
    *("[x](javascript:alert(1))", "[x](JaVaScRiPt&colon;alert(1))", "[x](&#106;avascript:alert(1))", "vbscript:x"),
    *(
        "[x](java\tscript:alert(1))",
        "[x](data:text/html;base64,PHg+)",
        "[x](file:///etc/passwd)",
        "[x](\x01javascript:x)",
    ),
    *("![x](https://a.org/x.png)", "<https://a.org>", "[x](//a.org)", '[x](/a "onclick=x")', "[x](<javascript:x>)"),
    *("[@trial]", "[@gone]", "[@trial](javascript:x)", "[[@trial]](/a)", "[x](/[@trial])", "[x](/{clinic})"),
    *("{sessions}", "{clinic}", "{price}", "{{sessions}}", "[{clinic}]({clinic})", "[@{clinic}]", "[x]({price})"),
    *("[a]: javascript:x\n\n[a]", "&lt;script&gt;", "&#60;script&#62;", "&amp;lt;", "&", "\x00", "\u202e", "\u2028"),
    *("* ", "\n* ", "\n1. ", "    ", "\n\n", "\n", "**", "*", "_", "`", "~~~", "# ", "> ", "|a|b|", "---"),
    *(
        "\\",
        "[",
        "](",
        ")",
        "'",
        '"',
        "<",
        ">",
        "=",
        "/",
        ":",
        "style=",
        "class=",
        "onclick=",
        "href=",
        "javascript:",
    ),
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)
LIVE = {"clinic": "\"><script>'{price}'</script>", "price": "<img src=x onerror=x>"}
SCHEMES = {"", "http", "https", "mailto", "tel"}


def faults(found: Element) -> list[str]:
    """What no text may produce."""
    return [
        f"<{element.tag} {element.attributes}>"
        for element in found.all()
        if element is not found
        and (
            element.tag not in markup.TAGS
            or set(element.attributes) - {"href"}
            or (element.tag == "a" and scheme(element["href"]) not in SCHEMES)
        )
    ]


def scheme(href: str) -> str:
    """As a browser reads it, which drops controls and spaces."""
    return urlsplit(re.sub(r"[\x00-\x20\x7f]", "", href)).scheme


@given(text=texts)
@example("[x](https:javascript:alert(1))")
@example("[@trial")
@example("<scr<script>ipt>")
def test_no_text_can_make_anything_but_the_tags_and_links_we_allow(text):
    frozen = html(text)

    assert faults(tree(frozen)) == []
    assert faults(tree(markup.shown(frozen, LIVE))) == []
    assert faults(tree(markup.Words({text: frozen}, LIVE).line(text))) == []
    assert faults(tree(markup.Words({}, LIVE).show(text))) == []


@given(stored=texts)
def test_html_from_an_older_snapshot_is_cleaned_again_when_it_is_shown(stored):
    assert faults(tree(markup.shown(f"<p>{stored}</p>", LIVE))) == []


def test_cleaning_twice_changes_nothing():
    once = html("A [link](/a?b=1&c=2) & <b> [@trial] **x** {sessions}")

    assert markup.cleaned(once) == once


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A *small* trial [@trial] of {sessions}.", "A small trial of 4 to 6 sessions."),
        ('Salt & pepper, 2 < 3, Müller\'s "mix".', 'Salt & pepper, 2 < 3, Müller\'s "mix".'),
        ("One.\n\n* two\n* three", "One. two three"),
        ("<b>x</b>", "<b>x</b>"),
    ],
)
def test_plain_words_are_words_and_not_html(text, words):
    assert markup.plain(text, facts=FACTS) == words


LONG = 20_000


@pytest.mark.parametrize(
    "piece",
    ["[", "*", "_*", "[a](", "![[", "[@", "{", "&", "\\", "<", "- ", "\n- a", "> ", "a**", "\u00a0", " ", "\t", "\n"],
)
def test_no_text_takes_long(piece):
    began = time.process_time()

    html(f"a{piece * (LONG // len(piece))}b [@trial]")

    assert time.process_time() - began < 2


def test_an_unknown_fact_is_refused_with_the_facts_there_are(db):
    section = make_treatment().sections.get()

    with pytest.raises(ValidationError) as refused:
        section.statements.create(text="A course is {session} {seccions}.").full_clean()

    (message,) = refused.value.message_dict["text"]
    assert message.startswith("There is no fact called {seccions}, {session}. Known facts: {sessions}, {interval}, ")
    assert all(f"{{{name}}}" in message for name in facts.NAMES)


def test_an_unknown_source_is_refused_with_the_sources_there_are(db):
    make_source("trial")
    make_source("review")
    section = make_treatment().sections.get()

    with pytest.raises(ValidationError) as refused:
        section.statements.create(text="It helps [@tria].").full_clean()

    assert refused.value.message_dict["text"] == ["There is no source called tria. Known sources: review, trial."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It helps [@trial.", "[@trial."),
        ("It helps [@].", "[@]"),
        ("It helps [@trial, @review].", "[@trial,"),
        ("Takes {Sessions}.", "{Sessions}"),
        ("Takes { sessions }.", "{ sessions }"),
        ("Takes {sessions.", "{sessions."),
        ("Takes sessions}.", "sessions}"),
        ("Takes {{sessions}}.", "{}"),
        ("See [this](javascript:alert(1)).", "A link cannot lead to javascript:alert(1"),
        ("See [this](www.example.org/a).", "A link cannot lead to www.example.org/a"),
        ("See [this]( <data:text/html,x>).", "A link cannot lead to data:text/html,x>"),
    ],
)
def test_brackets_that_patients_would_read_are_refused(db, text, words):
    make_source("trial")
    section = make_treatment().sections.get()

    with pytest.raises(ValidationError) as refused:
        section.statements.create(text=text).full_clean()

    assert refused.value.message_dict["text"][0].startswith(words)


def test_links_to_the_web_to_a_page_of_the_site_and_down_the_page_are_taken(db):
    text = "See [a](https://example.org), [b](/compare/), [c](#cost), [d](mailto:a@b.org) or [e](tel:112)."

    make_treatment().sections.get().statements.create(text=text).full_clean()


def test_sources_are_numbered_in_the_order_of_reading_and_each_once(client, db):
    for key in ("first", "second", "third", "never"):
        make_source(key)
    treatment = make_treatment(text="So [@first]. And so [@second]. And again [@first].")
    add_section(treatment, "disclaimer", "Last [@third].")
    publish(treatment)

    page = read(client, "/treatments/needling/")

    assert [link.text for link in page.with_id("overview").all("sup")] == ["1", "2", "1"]
    assert [link["href"] for link in page.with_id("disclaimer").all("a")] == ["#s3"]
    listed = [item["id"] for item in page.one("ol", class_="sources").all("li")]
    assert listed == ["s1", "s2", "s3"]


def test_revisions_frozen_with_longer_anchors_lead_to_their_sources():
    old = '<p>So&nbsp;<sup><a href="#source-rev.2021">12</a></sup>, <a href="#cost">{price}</a>.</p>'

    shown = markup.shown(old, {"price": "₹3,000"})

    assert shown == '<p>So&nbsp;<sup><a href="#s12">12</a></sup>, <a href="#cost">₹3,000</a>.</p>'


def test_a_concern_cannot_name_figures_that_only_a_treatment_has(db):
    concern = make_concern()
    line = concern.lines.create(treatment=make_treatment(), evidence="some", text="Takes {sessions}.")

    with pytest.raises(ValidationError, match=r"no fact called \{sessions\}. Known facts: \{clinic\}"):
        line.full_clean()


def test_a_comparison_cannot_name_a_price_because_another_page_would_fill_in_its_own(db):
    fact = make_treatment().comparison.create(attribute="goes-in", text="Costs {price} or {course_price}.")

    with pytest.raises(ValidationError, match=r"no fact called \{course_price\}, \{price\}"):
        fact.full_clean()


def test_a_hostile_organisation_name_is_only_words(client, db):
    make_organisation(name="<img src=x onerror=alert(1)>")
    publish(make_treatment(text="{clinic} says so."))

    page = read(client, "/treatments/needling/")

    assert "<img src=x onerror=alert(1)> says so." in page.text
    assert not list(page.all("img"))
