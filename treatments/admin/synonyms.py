from django.contrib import admin

from treatments.admin.forms import DraftForm, PlainChoices
from treatments.models import Synonyms


@admin.register(Synonyms)
class SynonymsAdmin(PlainChoices, admin.ModelAdmin):
    """What is saved here counts for the next search; no page shows it."""

    form = DraftForm
    search_fields = ("terms",)
    fields = ("terms",)
