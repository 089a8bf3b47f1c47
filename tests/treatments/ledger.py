"""What should come of what staff and doctors do to one page, worked out on paper: lists, and no line of the site."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

Moment = datetime.datetime
REVIEW = datetime.timedelta(days=1)
"""How long a signature is good for, in these tests."""


CITES = 3
"""The text that cites the source."""
Clinical = tuple[int, bool, int]


class Words(NamedTuple):
    """What a page says: a doctor signs all of it but the price."""

    text: int
    second_part: bool
    price: int
    finding: int = 0
    """What the source said when it was frozen, where the text cites it."""

    @property
    def clinical(self) -> Clinical:
        return self.text, self.second_part, self.finding


@dataclass
class Frozen:
    words: Words
    at: Moment
    signed: list["Signed"] = field(default_factory=list)


@dataclass
class Signed:
    clinical: Clinical
    by: str
    at: Moment
    withdrawn: bool = False

    def stands(self, at: Moment) -> bool:
        return not self.withdrawn and self.at <= at < self.at + REVIEW


class Touched(NamedTuple):
    by: str
    at: Moment


@dataclass
class Library:
    """The source that both pages may cite."""

    finding: int = 0
    touched: list[Touched] = field(default_factory=list)


@dataclass
class Ledger:
    """One page. `plan` says from which moment on patients read which revision (its place in the list), or none."""

    draft: Words
    library: Library
    revisions: list[Frozen] = field(default_factory=list)
    signatures: list[Signed] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    plan: dict[Moment, int | None] = field(default_factory=dict)

    def edit(self, words: Words, *, by: str, at: Moment) -> None:
        if words.clinical != self.draft.clinical:
            self.touched.append(Touched(by, at))
        self.draft = words

    def now(self) -> Words:
        return self.draft._replace(finding=self.library.finding if self.draft.text == CITES else 0)

    def source_edited(self, *, by: str, at: Moment) -> None:
        if self.draft.text == CITES:
            self.touched.append(Touched(by, at))

    def freeze(self, at: Moment) -> None:
        self.revisions.append(Frozen(self.now(), at))

    def restore(self, place: int, *, by: str, at: Moment) -> None:
        if self.now() not in [revision.words for revision in self.revisions]:
            self.freeze(at)
        differs = self.now().clinical != self.clinical(place)
        self.edit(self.revisions[place].words._replace(finding=0), by=by, at=at)
        if differs:
            self.credit(then=self.revisions[place].at, at=at)

    def credit(self, *, then: Moment, at: Moment) -> None:
        """Words of then that nobody signed are those of their authors again."""
        since = self.last_signed(one for one in self.revisions if one.at <= then)
        back = [one.by for one in self.touched if one.at <= then and (since is None or one.at > since)]
        self.touched += [Touched(by, at) for by in back]

    @staticmethod
    def last_signed(revisions: Iterable[Frozen]) -> Moment | None:
        return max((one.at for one in revisions if any(not s.withdrawn for s in one.signed)), default=None)

    def shown(self, at: Moment) -> int | None:
        begun = [moment for moment in self.plan if moment <= at]
        return self.plan[max(begun)] if begun else None

    def shown_before(self, at: Moment) -> Clinical | None:
        earlier = [moment for moment in self.plan if moment < at]
        return self.clinical(self.plan[max(earlier)]) if earlier else None

    def clinical(self, place: int | None) -> Clinical | None:
        return None if place is None else self.revisions[place].words.clinical

    def was_shown(self, at: Moment) -> bool:
        return any(place is not None for moment, place in self.plan.items() if moment <= at)

    def may_sign(self, place: int, names: set[str]) -> bool:
        """Nobody signs what they wrote since the words that were signed last."""
        revision = self.revisions[place]
        since = self.last_signed(self.revisions[:place])
        own = [one for one in self.touched if one.by in names and one.at <= revision.at]
        return not [one for one in own if since is None or one.at > since] and self.may_sign_source(place, names)

    def may_sign_source(self, place: int, names: set[str]) -> bool:
        """Nor what they wrote of a source that is cited, since the words that were signed last and cite it."""
        revision = self.revisions[place]
        if revision.words.text != CITES:
            return True
        since = self.last_signed(one for one in self.revisions[:place] if one.words.text == CITES)
        own = [one for one in self.library.touched if one.by in names and one.at <= revision.at]
        return not [one for one in own if since is None or one.at > since]

    def sign(self, place: int, *, by: str, at: Moment) -> Signed:
        revision = self.revisions[place]
        signed = Signed(revision.words.clinical, by, at)
        revision.signed.append(signed)
        self.signatures.append(signed)
        return signed

    def badge(self, at: Moment) -> Signed | None:
        """The last signature under what patients read, unless it was withdrawn; overdue ones too."""
        words = self.clinical(self.shown(at))
        standing = [one for one in self.signatures if one.clinical == words and not one.withdrawn]
        return standing[-1] if standing else None

    def may_go_live(self, place: int, at: Moment, *, after: Clinical | None) -> bool:
        words = self.clinical(place)
        return words == after or any(one.clinical == words and one.stands(at) for one in self.signatures)

    def following(self, at: Moment) -> Moment | None:
        return min((moment for moment, place in self.plan.items() if moment > at and place is not None), default=None)

    def publish(self, place: int, *, at: Moment, keep: bool, unreviewed: bool) -> bool:
        """False where it is refused."""
        if not unreviewed and not self.may_go_live(place, at, after=self.shown_before(at)):
            return False
        later = [moment for moment in self.plan if moment > at]
        following = self.following(at)
        if keep and following:
            if not self.may_go_live(self.plan[following], following, after=self.clinical(place)):
                return False
        else:
            end = max(later, default=None)
            for moment in later:
                if moment != end or self.plan[moment] is not None:
                    del self.plan[moment]
        self.plan[at] = place
        return True

    def take_away(self, at: Moment) -> None:
        shown = self.shown(at)
        for moment in [moment for moment in self.plan if moment >= at]:
            del self.plan[moment]
        if shown is not None:
            self.plan[at] = None

    def cancel(self, at: Moment) -> None:
        """What rested on its words falls with it."""
        words = self.clinical(self.plan.pop(at))
        after = self.following(at)
        if after and self.clinical(self.plan[after]) == words:
            self.call_off_unless_signed(after)

    def call_off_unless_signed(self, at: Moment) -> None:
        if not self.may_go_live(self.plan[at], at, after=self.shown_before(at)):
            self.cancel(at)

    def withdraw_signature(self, signed: Signed, *, at: Moment) -> None:
        signed.withdrawn = True
        for moment in sorted(self.plan):
            if moment > at and self.clinical(self.plan.get(moment)) == signed.clinical:
                self.call_off_unless_signed(moment)

    def stay(self, now: Moment) -> bool:
        end = max(self.plan, default=now)
        if end <= now or self.plan[end] is not None:
            return False
        del self.plan[end]
        return True
