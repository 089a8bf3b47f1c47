from django.contrib import admin

from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.trash import ToTheTrash
from treatments.models import Synonyms


@admin.register(Synonyms)
class SynonymsAdmin(PlainChoices, RefusesStaleSaves, ToTheTrash):
    """What is saved here counts for the next search; no page shows it."""

    form = DraftForm
    search_fields = ("terms",)
    fields = ("terms",)
