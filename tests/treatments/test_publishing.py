import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import add_section, make_concern, make_editor, make_site_page, make_treatment, publish
from tests.reader import read
from treatments.models import Publication, Revision, Statement, freeze
from treatments.models.admission import AlreadyLive
from treatments.models.publishing import withdraw

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def rewrite(treatment, text):
    Statement.objects.filter(section__treatment=treatment).update(text=text)


def test_patients_keep_the_published_words_while_staff_edit(client):
    treatment = make_treatment(text="Published words.")
    publish(treatment)

    rewrite(treatment, "Half-written words.")
    treatment.name = "Half-renamed"
    treatment.save(update_fields=["name"])

    for path in ("/treatments/needling/", "/treatments/", "/"):
        page = read(client, path).text
        assert "Needling" in page
        assert "Half" not in page


def test_freezing_alone_shows_patients_nothing_new(client):
    treatment = make_treatment(text="Published words.")
    publish(treatment)
    rewrite(treatment, "Frozen words.")

    freeze(treatment, by=None)

    assert "Published words." in read(client, "/treatments/needling/").text


def test_a_treatment_that_was_never_published_is_not_there(client):
    treatment = make_treatment()
    freeze(treatment, by=None)

    assert client.get("/treatments/needling/").status_code == 404
    assert "Needling" not in read(client, "/treatments/").text


def test_a_planned_publication_shows_from_its_moment_and_not_before(client):
    treatment = make_treatment(text="Words of today.")
    with time_machine.travel(NOON, tick=False):
        publish(treatment)
        rewrite(treatment, "Words of tonight.")
        publish(treatment, at=NOON + HOUR)

    with time_machine.travel(NOON + HOUR - datetime.timedelta(microseconds=1), tick=False):
        assert "Words of today." in read(client, "/treatments/needling/").text
    with time_machine.travel(NOON + HOUR, tick=False):
        page = read(client, "/treatments/needling/").text
        assert "Words of tonight." in page
        assert "Words of today." not in page


def test_a_first_planned_publication_is_404_until_its_moment(client):
    with time_machine.travel(NOON, tick=False):
        publish(make_treatment(), at=NOON + HOUR)
        assert client.get("/treatments/needling/").status_code == 404

    with time_machine.travel(NOON + HOUR, tick=False):
        assert client.get("/treatments/needling/").status_code == 200


def test_publishing_again_ends_the_earlier_publication_in_the_same_moment():
    treatment, editor = make_treatment(), make_editor()
    publish(treatment, at=NOON, by=editor)
    publish(treatment, at=NOON + HOUR, by=editor)

    later, earlier = Publication.objects.of(treatment)

    assert (earlier.live_from, earlier.live_until) == (NOON, NOON + HOUR)
    assert (later.live_from, later.live_until) == (NOON + HOUR, None)
    assert earlier.ended_by == later.by == editor


def test_revisions_of_each_page_number_up_from_one():
    needling, about, dull = make_treatment(), make_site_page(), make_concern()

    numbers = [freeze(subject, by=None).number for subject in (needling, about, needling, dull, needling, about)]

    assert numbers == [1, 1, 2, 1, 3, 2]


def test_the_database_refuses_a_second_revision_of_the_same_number():
    revision = freeze(make_treatment(), by=None)
    revision.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        revision.save(force_insert=True)


def test_publishing_an_older_revision_again_brings_back_its_words(client):
    treatment = make_treatment(text="First words.")
    first = publish(treatment, at=NOON)
    rewrite(treatment, "Second words.")
    publish(treatment, at=NOON + HOUR)

    first.publish(by=None, at=NOON + 2 * HOUR)

    with time_machine.travel(NOON + 3 * HOUR, tick=False):
        assert "First words." in read(client, "/treatments/needling/").text
        (live,) = Revision.objects.live(at=timezone.now()).with_live_from()
        assert live.live_from == NOON + 2 * HOUR


def test_two_live_pages_keep_their_words_apart(client):
    for slug in ("needling", "peeling"):
        publish(make_treatment(slug, text=f"Words about {slug}."))

    for slug, other in (("needling", "peeling"), ("peeling", "needling")):
        page = read(client, f"/treatments/{slug}/").text
        assert f"Words about {slug}." in page
        assert other not in page.lower()


def test_a_treatment_a_concern_and_a_site_page_of_one_address_do_not_meet(client):
    publish(make_treatment("about", text="Words of the treatment."))
    publish(make_concern("about", summary="Words of the concern."))
    publish(make_site_page("about", text="Words of the site."))

    assert "Words of the treatment." in read(client, "/treatments/about/").text
    assert "Words of the concern." in read(client, "/concerns/about/").text
    assert "Words of the site." in read(client, "/about/").text


def test_an_unpublished_change_of_a_neighbour_does_not_reach_a_page(client):
    other = make_treatment("peeling", summary="Published summary.")
    publish(other)
    treatment = make_treatment()
    treatment.alternatives.create(other=other)
    add_section(treatment, "alternatives", "You could also have peeling.")
    other.name = "Half-renamed"
    other.save(update_fields=["name"])

    publish(treatment)

    page = read(client, "/treatments/needling/").text
    assert "Peeling" in page
    assert "Half-renamed" not in page


def test_a_withdrawn_page_is_gone_and_its_plans_with_it(client):
    treatment = make_treatment()
    with time_machine.travel(NOON, tick=False):
        publish(treatment)
        publish(treatment, at=NOON + 2 * HOUR)
        withdraw(treatment, by=None, at=NOON + HOUR)
        assert client.get("/treatments/needling/").status_code == 200

    for moment in (NOON + HOUR, NOON + 3 * HOUR):
        with time_machine.travel(moment, tick=False):
            assert client.get("/treatments/needling/").status_code in (404, 410)


def test_a_cancelled_plan_leaves_what_was_live(client):
    treatment = make_treatment(text="Words of today.")
    with time_machine.travel(NOON, tick=False):
        publish(treatment)
        rewrite(treatment, "Words of tonight.")
        publish(treatment, at=NOON + HOUR)
        Publication.objects.get(live_from=NOON + HOUR).cancel(by=None)

    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        assert "Words of today." in read(client, "/treatments/needling/").text
        with pytest.raises(AlreadyLive):
            Publication.objects.get(live_from=NOON).cancel(by=None)


@pytest.fixture
def needling():
    return make_treatment()


acts = st.lists(st.tuples(st.sampled_from(["publish", "withdraw", "cancel"]), st.integers(0, 9)), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
def test_whatever_staff_do_patients_never_have_two_versions_at_once(needling, acts):
    with transaction.atomic(), time_machine.travel(NOON - HOUR, tick=False):
        revision = freeze(needling, by=None)
        for act, hour in acts:
            do(act, revision, NOON + hour * HOUR)

        for half_hour in range(21):
            moment = NOON + half_hour * HOUR / 2
            assert Revision.objects.of(needling).live(at=moment).count() <= 1
        transaction.set_rollback(True)


def do(act, revision, moment):
    if act == "publish":
        revision.publish(by=None, at=moment)
    elif act == "withdraw":
        withdraw(revision.treatment, by=None, at=moment)
    elif plan := Publication.objects.of(revision.treatment).not_cancelled().filter(live_from=moment).first():
        plan.cancel(by=None)
