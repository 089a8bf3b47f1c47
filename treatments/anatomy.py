"""The order of a treatment page: what a person decides with, first things first.

Anchors are public addresses (`/treatments/mesotherapy/#aftercare`): one that was ever published keeps its name.
"""

from typing import NamedTuple


class Group(NamedTuple):
    """One entry of the contents list. `id` is its own anchor, apart from those of its sections."""

    id: str
    heading: str
    anchors: tuple[str, ...]


GROUPS = (
    Group("brief", "In brief", ("overview",)),
    Group("what", "What it is", ("what-it-is", "how-it-works")),
    Group("uses", "What it is used for", ("purpose", "who-it-suits", "indications")),
    Group(
        "works",
        "Does it work",
        ("evidence", "doctors-view", "consensus", "benefits", "remodelling", "blood-flow"),
    ),
    Group("avoid", "Who should not have it", ("who-should-avoid",)),
    Group("risks", "Side effects", ("side-effects", "common-side-effects", "rare-complications")),
    Group("happens", "What happens", ("preparation", "procedure", "technique", "course")),
    Group("recovering", "Recovery", ("recovery", "aftercare", "healing")),
    Group("costs", "Cost", ("cost", "insurance")),
    Group("safety", "Safety and regulation", ("supervision", "regulation", "ethics")),
    Group(
        "others",
        "Other treatments",
        ("alternatives", "alternative-microneedling", "alternative-prp", "alternative-laser", "no-treatment"),
    ),
    Group("newer", "Newer variants", ("innovations", "mesoguns", "cocktails")),
    Group(
        "questions",
        "Common questions",
        (
            "faq-results",
            "faq-pain",
            "faq-duration",
            "faq-pigmentation",
            "faq-downtime",
            "faq-skin-types",
            "faq-more",
        ),
    ),
    Group("this-page", "About this page", ("conclusion", "about", "disclaimer")),
)

ANCHORS = tuple(anchor for group in GROUPS for anchor in group.anchors)
QUESTION_ANCHORS = next(group.anchors for group in GROUPS if group.id == "questions")
SECTION_ANCHORS = tuple(anchor for anchor in ANCHORS if anchor not in QUESTION_ANCHORS)
