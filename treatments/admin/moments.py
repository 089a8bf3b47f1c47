"""A moment that staff type, in the clinic's own time."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone


class MomentField(forms.DateTimeField):
    """A moment to come; empty means now."""

    def __init__(self, **options):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(required=False, widget=widget, help_text="Indian time. Leave it empty for now.", **options)

    def clean(self, value):
        at = super().clean(value)
        if at and at <= timezone.now():
            raise ValidationError("That moment is over. Give a later one, or leave it empty for now.")
        return at
