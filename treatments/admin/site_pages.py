from django.contrib import admin

from treatments.admin import parts
from treatments.admin.attention import Stands
from treatments.admin.listing import Listed
from treatments.admin.pages import PageAdmin
from treatments.models import SitePage
from treatments.models.drafts import TOGETHER


@admin.register(SitePage)
class SitePageAdmin(Listed, PageAdmin):
    list_display = ("title", "state", "slug")
    list_filter = (Stands,)
    read_together = TOGETHER[SitePage]
    search_fields = ("title", "summary", "sections__heading", "sections__text")
    readonly_fields = ("as_listed",)
    inlines = (parts.SitePageSections,)
    fieldsets = (
        ("In brief", {"fields": ("title", "summary")}),
        (
            "Address and search engines",
            {"fields": (("slug", "language"), "search_title", "search_description", "as_listed")},
        ),
    )
