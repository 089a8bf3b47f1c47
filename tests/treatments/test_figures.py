"""Figures follow the fields, and say in words what they draw."""

import pytest

from tests.factories import make_source, make_treatment, publish
from tests.reader import read
from treatments import content, figures
from treatments.choices import AftercareKind, Band
from treatments.templatetags.words import how_often

pytestmark = pytest.mark.django_db
ADDRESS = "/treatments/needling/"


def leave(treatment, text: str, until_hours: int, **fields):
    return treatment.aftercare.create(kind=AftercareKind.DO_NOT, text=text, until_hours=until_hours, **fields)


@pytest.fixture
def treatment():
    treatment = make_treatment()
    treatment.healing.create(from_hours=0, until_hours=48, text="Redness.")
    treatment.healing.create(from_hours=48, until_hours=96, text="Less redness.")
    leave(treatment, "wear make-up", 24)
    return treatment


def drawn(client):
    page = read(client, ADDRESS)
    (figure,) = [found for found in page.all("figure") if "after a session" in found.text]
    return figure


def a_page(**fields):
    return content.TreatmentPage(
        schema=1, slug="a", name="A", heading="A", summary="A", procedure_type="percutaneous", **fields
    )


def test_recovery_is_drawn_hour_by_hour_with_what_to_leave(client, treatment):
    publish(treatment)

    figure = drawn(client)

    bars = [(bar["class"], float(bar["x"]), float(bar["width"])) for bar in figure.all("rect")]
    assert bars == [("sure", 12.0, 165.0), ("maybe", 177.0, 165.0), ("leave", 12.0, 82.5)]
    assert [mark.text for mark in figure.all("text")] == ["0", "1", "2", "3", "4", "Healing", "Do not wear make-up"]
    assert figure.one("figcaption").text == "Days after a session."


def test_an_edit_moves_its_bar(client, treatment):
    publish(treatment)
    before = [bar["width"] for bar in drawn(client).all("rect") if bar["class"] == "leave"]

    treatment.aftercare.update(until_hours=48)
    publish(treatment)

    assert [float(bar["width"]) for bar in drawn(client).all("rect") if bar["class"] == "leave"] == [
        2 * float(width) for width in before
    ]


@pytest.mark.parametrize("hours", [1, 5, 24, 71, 72, 73, 240, 2160])
def test_every_scale_has_marks_that_can_be_read(hours):
    item = content.AftercareItem(kind=AftercareKind.DO_NOT, text="swim " * 30, until_hours=hours)

    figure = figures.recovery(a_page(aftercare=(item, item)))

    assert 2 <= len(figure.marks) <= 7 and len({mark for _, mark in figure.marks}) == len(figure.marks)
    assert all(0 <= x <= 360 for x, _ in figure.marks)
    assert all(len(label) <= 46 and label.endswith(" …") for _, label in figure.labels)


def test_what_is_short_beside_a_long_scale_can_still_be_seen():
    short = content.AftercareItem(kind=AftercareKind.DO_NOT, text="swim", until_hours=1)
    page = a_page(aftercare=(short,), healing=(content.HealingStage(from_hours=0, until_hours=32767, text="A."),))

    figure = figures.recovery(page)

    assert min(stretch.width for stretch in figure.stretches) >= 2
    assert 2 <= len(figure.marks) <= 7


@pytest.mark.parametrize(("low", "high"), [(1, 1), (1, 1_000_000), (999_999, 1_000_000), (1_000_000, 1_000_000)])
@pytest.mark.parametrize("sessions", [1, 20])
def test_every_price_is_a_mark_within_its_scale(low, high, sessions):
    spans = {"sessions_min": 1, "sessions_max": sessions, "maintenance_months_min": 1, "maintenance_months_max": 36}
    costs = figures.costs(a_page(price=content.Price(min=low, max=high), **spans))

    assert len(costs) == 3
    assert all(cost.width >= 1 and cost.x >= 0 and cost.x + cost.width <= 100.1 for cost in costs)


@pytest.mark.parametrize(("sessions", "weeks"), [(2, 1), (6, 4), (20, 26)])
def test_the_weeks_of_every_course_have_marks(sessions, weeks):
    spans = {"sessions_min": 1, "sessions_max": sessions, "interval_weeks_min": 1, "interval_weeks_max": weeks}

    assert 2 <= len(figures.course(a_page(**spans)).weeks) <= 7


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.1), (0.2, 0.5), (1, 4), (0.1, 13)])
def test_labels_of_the_skin_stand_off_the_brown_tones_and_within_the_figure(low, high):
    skin = figures.depth(a_page(body_location="Face", depth_mm_min=low, depth_mm_max=high))

    assert all(needle.label_y >= 100 for needle in skin.needles)
    assert all(layer.y < layer.label_y < layer.y + layer.height for layer in skin.layers)


def test_one_bar_alone_is_no_figure(client):
    treatment = make_treatment()
    treatment.healing.create(from_hours=0, until_hours=48, text="Redness.")
    publish(treatment)

    assert "after a session" not in read(client, ADDRESS).text


def test_a_counted_rate_is_drawn_as_people_and_cites_its_source(client):
    source = make_source("trial", title="A trial of 30 people")
    treatment = make_treatment()
    treatment.side_effects.create(name_plain="Bruises", band=Band.VERY_COMMON, rate_x=4, rate_n=30, source=source)
    treatment.side_effects.create(name_plain="Redness")
    publish(treatment)

    page = read(client, ADDRESS)

    (svg,) = [found for found in page.all("svg") if found["class"] == "people"]
    assert svg.one("title").text == "4 of 30 people"
    everyone, affected = (path["d"] for path in svg.all("path"))
    assert (everyone, affected) == ("M4 4h192.5M4 12h32.5", "M4 4h24.5")
    assert "A trial of 30 people" in page.with_id("s1").text
    assert [link["href"] for link in page.with_id("common-side-effects").all("a")] == ["#s1"]
    assert "[1]" in client.get("/treatments/needling.md").content.decode()


def test_large_counts_are_grouped_as_india_does():
    effect = content.SideEffect(name_plain="Bruises", rate_x=1234, rate_n=123456)

    assert how_often(effect) == "1,234 in 1,23,456 people."


@pytest.mark.parametrize(("x", "n", "shown"), [(None, None, False), (1, 1000, True), (3, 1001, False), (1, 1, True)])
def test_a_rate_is_drawn_only_where_there_is_one_and_dots_can_be_told_apart(x, n, shown):
    effect = content.SideEffect(name_plain="Bruises", rate_x=x, rate_n=n)

    assert bool(figures.people(effect)) is shown
