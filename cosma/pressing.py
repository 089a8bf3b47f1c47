"""A button that is pressed twice saves once, and leads to the same place both times."""

import hashlib

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import IntegrityError, transaction

REMEMBERED = 60
"""Seconds: longer than anybody waits before pressing again."""


class SavesOnce(admin.ModelAdmin):
    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = super().changeform_view
        if object_id is not None or request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                # One after the other, for each person: the second finds what the first has added.
                get_user_model().objects.select_for_update(no_key=True).get(pk=request.user.pk)
                return self.on_to_the_first(request) or view(request, None, form_url, extra_context)
        except IntegrityError:  # somebody else was faster: now the form can say with what
            return view(request, None, form_url, extra_context)

    def on_to_the_first(self, request):
        added = self.saved_before(request)
        row = self.get_object(request, str(added)) if added else None
        return self.response_add(request, row) if row else None

    def saved_before(self, request):
        """The key of the row, if this person has sent the same just now; whether it was kept is not known."""
        return None if request.FILES else cache.get(press(request))  # files may differ under equal words

    def log_addition(self, request, obj, message):
        cache.set(press(request), obj.pk, REMEMBERED)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        if not getattr(request, "is_trial", False):
            cache.set(press(request), obj.pk, REMEMBERED)
        return super().log_change(request, obj, message)


def press(request) -> str:
    """The same for the same words of the same person in the same form."""
    sent = f"{request.path} {request.POST.urlencode()}"
    return f"pressed-{request.user.pk}-{hashlib.sha256(sent.encode()).hexdigest()}"
