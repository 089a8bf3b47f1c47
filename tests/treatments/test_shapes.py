"""Pages that earlier releases froze: read, shown and signed for ever, whatever fields content has gained since.

`data/shapes` holds one of each shape. Before `content.SCHEMA` is raised, the specimen joins them as it is.
"""

import json
from pathlib import Path

import pytest

from treatments import content, review_views, views
from treatments.fingerprint import fingerprint
from treatments.models.publishing import KINDS

pytestmark = pytest.mark.django_db
SHAPES = sorted((Path(__file__).parent.parent / "data" / "shapes").glob("*.json"))
SHOWN = {
    "treatment": ("treatments/treatment.html", views.treatment_context),
    "concern": ("concerns/concern.html", views.concern_context),
    "site_page": ("pages/page.html", views.site_page_context),
}


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_what_an_earlier_release_froze_is_read_signed_and_shown_as_then(path):
    kept = json.loads(path.read_text(encoding="utf-8"))
    page = content.decode(json.dumps(kept["snapshot"]), KINDS[kept["kind"]])
    template, context = SHOWN[kept["kind"]]

    assert content.decode(content.encode(page), type(page)) == page
    assert fingerprint(page) == kept["fingerprint"], "the signatures under it would no longer count"
    words = review_views.words_of(template, context(page))
    assert getattr(page, "heading", "") in words and page.slug == kept["snapshot"]["slug"]


def test_each_wording_that_was_ever_signed_has_an_example():
    kept = {json.loads(path.read_text(encoding="utf-8"))["snapshot"]["schema"] for path in SHAPES}

    assert kept >= set(range(1, content.SCHEMA))
