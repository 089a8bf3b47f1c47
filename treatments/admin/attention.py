"""Where pages stand, as staff meet it: the list on the first page, the columns and filters of lists."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from treatments import states
from treatments.admin.places import change_url
from treatments.admin.vouching import IDENTIFY
from treatments.choices import Language
from treatments.models import Concern, IdentityChange, Practitioner, SitePage, Treatment
from treatments.models.standing import standings

PUBLISH, SEND, SIGN = (f"treatments.{verb}_revision" for verb in ("publish", "send", "sign"))
SHOWN_AT_FIRST = 8


class Step(NamedTuple):
    label: str
    permission: str
    page: str
    fragment: str = ""


STEPS = {
    "send": Step("Send to a doctor", SEND, "review", "send"),
    "publish": Step("Publish", PUBLISH, "publish"),
    "price": Step("Check the price", "treatments.change_price", "change", "price-group"),
    "rules": Step("Check the rules", "treatments.change_treatment", "change", "id_rules_checked_on"),
    "remarks": Step("Read the remarks", "treatments.view_revision", "review", "remarks"),
    "links": Step("See the links", "treatments.view_revision", "review", "links"),
    "plan": Step("See the plan", PUBLISH, "schedule"),
}
TO_SIGN = Step("Read and sign", SIGN, "sign")


class Line(NamedTuple):
    name: str
    kind: str
    url: str
    words: str
    label: str
    step_url: str


class Group(NamedTuple):
    heading: str
    first: list[Line]
    rest: list[Line]

    @property
    def size(self) -> int:
        return len(self.first) + len(self.rest)


def page_url(subject, name: str, fragment: str = "") -> str:
    opts = subject._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=[subject.pk])
    return f"{url}#{fragment}" if fragment else url


def is_doctor(user) -> bool:
    """May sign here: by role, and with a doctor's record of their own. Asked once a request."""
    if not hasattr(user, "found_doctor"):
        user.found_doctor = user.has_perm(SIGN) and Practitioner.objects.filter(user=user.pk).exists()
    return user.found_doctor


def step(subject, mark: states.Mark, user) -> tuple[str, str]:
    """What this person can do about it, and where; opening the page if it is for others to do."""
    wanted = STEPS.get(mark.step)
    if wanted and mark.step in ("send", "links") and is_doctor(user):
        wanted = TO_SIGN
    if wanted and user.has_perm(wanted.permission):
        return wanted.label, page_url(subject, wanted.page, wanted.fragment)
    return "Open", change_url(subject)


def line(subject, mark: states.Mark, user) -> Line:
    label, url = step(subject, mark, user)
    kind = str(subject._meta.verbose_name).capitalize()
    if subject.language != Language.ENGLISH_INDIA:
        kind = f"{kind}, {subject.get_language_display()}"
    return Line(str(subject), kind, change_url(subject), mark.words, label, url)


def lines(user) -> Iterator[tuple[str, Line]]:
    """Everything to act on, with its code."""
    now = timezone.now()
    for model in (Treatment, Concern, SitePage):
        if not user.has_perm(f"treatments.view_{model._meta.model_name}"):
            continue
        subjects = list(model._default_manager.all())
        found = standings(subjects, at=now)
        for subject in subjects:
            for mark in states.needing_attention(found[subject.pk].marks(at=now)):
                yield mark.code, line(subject, mark, user)


def identities(user) -> Iterator[Line]:
    """Who a doctor is was changed by a colleague, and nobody has looked at it yet."""
    if not user.has_perm(IDENTIFY):
        return
    changes = IdentityChange.objects.confirmable(by=user).select_related("practitioner", "by")
    for change in changes:
        doctor = change.practitioner
        what = "; ".join(change.what.splitlines())
        words = f"{change.by or 'Somebody'} wrote on {states.moment(change.at)}: {what}. Ask the doctor, and confirm."
        yield Line(str(doctor), "Doctor", change_url(doctor), words, "Confirm", page_url(doctor, "confirm"))


def groups(user) -> list[Group]:
    found: dict[str, list[tuple[int, Line]]] = {heading: [] for heading in states.GROUPS}
    found[states.NEXT] = [(-1, entry) for entry in identities(user)]
    for code, entry in lines(user):
        found[states.KINDS[code].group].append((states.ORDER.index(code), entry))
    ordered = {heading: [entry for _, entry in sorted(entries)] for heading, entries in found.items()}
    return [
        Group(heading, entries[:SHOWN_AT_FIRST], entries[SHOWN_AT_FIRST:])
        for heading, entries in ordered.items()
        if entries
    ]


def panel(request) -> tuple[str, dict[str, Any]] | None:
    """For the first page, if there is anything here that this person may see."""
    if not request.user.has_perm("treatments.view_treatment"):
        return None
    return "admin/_attention.html", {"groups": groups(request.user)}


admin.site.panels.append(panel)  # type: ignore[attr-defined]


class PageList(ChangeList):
    """Knows where each page that it shows stands."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        found = standings(self.result_list, at=timezone.now())
        for row in self.result_list:
            row.standing = found[row.pk]


class Stands(admin.SimpleListFilter):
    title = "where it stands"
    parameter_name = "stands"

    def lookups(self, request, model_admin):
        return [(code, kind.label) for code, kind in states.KINDS.items()]

    def queryset(self, request, queryset):
        if self.value() not in states.KINDS:
            return queryset
        now = timezone.now()
        found = standings(queryset.all(), at=now)
        return queryset.filter(pk__in=[pk for pk, one in found.items() if self.value() in codes(one, now)])


def codes(standing: states.Standing, now) -> set[str]:
    return {mark.code for mark in standing.marks(at=now)}


def labels(standing: states.Standing):
    """In a list: what is true of the page, a few words each."""
    marks = standing.marks(at=timezone.now())
    spans = ((states.tone(mark.code), states.KINDS[mark.code].label) for mark in marks)
    return format_html('<ul class="marks">{}</ul>', format_html_join("", '<li class="state state-{}">{}</li>', spans))


class Shown(NamedTuple):
    """One mark on the change page."""

    code: str
    words: str
    tone: str
    label: str
    url: str


def marks(subject, user) -> list[Shown]:
    """All that is true of a page, with the next step where something needs one."""
    now = timezone.now()
    found = standings([subject], at=now)[subject.pk].marks(at=now)
    urgent = [mark for mark in states.needing_attention(found) if mark.step]
    steps = {mark: step(subject, mark, user) for mark in urgent}
    return [Shown(mark.code, mark.words, states.tone(mark.code), *steps.get(mark, ("", ""))) for mark in found]
