from django.contrib import admin

from enquiries.models import Event, Notice


class ReadOnly:
    """Nobody writes here by hand, whatever their permissions."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):
    """Who read what, for managers."""

    list_display = ["at", "by", "what", "enquiry", "detail"]
    list_filter = ["what", ("by", admin.RelatedOnlyFieldListFilter), "at"]
    list_select_related = ["by", "enquiry"]


@admin.register(Notice)
class NoticeAdmin(ReadOnly, admin.ModelAdmin):
    """What patients agreed to, word for word."""

    list_display = ["version", "first_used_at"]
