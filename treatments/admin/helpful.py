from django.contrib import admin
from django.utils.html import format_html

from treatments.admin.forms import OnlyRead
from treatments.models import Helpful


@admin.register(Helpful)
class HelpfulAdmin(OnlyRead, admin.ModelAdmin):
    """What readers answered under each page. Only they can change it."""

    list_display = ("page", "yes", "no", "share")
    search_fields = ("path",)
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    list_display_links = None
    actions = None

    @admin.display(description="page", ordering="path")
    def page(self, answer):
        return format_html('<a href="{}">{}</a>', answer.path, answer.path)

    @admin.display(description="share")
    def share(self, answer):
        return f"{answer.yes} of {answer.yes + answer.no}"
