"""No word that staff write of a risk is lost, and none of its figures."""

import pytest

from tests.factories import make_treatment, publish
from tests.reader import read
from treatments.choices import CareLevel

pytestmark = pytest.mark.django_db
SIGNS = [(level, sign) for level in CareLevel for sign in ("you cannot see", "")] + [("", "")]


def published(**fields):
    treatment = make_treatment()
    treatment.side_effects.create(name_plain="Redness", **fields)
    publish(treatment)


@pytest.mark.parametrize("serious", [True, False])
@pytest.mark.parametrize(("level", "sign"), SIGNS)
def test_what_to_do_is_always_said(client, level, sign, serious):
    written = {"text": "Warm skin.", "warning_sign": sign, "what_to_do": "Lie down."}
    serious = serious and bool(level)
    published(serious=serious, care_level=level, **written)

    page = read(client, "/treatments/needling/").one("main").text
    assert all(page.count(words) == 1 for words in written.values() if words)
    assert (" if: " in page) is bool(sign)
    markdown = client.get("/treatments/needling.md").content.decode()
    assert all(markdown.count(words) == 1 for words in written.values() if words)


@pytest.mark.parametrize("serious", [True, False])
@pytest.mark.parametrize(
    ("name", "least", "most", "said"),
    [
        ("onset", 24, 48, "It starts after 24 to 48 hours."),
        ("onset", 24, 24, "It starts after 24 hours."),
        ("onset", 24, None, "It starts after 24 hours or more."),
        ("onset", None, 168, "It starts within 1 week."),
        ("onset", 0, 24, "It starts within 24 hours."),
        ("onset", 0, None, "It can start at once."),
        ("onset", None, 0, "It starts at once."),
        ("duration", 24, 48, "24 to 48 hours."),
        ("duration", 24, 24, "24 hours."),
        ("duration", None, 72, "up to 3 days."),
        ("duration", 0, 72, "up to 3 days."),
        ("duration", 24, None, "at least 24 hours."),
        ("duration", 0, 0, "less than 1 hour."),
    ],
)
def test_what_is_known_of_a_time_reads_as_a_plain_sentence(client, serious, name, least, most, said):
    hours = {f"{name}_hours_min": least, f"{name}_hours_max": most}
    published(serious=serious, care_level="clinic" if serious else "", **hours)

    words = said if name == "onset" else f"It lasts {said}"
    shown = words if serious or name == "onset" else said[:1].upper() + said[1:]
    of = "What to know" if serious else "How long"
    [cell] = [td.text for td in read(client, "/treatments/needling/").all("td") if td["data-of"] == of]
    assert cell == shown
    assert f" {words} |" in client.get("/treatments/needling.md").content.decode()


@pytest.mark.parametrize("known", [{}, {"duration_hours_min": 0}])
def test_nothing_known_leaves_no_label_without_words(client, known):
    published(**known)

    assert b'<td data-of="How long"></td>' in client.get("/treatments/needling/").content
