"""What patients ask: each is answered where one would look for it, or the page says that it is not known."""

import pytest

from tests.reader import read

pytestmark = pytest.mark.django_db
ASKED = {
    "How soon will I see a result?": ("faq-results", "session"),
    "Does it hurt?": ("faq-pain", "numbing"),
    "How many sessions, how far apart?": ("course", "sessions"),
    "What will the whole course cost me?": ("cost", "course"),
    "Is it permanent, and when must I come back?": ("faq-duration", "last|look"),
    "I have lumps or bumps: is that normal?": ("questions", "lumps or bumps"),
    "What is normal afterwards and what is not?": ("risks", "urgent"),
    "Does it really work, and is there proof?": ("works", "stud"),
    "What goes in, and is it approved?": ("safety", "approv|licen"),
    "Can it treat dark patches?": ("works", "melasma|dark patches"),
    "Will brown skin get dark marks?": ("risks", "dark marks|dark patches|brown or black skin"),
    "Can I have it when pregnant or breastfeeding?": ("avoid", "pregnan"),
    "I take aspirin or a blood thinner: what now?": ("questions", "aspirin"),
    "When may I wash, exercise, swim or go in the sun?": ("questions", "swim"),
    "Can I work or go to a wedding the next day?": ("questions", "wedding"),
    "Am I a candidate at all?": ("avoid", "ask a doctor first"),
    "Who may do it, and how do I check?": ("safety", "ask"),
    "This one or another?": ("others", "side by side"),
    "What if something goes wrong, whom do I call?": ("questions", "112"),
    "Can I do it at home?": ("questions", "at home"),
}


@pytest.mark.parametrize("slug", ["mesotherapy", "microneedling", "prp", "laser-resurfacing"])
def test_every_question_is_answered_or_said_to_be_open(client, shipped, slug):
    page = read(client, f"/treatments/{slug}/")

    missing = {
        question: anchor
        for question, (anchor, words) in ASKED.items()
        if not any(word in page.with_id(anchor).text.lower() for word in words.split("|"))
    }

    assert missing == {}
    assert "breastfeeding" in page.with_id("avoid").text
