"""Several people work on two pages in any order: patients read what paper and pencil say they should."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.factories import add_price, add_section, make_doctor, make_editor, make_source, make_treatment
from tests.soak import at_length
from tests.treatments.ledger import CITES, REVIEW, Ledger, Library, Touched, Words
from treatments.admin.trash import touched
from treatments.models import (
    Change,
    Publication,
    Revision,
    Section,
    SignOff,
    Source,
    Statement,
    Trashed,
    Treatment,
    freeze,
)
from treatments.models.admission import NotSigned
from treatments.models.publishing import stay, withdraw
from treatments.models.recording import recorded, sources_recorded
from treatments.models.restoring import restore
from treatments.models.review_links import send_for_review
from treatments.models.signing import OwnWords, sign
from treatments.models.trash import going, throw_away

pytestmark = pytest.mark.django_db
BEGIN = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
SECOND, HOUR = datetime.timedelta(seconds=1), datetime.timedelta(hours=1)
WRITERS = ("eva", "asha", "chitra")
SAME_PERSON = {"asha": {"asha"}, "binu": set(), "chitra": {"chitra"}}
"""Doctors: one has an account, one none, and one none that is linked, but the address of somebody who edits."""

MEANWHILE = ("nothing", "nothing", "the text", "the source")

pages = st.integers(0, 1)
picks = st.integers(0, 9)
hours = st.integers(1, 20)
writers = st.sampled_from(WRITERS)
doctors = st.sampled_from(sorted(SAME_PERSON))


def start(page: int, number: int) -> str:
    return f"Words number {number} of page {page}"


def text(page: int, number: int) -> str:
    return f"{start(page, number)}{' [@trial]' if number == CITES else ''}."


class LifeOfAPage(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.settings = override_settings(PUBLISH_UNREVIEWED=False, CLINICAL_REVIEW_DAYS=REVIEW.days)
        self.settings.enable()
        self.clock = time_machine.travel(BEGIN, tick=False)
        self.time = self.clock.start()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.people = {name: make_editor(f"{name}@example.org") for name in WRITERS}
        self.doctors = {
            "asha": make_doctor(name="Asha", user=self.people["asha"]),
            "binu": make_doctor(name="Binu", registration_number="2", email="binu@example.org"),
            "chitra": make_doctor(name="Chitra", registration_number="3", email="Chitra@Example.org"),
        }
        make_source("trial", finding="It found 0.")
        self.pages = [self.make_page(number) for number in range(2)]
        self.library = Library()
        self.ledgers = [Ledger(Words(0, True, 0), self.library) for _ in self.pages]
        self.signatures, self.links, self.trash, self.typed, self.rows = [], [], [], [], {}
        self.client, self.reader_opens = Client(), 0

    def make_page(self, number: int) -> Treatment:
        treatment = make_treatment(f"page-{number}", text=text(number, 0))
        add_section(treatment, "evidence", "There were studies.")
        add_price(treatment, min=1000, max=9000)
        return treatment

    def teardown(self):
        try:
            connection.check_constraints()  # and run the triggers that PostgreSQL defers
        finally:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)
            self.clock.stop()
            self.settings.disable()

    @property
    def now(self):
        return timezone.now()

    def pass_a_second(self, page: int) -> None:
        self.time.shift(SECOND)
        self.reader_opens = page

    # What writers do

    @rule(page=pages, by=writers, number=st.integers(0, 3))
    def rewrite(self, page, by, number):
        self.pass_a_second(page)
        with recorded(self.pages[page], by=self.people[by]):
            Statement.objects.filter(section__treatment=self.pages[page], section__anchor="overview").update(
                text=text(page, number)
            )
        if number != self.ledgers[page].draft.text:
            self.typed.append(text(page, number))
        self.ledgers[page].edit(self.ledgers[page].draft._replace(text=number), by=by, at=self.now)

    @rule(by=writers, number=st.integers(0, 3))
    def rewrite_the_source(self, by, number):
        self.pass_a_second(0)
        with sources_recorded(by=self.people[by]):
            Source.objects.update(finding=f"It found {number}.")
        if number != self.library.finding:
            self.library.finding = number
            self.library.touched.append(Touched(by, self.now))
            for ledger in self.ledgers:
                ledger.source_edited(by=by, at=self.now)

    @rule(page=pages, by=writers, price=st.integers(0, 3))
    def change_the_price(self, page, by, price):
        self.pass_a_second(page)
        with recorded(self.pages[page], by=self.people[by]):
            self.pages[page].price.min = 1000 + price
            self.pages[page].price.save(update_fields=["min"])
        self.ledgers[page].edit(self.ledgers[page].draft._replace(price=price), by=by, at=self.now)

    @rule(page=pages, by=writers)
    def throw_a_part_away(self, page, by):
        section = self.pages[page].sections.filter(anchor="evidence").first()
        assert bool(section) == self.ledgers[page].draft.second_part
        if section:
            self.pass_a_second(page)
            with transaction.atomic(), touched(going(section), by=self.people[by]):
                self.trash.append((page, self.now, throw_away(section, by=self.people[by]).pk))
            self.ledgers[page].edit(self.ledgers[page].draft._replace(second_part=False), by=by, at=self.now)

    @precondition(lambda self: self.trash)
    @rule(by=writers, pick=picks)
    def bring_it_back(self, by, pick):
        page, gone, key = self.trash[pick % len(self.trash)]
        self.pass_a_second(page)
        trashed, ledger = Trashed.objects.get(pk=key), self.ledgers[page]
        try:
            with transaction.atomic(), touched(trashed.contents(), by=self.people[by]):
                trashed.bring_back(by=self.people[by])
        except ValidationError:
            assert ledger.draft.second_part, "there was room for it"
        else:
            assert not ledger.draft.second_part
            self.trash.remove((page, gone, key))
            ledger.edit(ledger.draft._replace(second_part=True), by=by, at=self.now)
            ledger.credit(then=gone, at=self.now)

    @rule(page=pages, by=writers)
    def freeze(self, page, by):
        self.pass_a_second(page)
        freeze(self.pages[page], by=self.people[by])
        self.ledgers[page].freeze(self.now)

    @precondition(lambda self: self.any_revision())
    @rule(page=pages, by=writers, pick=picks)
    def restore(self, page, by, pick):
        if found := self.revision(page, pick):
            self.pass_a_second(page)
            restore(found[1], by=self.people[by])
            self.pages[page] = Treatment.objects.get(pk=self.pages[page].pk)
            self.ledgers[page].restore(found[0], by=by, at=self.now)

    def any_revision(self) -> bool:
        return any(ledger.revisions for ledger in self.ledgers)

    def revision(self, page: int, pick: int):
        """A place in the ledger and the revision that stands there; the last ones more often."""
        count = len(self.ledgers[page].revisions)
        if count:
            place = max(0, count - 1 - pick // 3)
            return place, Revision.objects.of(self.pages[page]).get(number=place + 1)

    # What doctors do

    @precondition(lambda self: self.any_revision())
    @rule(page=pages, doctor=doctors, pick=picks)
    def sign(self, page, doctor, pick):
        if found := self.revision(page, pick):
            self.pass_a_second(page)
            allowed = self.ledgers[page].may_sign(found[0], SAME_PERSON[doctor])
            try:
                row = sign(found[1], self.doctors[doctor], rendered_text="The words.")
            except OwnWords:
                assert not allowed
            else:
                assert allowed, f"{doctor} signed own words"
                self.keep_signature(page, found[0], doctor, row)

    def keep_signature(self, page, place, doctor, row) -> None:
        self.signatures.append((page, self.ledgers[page].sign(place, by=doctor, at=self.now), row))

    @precondition(lambda self: self.any_revision())
    @rule(page=pages, pick=picks, doctor=st.sampled_from(["binu", "chitra"]))
    def send(self, page, pick, doctor):
        if found := self.revision(page, pick):
            self.pass_a_second(page)
            allowed = self.ledgers[page].may_sign(found[0], SAME_PERSON[doctor])
            try:
                link = send_for_review(found[1], self.doctors[doctor], by=self.people["eva"])
            except ValidationError:
                assert not allowed
            else:
                assert allowed
                for other in self.links:
                    other["open"] &= (other["page"], other["doctor"]) != (page, doctor)
                self.links.append({"page": page, "place": found[0], "doctor": doctor, "link": link, "open": True})

    @rule(page=pages, doctor=st.sampled_from(["binu", "chitra"]), by=writers, what=st.sampled_from(MEANWHILE))
    def a_round_of_review(self, page, doctor, by, what):
        """From the draft to the answer, with what may come between: by chance alone it would be rare."""
        self.freeze(page=page, by=by)
        before = len(self.links)
        self.send(page=page, pick=0, doctor=doctor)
        if what == "the text":
            self.rewrite(page=page, by=by, number=(self.ledgers[page].draft.text + 1) % 4)
        if what == "the source":
            self.rewrite_the_source(by=by, number=(self.library.finding + 1) % 4)
        if len(self.links) > before:
            self.answer(pick=0, action="sign")

    @precondition(lambda self: self.links)
    @rule(pick=picks, action=st.sampled_from(["sign", "return"]))
    def answer(self, pick, action):
        """Through the doctor's page, and twice: the second press must do nothing."""
        sent = self.links[-1 - pick % len(self.links)]
        self.pass_a_second(sent["page"])
        allowed, before = self.may_answer(sent, action), SignOff.objects.count()
        sent["link"].send_code()
        form = {"action": action, "read": "on", "code": sent["link"].code(), "remarks": "I have read it."}
        first, second = (self.client.post(sent["link"].get_absolute_url(), form) for _ in range(2))

        assert (first.status_code == 302) == allowed, first.status_code
        assert second.status_code != 302
        assert SignOff.objects.count() == before + (allowed and action == "sign")
        sent["open"] &= not allowed
        if allowed and action == "sign":
            sent["link"].refresh_from_db()
            self.keep_signature(sent["page"], sent["place"], sent["doctor"], sent["link"].sign_off)

    def may_answer(self, sent: dict, action: str) -> bool:
        ledger = self.ledgers[sent["page"]]
        later = {one.words.clinical for one in ledger.revisions[sent["place"] + 1 :]}
        up_to_date = later | {ledger.now().clinical} == {ledger.clinical(sent["place"])}
        own = action == "sign" and not ledger.may_sign(sent["place"], SAME_PERSON[sent["doctor"]])
        return sent["open"] and up_to_date and not own

    @precondition(lambda self: self.signatures)
    @rule(pick=picks)
    def withdraw_a_signature(self, pick):
        page, signed, row = self.signatures[-1 - pick % len(self.signatures)]
        if not signed.withdrawn:
            self.pass_a_second(page)
            SignOff.objects.get(pk=row.pk).withdraw()
            self.ledgers[page].withdraw_signature(signed, at=self.now)

    # What goes live

    @precondition(lambda self: self.any_revision())
    @rule(page=pages, pick=picks, wait=st.just(0) | hours, keep=st.booleans(), unreviewed=st.sampled_from([0, 0, 1]))
    def publish(self, page, pick, wait, keep, unreviewed):
        if found := self.revision(page, pick):
            self.pass_a_second(page)
            at = self.now + wait * HOUR
            at = at.replace(minute=0, second=0) if wait else at
            at = max(at, self.now)
            expected = self.ledgers[page].publish(found[0], at=at, keep=keep, unreviewed=bool(unreviewed))
            try:
                found[1].publish(by=self.people["eva"], at=at, keep_plans=keep, unreviewed=bool(unreviewed))
            except NotSigned:
                assert not expected, "refused"
            else:
                assert expected, "published unsigned words"

    @rule(page=pages, wait=st.just(0) | hours)
    def take_away(self, page, wait):
        self.pass_a_second(page)
        at = self.now + wait * HOUR
        withdraw(self.pages[page], by=self.people["eva"], at=at)
        self.ledgers[page].take_away(at)

    @rule(page=pages)
    def cancel_the_next_plan(self, page):
        if at := self.ledgers[page].following(self.now):
            plan = Publication.objects.of(self.pages[page]).not_cancelled().get(live_from=at)
            plan.cancel(by=self.people["eva"])
            self.ledgers[page].cancel(at)

    @rule(page=pages)
    def call_off_the_end(self, page):
        assert bool(stay(self.pages[page], by=self.people["eva"])) == self.ledgers[page].stay(self.now)

    @rule(page=pages, wait=hours)
    def time_passes(self, page, wait):
        self.time.shift(wait * HOUR)
        self.reader_opens = page

    # What must be true at every moment

    @invariant()
    def patients_read_one_frozen_revision_or_none(self):
        for page, ledger in enumerate(self.ledgers):
            place = ledger.shown(self.now)
            live = [row.number for row in Revision.objects.of(self.pages[page]).live(at=self.now)]
            assert live == ([] if place is None else [place + 1])
        self.open_page(self.reader_opens)

    def open_page(self, page: int) -> None:
        ledger, answer = self.ledgers[page], self.client.get(f"/treatments/page-{page}/")
        place = ledger.shown(self.now)
        if place is None:
            assert answer.status_code == (410 if ledger.was_shown(self.now) else 404)
        else:
            self.check_page(answer.content.decode(), page, ledger.revisions[place].words)

    def check_page(self, html: str, page: int, words: Words) -> None:
        shown = [number for number in range(4) if start(page, number) in html]
        assert shown == [words.text]
        assert ("There were studies." in html) == words.second_part
        assert f"{1000 + words.price:,}" in html
        badge = self.ledgers[page].badge(self.now)
        assert ("Reviewed by" in html) == ("lastReviewed" in html) == bool(badge and badge.stands(self.now))
        if badge:
            assert badge.by.capitalize() in html
        else:
            assert "Not yet reviewed by a doctor" in html

    @invariant()
    def plans_stand_as_they_were_made(self):
        for page, ledger in enumerate(self.ledgers):
            for moment in ledger.plan:
                live = Revision.objects.of(self.pages[page]).live(at=moment).values_list("number", flat=True)
                assert list(live) == ([] if ledger.shown(moment) is None else [ledger.shown(moment) + 1])

    @invariant()
    def no_edit_is_lost(self):
        for page, ledger in enumerate(self.ledgers):
            found = {one.anchor: one for one in Section.objects.filter(treatment=self.pages[page])}
            assert found["overview"].statements.get().text == text(page, ledger.draft.text)
            assert ("evidence" in found) == ledger.draft.second_part
        written = list(Change.objects.values_list("after", flat=True))
        assert all(any(words in after for after in written) for words in self.typed)

    @invariant()
    def history_only_grows(self):
        kept = {model: set(model.objects.values_list(*columns)) for model, columns in HISTORY.items()}
        assert all(self.rows.get(model, set()) <= rows for model, rows in kept.items())
        self.rows = kept


HISTORY = {
    Change: ("pk", "field", "before", "after", "clinical", "at", "by"),
    Revision: ("pk", "number", "snapshot", "fingerprint", "frozen_at", "frozen_by"),
    SignOff: ("pk", "revision", "practitioner", "fingerprint", "signed_at"),
    Publication: ("pk", "revision", "live_from", "by", "made_at"),
}


def live(examples: int, steps: int) -> None:
    run_state_machine_as_test(LifeOfAPage, settings=settings(max_examples=examples, stateful_step_count=steps))


def test_whatever_people_do_patients_read_what_was_signed_and_published():
    live(examples=5, steps=20)


@pytest.mark.soak
def test_the_same_for_many_lives():
    live(examples=at_length(400), steps=60)
