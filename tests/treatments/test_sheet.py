"""The questions sheet says what its page says, and never that a treatment suits somebody."""

import datetime
import re

import pytest
from django.utils import timezone

from tests.factories import add_price, make_treatment, publish
from tests.reader import Element, read
from treatments import sheet

pytestmark = pytest.mark.django_db
VERDICT = re.compile(r"(?:You ticked one\?|You ticked none\?) (.*)")


def groups(page: Element) -> dict[str, list[str]]:
    found = {}
    for fieldset in page.all("fieldset"):
        (legend,) = fieldset.all("legend")
        found[legend.text] = [label.text for label in fieldset.all("label")]
    return found


def verdicts(page: Element) -> list[str]:
    return [VERDICT.fullmatch(p.text)[1] for p in page.one("main").all("p") if p["class"] == "verdict"]


def test_it_asks_what_the_fields_leave_open(client):
    treatment = make_treatment(sessions_min=4, sessions_max=6, depth_mm_min=1, depth_mm_max=4, evidence="some")
    add_price(treatment)
    for name, severity in (("you are ill", "do-not-have"), ("you are young", "ask-first"), ("you itch", "wait")):
        treatment.contraindications.create(name_plain=name, severity=severity, origin="clinic")
    treatment.agents.create(name="Vitamin C", agent_class="vitamin")
    treatment.agents.create(name="Glutathione", agent_class="antioxidant", approval_india="not-for-this-use")
    publish(treatment)

    page = read(client, "/treatments/needling/questions/")
    found = groups(page)

    assert found["Do not have it if:"] == ["you are ill"]
    assert found["Ask a doctor first if:"] == ["you are young", "you itch"]
    assert verdicts(page) == [sheet.DO_NOT, sheet.ASK_FIRST, sheet.NOTHING_APPLIES]
    asked = " ".join(question for questions in found.values() for question in questions)
    assert "vitamin C or glutathione?" in asked
    assert "Not approved in India for this use: glutathione." in asked
    assert "4 to 6 sessions" in asked and "1 to 4 mm" in asked and "Our label for the proof is “some”." in asked
    assert "₹3,000 to ₹15,000 a session (date not given by the clinic)" in asked


def test_one_ingredient_and_one_device_are_asked_for_as_one(client):
    treatment = make_treatment()
    treatment.agents.create(name="Glycolic acid", agent_class="acid")
    treatment.devices.create(name="Dermapen")
    publish(treatment)

    asked = read(client, "/treatments/needling/questions/").one("main").text

    assert "Will I get glycolic acid?" in asked
    assert "Will you use this device: Dermapen? Is it registered in India?" in asked


def test_it_says_only_what_it_may_of_every_shipped_treatment(client, shipped):
    for slug in ("mesotherapy", "microneedling", "prp", "laser-resurfacing"):
        page = read(client, f"/treatments/{slug}/questions/")

        assert verdicts(page)[-1] == sheet.NOTHING_APPLIES
        assert set(verdicts(page)) <= {sheet.DO_NOT, sheet.ASK_FIRST, sheet.NOTHING_APPLIES}
        assert not re.search(r"\b(suits? you|you can have|safe for you|suitable|candidate)\b", page.one("main").text)
        links = [link["href"] for link in read(client, f"/treatments/{slug}/").one("main").all("a")]
        assert f"/treatments/{slug}/questions/" in links


def test_a_treatment_of_which_nothing_is_known_still_has_questions(client):
    publish(make_treatment())

    page = read(client, "/treatments/needling/questions/")

    assert "no list of people who cannot have it" in page.one("main").text
    assert verdicts(page) == []
    assert "How many sessions will I need, and how far apart?" in groups(page)["The plan"]
    assert "What if I have nothing done?" in groups(page)["The plan"]


def test_an_old_price_is_not_told(client):
    treatment = make_treatment()
    add_price(treatment, checked_on=timezone.localdate() - datetime.timedelta(days=91))
    publish(treatment)

    assert "₹" not in read(client, "/treatments/needling/questions/").one("main").text


def test_nothing_on_it_can_be_sent(client, shipped):
    page = read(client, "/treatments/mesotherapy/questions/").one("main")

    assert list(page.all("form")) == []
    assert [box for box in page.all("input") if "name" in box.attributes] == []
