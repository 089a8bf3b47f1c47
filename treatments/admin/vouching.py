"""A second pair of eyes on who a doctor is: one manager writes it, another confirms it."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone

from treatments import states
from treatments.admin.own_pages import OwnPages
from treatments.admin.places import change_url
from treatments.models import IdentityChange, Practitioner
from treatments.models.identities import note_identity
from treatments.reminding import holders

IDENTIFY = "treatments.identify_practitioner"
WAITS = "Nothing is sent to {doctor} or signed in that name before {until}"
SOONER = {
    True: ", or before another manager confirms it.",
    False: ". No other manager is here to confirm it sooner: see under Users who could be one.",
}
SHOWN = 10


class Vouching(OwnPages):
    def get_urls(self):
        return [self.own_path("confirm", self.confirm), *super().get_urls()]

    def note(self, request, before: Practitioner | None, doctor: Practitioner) -> None:
        others = holders("identify_practitioner").exclude(pk=request.user.pk)
        change = note_identity(before, doctor, by=request.user, witnessed=(witnessed := others.exists()))
        if change and change.counts_from > timezone.now():
            told = WAITS.format(doctor=doctor, until=states.moment(change.counts_from)) + SOONER[witnessed]
            self.message_user(request, told, messages.WARNING)

    def identity(self, obj):
        """What was changed of it, and who confirmed that."""
        changes = obj.identity_changes.select_related("by", "confirmed_by")[:SHOWN] if obj.pk else ()
        now = timezone.now()
        return render_to_string("admin/_identity.html", {"changes": changes, "doctor": obj, "now": now})

    identity.short_description = "Changes"  # type: ignore[attr-defined]

    def confirm(self, request, object_id):
        """Shows what a colleague changed; the button says that this person has asked the doctor."""
        doctor = self.get_object(request, unquote(object_id))
        if doctor is None:
            raise Http404
        if not request.user.has_perm(IDENTIFY):
            raise PermissionDenied
        changes = IdentityChange.objects.unconfirmed().filter(practitioner=doctor)
        mine = changes.confirmable(by=request.user)
        if request.method == "POST":
            # Only what this person has read: a colleague may have changed it again meanwhile.
            done = mine.filter(pk__in=[key for key in request.POST.getlist("change") if key.isdecimal()][:SHOWN])
            self.tell_confirmed(request, doctor, done.confirm(by=request.user))
            return redirect(change_url(doctor))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Is this {doctor}?",
            "doctor": doctor,
            "back_url": change_url(doctor),
            "changes": list(mine.select_related("by")[:SHOWN]),
        }
        return TemplateResponse(request, "admin/confirm_identity.html", context)

    def tell_confirmed(self, request, doctor, done: int) -> None:
        if not done:
            self.message_user(request, "There was nothing for you to confirm.", messages.WARNING)
            return
        self.log_change(request, doctor, "Confirmed who the doctor is.")
        self.message_user(request, f"You confirmed who {doctor} is. Pages can be sent now.", messages.SUCCESS)
