"""Warnings beside the text, and the record of those that somebody passed over on purpose."""

from typing import NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, OnlyRead, PlainChoices
from treatments.admin.places import change_url, problem_url
from treatments.advice import Advice, Rule, advice
from treatments.models import AdvertisingRule, Concern, KeptWords, SitePage, Treatment, drafts

PAGES: dict[str, type[models.Model]] = {"treatment": Treatment, "concern": Concern, "sitepage": SitePage}


class Shown(NamedTuple):
    advice: Advice
    url: str


def name_of(subject: models.Model) -> str:
    return f"{subject._meta.model_name}.{subject.pk}"


def rules() -> list[Rule]:
    active = AdvertisingRule.objects.filter(active=True)
    return [Rule(row.pk, tuple(row.phrases), row.reason) for row in active if row.phrases]


def found_in(subject: models.Model) -> list[Advice]:
    """Without what somebody decided to keep in this very text."""
    found = advice(drafts.read(subject), rules())
    if not any(one.rule for one in found):
        return found
    kept = set(KeptWords.objects.filter(page=name_of(subject)).values_list("rule", "digest"))
    return [one for one in found if (one.rule, one.digest) not in kept]


def panel(subject: models.Model, *, anchor: str = "") -> dict:
    """For a change page; with an anchor, what concerns that section alone."""
    found = [one for one in found_in(subject) if not anchor or one.anchor == anchor]
    shown = [Shown(one, problem_url(subject, one.field, one.anchor) if one.field else "") for one in found]
    return {"advice": shown, "advice_page": name_of(subject)}


@admin.register(AdvertisingRule)
class AdvertisingRuleAdmin(PlainChoices, RefusesStaleSaves):
    form = DraftForm
    list_display = ("__str__", "reason", "active")
    search_fields = ("words", "reason")
    fields = ("words", "reason", "active")

    def has_delete_permission(self, request, obj=None):
        """What was kept in spite of a rule names the rule."""
        return False

    def get_urls(self):
        keep = self.admin_site.admin_view(require_POST(self.keep))
        return [path("keep/", keep, name="treatments_advertisingrule_keep"), *super().get_urls()]

    def keep(self, request):
        """Passes over one warning, with a reason, under the name of whoever does."""
        kind, _, pk = request.POST.get("page", "").partition(".")
        if kind not in PAGES or not pk.isdecimal():
            raise Http404
        if not request.user.has_perm(f"treatments.change_{kind}"):
            raise PermissionDenied
        subject = PAGES[kind]._default_manager.filter(pk=pk).first()
        if subject is None:
            raise Http404
        self.write_down(request, subject)
        return redirect(change_url(subject))

    def write_down(self, request, subject: models.Model) -> None:
        wanted = request.POST.get("rule"), request.POST.get("digest")
        one = next((one for one in found_in(subject) if (str(one.rule), one.digest) == wanted and one.rule), None)
        reason = request.POST.get("reason", "").strip()
        if one is None:
            messages.warning(request, "The text was changed after you read the warning. Nothing was written down.")
        elif not 5 <= len(reason) <= 300:
            messages.error(request, "Say in one line why the words stay. The warning stands until then.")
        else:
            told = {"place": one.place[:200], "text": one.text, "reason": reason, "by": request.user}
            keys = {"rule_id": one.rule, "page": name_of(subject), "digest": one.digest}
            KeptWords.objects.get_or_create(**keys, defaults=told)
            messages.success(request, "Written down under your name. The words stay, and the warning is gone.")


@admin.register(KeptWords)
class KeptWordsAdmin(OnlyRead, admin.ModelAdmin):
    """Who kept which words in spite of which rule, and why. Nothing here changes."""

    list_display = ("__str__", "rule", "reason", "by", "at")
    list_select_related = ("rule", "by")
    fields = readonly_fields = ("rule", "page", "place", "text", "reason", "by", "at")
