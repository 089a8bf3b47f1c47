import datetime

import pytest
from django.utils import timezone

from tests.factories import make_doctor
from treatments import content
from treatments.models import Publication, Revision
from treatments.models.signing import sign
from treatments.views import revisions_at

pytestmark = pytest.mark.django_db
ADDRESSES = [("treatment", "mesotherapy"), ("concern", "dry-skin"), ("site_page", "about"), ("treatment", "prp")]


def columns(revision: Revision) -> dict:
    return {name: value for name, value in vars(revision).items() if name != "_state"}


def found(kind: str, slug: str, *, at) -> list[Revision]:
    return revisions_at(kind, content.SCHEMA, slug=slug, at=at)


def test_the_prepared_query_finds_what_the_queryset_says(shipped):
    first = Publication.objects.get(revision__slug="mesotherapy")
    sign(first.revision, make_doctor(), rendered_text="It may help.")
    now = timezone.now()

    for kind, slug in ADDRESSES:
        revisions = Revision.objects.live(at=now).filter(**{f"{kind}__isnull": False, "slug": slug})
        asked = revisions.with_live_until().with_dates(kind, at=now).with_signature().get()
        assert columns(*found(kind, slug, at=now)) == columns(asked)
    assert found("treatment", "mesotherapy", at=now)[0].signature
    assert found("concern", "mesotherapy", at=now) == []
    assert found("treatment", "mesotherapy", at=first.live_from) == [first.revision]
    assert found("treatment", "mesotherapy", at=first.live_from - datetime.timedelta(seconds=1)) == []
