from django.contrib import admin

from treatments.admin import parts
from treatments.admin.pages import HasBeenPublished, PageAdmin
from treatments.models import Concern


@admin.register(Concern)
class ConcernAdmin(PageAdmin):
    list_display = ("name", "state", "summary")
    list_filter = (HasBeenPublished,)
    list_per_page = 25
    read_together = ("lines__treatment",)
    search_fields = ("name", "slug", "summary", "what_else_helps", "not_for_you", "lines__text")
    inlines = (parts.ConcernLines,)
    fieldsets = (
        ("In brief", {"fields": ("name", "summary")}),
        ("Around the treatments", {"fields": ("what_else_helps", "not_for_you")}),
        (
            "Address and search engines",
            {
                "fields": (("slug", "language"), "search_title", "search_description"),
                "description": "The address stays as it is once the page has been published.",
            },
        ),
    )

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ("name",)}
