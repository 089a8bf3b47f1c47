"""What is planned for a page: to be shown, to be taken off; calling a plan off; taking the page off the site."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from treatments import states
from treatments.admin import attention, publishing
from treatments.admin.moments import MomentField
from treatments.admin.own_pages import OwnPages
from treatments.admin.places import change_url
from treatments.models import Publication
from treatments.models.admission import AlreadyLive
from treatments.models.publishing import stay, withdraw


class WithdrawForm(forms.Form):
    at = MomentField(label="Take it off on")


class PlanViews(OwnPages):
    """The plan of a page, for everything that is published."""

    def get_urls(self):
        return [self.own_path("schedule", self.schedule), *super().get_urls()]

    def schedule(self, request, object_id):
        subject = self.get_object(request, unquote(object_id))
        if subject is None:
            raise Http404
        if not request.user.has_perm(attention.PUBLISH):
            raise PermissionDenied
        form = WithdrawForm(request.POST if "withdraw" in request.POST else None, label_suffix="")
        if request.method == "POST" and self.change_plan(request, subject, form):
            return redirect(self.own_url("schedule", subject.pk))
        return TemplateResponse(request, "admin/schedule.html", self.schedule_context(request, subject, form))

    def change_plan(self, request, subject, form) -> bool:
        if "withdraw" in request.POST:
            return form.is_valid() and self.take_off(request, subject, form.cleaned_data["at"])
        told = call_off(subject, request.POST, by=request.user)
        self.message_user(
            request, told or "That plan is not there any more.", messages.SUCCESS if told else messages.ERROR
        )
        if told:
            self.log_change(request, subject, told)
        return True

    def take_off(self, request, subject, at) -> bool:
        if withdraw(subject, by=request.user, at=at):
            told = f"It goes off the site on {states.moment(at)}." if at else "It is off the site."
            self.log_change(request, subject, told)
            self.message_user(request, f"{subject}: {told}", messages.SUCCESS)
        else:
            self.message_user(request, "It is not on the site then: nothing was taken off.", messages.WARNING)
        return True

    def schedule_context(self, request, subject, form) -> dict[str, Any]:
        live = publishing.live_revision(subject)
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Plan of {subject}",
            "subject": subject,
            "back_url": change_url(subject),
            "publish_url": self.own_url("publish", subject.pk),
            "live": live,
            "plans": publishing.planned(subject),
            "end": publishing.planned_end(subject),
            "may_end": bool(live) or bool(publishing.planned(subject)),
            "form": form,
        }


def call_off(subject, posted, *, by) -> str:
    """What was called off, in words; nothing if it was not there."""
    if "stay" in posted:
        return "It stays on the site." if stay(subject, by=by) else ""
    key = posted.get("cancel", "")
    plans = Publication.objects.of(subject).not_cancelled()
    plan = plans.filter(pk=key if key.isascii() and key.isdigit() else 0).first()
    try:
        if plan:
            plan.cancel(by=by)
            return f"Revision {plan.revision.number} will not go live on {states.moment(plan.live_from)}."
    except AlreadyLive:
        pass
    return ""
