from django.contrib import admin

from enquiries.models import Event, Notice
from treatments.admin.forms import OnlyRead


@admin.register(Event)
class EventAdmin(OnlyRead, admin.ModelAdmin):
    """Who read what, for managers."""

    list_display = ["at", "by", "what", "enquiry", "detail"]
    list_filter = ["what", ("by", admin.RelatedOnlyFieldListFilter), "at"]
    list_select_related = ["by", "enquiry"]


@admin.register(Notice)
class NoticeAdmin(OnlyRead, admin.ModelAdmin):
    """What patients agreed to, word for word."""

    list_display = ["version", "first_used_at"]
