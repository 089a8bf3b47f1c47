"""Pages that hypothesis makes up: whatever staff type, the data stay legal, escaped and on the page."""

import datetime

import msgspec
import pytest
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_organisation
from tests.reader import tree
from tests.seo.graphs import faults
from treatments import choices, content, directory, directory_views, facts, heads, jsonld, layout, markup, views
from treatments.review import Review

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 6, tzinfo=datetime.UTC)
letters = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12)
nasty = st.sampled_from(["</script>", "<!--", "\u2028", "&lt;", "*a*", "[x](https://a.example)", "{sessions}", "ज़"])
words = st.lists(letters | nasty, min_size=1, max_size=4).map(" ".join).map(str.strip).filter(bool)
maybe = st.just("") | words


def parts(struct, /, **fields):
    return st.lists(st.builds(struct, **fields), max_size=2).map(tuple)


def one_of(kind):
    return st.sampled_from(list(kind))


@st.composite
def pages(draw) -> content.TreatmentPage:
    page = draw(
        st.builds(
            content.TreatmentPage,
            schema=st.just(content.SCHEMA),
            slug=st.just("made-up"),
            name=words,
            also_called=st.lists(words, max_size=2).map(tuple),
            heading=words,
            summary=words,
            body_location=maybe,
            procedure_type=one_of(choices.ProcedureType),
            specialty=one_of(choices.Specialty),
            evidence=st.none() | one_of(choices.Evidence),
            sessions_min=st.just(2),
            sessions_max=st.just(3),
            price=st.none() | st.just(content.Price(min=1, max=2, checked_on=NOW.date())),
            sections=parts(
                content.Section,
                anchor=st.sampled_from(["overview", "regulation", "evidence"]),
                heading=words,
                statements=parts(content.Statement, label=maybe, text=words, evidence=st.none()),
            ).filter(lambda sections: len({section.anchor for section in sections}) == len(sections)),
            indications=parts(
                content.Indication, name=words, aim=maybe, evidence=one_of(choices.Evidence), condition=st.booleans()
            ),
            contraindications=parts(
                content.Contraindication,
                name_plain=words,
                name_medical=maybe,
                severity=one_of(choices.Severity),
                origin=one_of(choices.Origin),
            ),
            side_effects=parts(content.SideEffect, name_plain=words, name_medical=maybe, serious=st.booleans()),
            steps=parts(content.Step, phase=one_of(choices.Phase), title=words, text=maybe),
            aftercare=parts(
                content.AftercareItem, kind=one_of(choices.AftercareKind), text=words, until_hours=st.just(24)
            ),
            agents=parts(
                content.Agent,
                name=words,
                agent_class=one_of(choices.AgentClass),
                approval_india=one_of(choices.Approval),
            ),
            products=parts(content.Product, brand=words, maker=maybe, licence_number=maybe, licensed_use=maybe),
            sources=parts(content.Source, key=st.just("a"), title=words, kind=one_of(choices.SourceKind)).map(
                lambda sources: sources[:1]
            ),
        )
    )
    html = {text: markup.to_html(text, facts=facts.frozen(page), numbers={}) for text in layout.texts(page)}
    return msgspec.structs.replace(page, html=html)


review = st.none() | st.just(
    Review("A. Doctor", "MD", "A council", "1", NOW.date(), NOW.date() + datetime.timedelta(365), overdue=False)
)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture])
@given(page=pages(), signed=review)
def test_any_page_is_legal_and_says_only_what_it_shows(organisation, page, signed):
    context = views.treatment_context(page, dates=jsonld.Dates(NOW, NOW), review=signed)

    html = render_to_string("treatments/treatment.html", context)

    assert faults(html) == []
    (script,) = [found for found in tree(html).all("script") if not found["src"]]
    assert not set("<>&\u2028\u2029") & set("".join(script.children))


@st.composite
def people(draw, prefix: str) -> list[directory.Named]:
    """Some of them are named twice on a page, as in life."""
    keys = draw(st.lists(st.integers(1, 3), unique=True, max_size=2))
    return [directory.Named(key, draw(words), f"/{prefix}/#{prefix}-{key}") for key in keys]


clinics = st.builds(
    directory.Clinic,
    key=st.integers(1, 9),
    name=words,
    city=words,
    street=maybe.map(directory.in_one_line),
    telephone=st.sampled_from(["", "+91 22 2655 1234"]),
    dialled=st.just("+912226551234"),
    emergency_note=maybe,
    doctors=people("practitioners"),
)
doctors = st.builds(
    directory.Doctor,
    key=st.integers(1, 9),
    name=words | words.map("Dr. {}".format),
    degree=st.sampled_from(["", "MD"]),
    council=words,
    registration_number=words,
    clinics=people("clinics"),
)
LISTS = {"clinics": (clinics, directory_views.of_clinics), "doctors": (doctors, directory_views.of_doctors)}


@pytest.mark.parametrize("name", LISTS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), organisation=maybe)
def test_any_clinics_and_doctors_are_legal_and_say_only_what_they_show(name, data, organisation):
    entries, context_of = LISTS[name]
    found = data.draw(st.lists(entries, min_size=1, max_size=3, unique_by=lambda entry: entry.key))
    page = directory_views.pages_of(len(found)).page(1)
    context = context_of(found, directory.House(organisation, len(found), len(found)), page)

    html = render_to_string(f"directory/{name}.html", context)

    assert faults(html) == []
    (script,) = [found for found in tree(html).all("script") if not found["src"]]
    assert not set("<>&\u2028\u2029") & set("".join(script.children))


@pytest.fixture
def organisation():
    return make_organisation()


@given(name=words, summary=words)
def test_any_name_makes_a_title_and_a_description_that_fit(name, summary):
    page = content.TreatmentPage(
        schema=1, slug="x", name=name, heading=name, summary=summary, procedure_type=choices.ProcedureType.SURGICAL
    )

    assert len(heads.treatment_title(page)) < heads.TITLE.stop
    assert len(heads.treatment_description(page)) < heads.DESCRIPTION.stop
