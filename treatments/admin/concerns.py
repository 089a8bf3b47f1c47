from django.contrib import admin

from treatments.admin import parts
from treatments.admin.attention import Stands
from treatments.admin.listing import Listed
from treatments.admin.pages import PageAdmin
from treatments.admin.where_used import panel
from treatments.models import Concern
from treatments.models.drafts import TOGETHER


@admin.register(Concern)
class ConcernAdmin(Listed, PageAdmin):
    list_display = ("name", "state", "summary")
    list_filter = (Stands,)
    list_per_page = 25
    read_together = TOGETHER[Concern]
    search_fields = ("name", "slug", "summary", "what_else_helps", "not_for_you", "lines__text")
    readonly_fields = ("where_used", "as_listed")
    inlines = (parts.ConcernLines,)
    fieldsets = (
        ("In brief", {"fields": ("name", "summary")}),
        ("Around the treatments", {"fields": ("what_else_helps", "not_for_you")}),
        ("Treatments that name it among their uses", {"fields": ("where_used",), "classes": ("wide-row",)}),
        (
            "Address and search engines",
            {
                "fields": (("slug", "language"), "search_title", "search_description", "as_listed"),
                "description": "The address stays as it is once the page has been published.",
            },
        ),
    )

    @admin.display(description="")
    def where_used(self, obj):
        return panel(obj)

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ("name",)}
