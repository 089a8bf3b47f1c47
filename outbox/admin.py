import json

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.html import format_html

from outbox import sending
from outbox.kinds import Ping
from outbox.models import Mail, State

NO_SERVER = "This site has no mail server (EMAIL_URL), so no letter is sent. All that would go out waits here."
CONFIDENTIAL = "This mail is for its reader alone."


def masked(address: str) -> str:
    """Enough to recognise a mailbox by, too little to write to."""
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}"


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    """For managers: what waits, what failed, what may have been sent, and how it would read."""

    list_display = ["__str__", "state", "attempts", "created_at", "not_before", "fault"]
    list_filter = ["state", "kind"]
    readonly_fields = fields = (
        "kind",
        "key",
        "state",
        "attempts",
        "created_at",
        "not_before",
        "sent_at",
        "fault",
        "reads",
    )
    actions = ["send_again", "was_sent"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        if not sending.is_on():
            self.message_user(request, NO_SERVER, messages.WARNING)
        return super().changelist_view(request, extra_context)

    @admin.display(description="how it would read now")
    def reads(self, mail):
        try:
            letter = mail.letter()
        except Exception as error:  # as when it is sent: one broken mail must not close the page
            return f"It cannot be written ({type(error).__name__})."
        if letter is None:
            return "What it was about is gone: it will not be sent."
        if isinstance(letter, Ping):
            return format_html("<p>To {}</p><pre>{}</pre>", letter.url, json.dumps(letter.data, indent=2))
        body = CONFIDENTIAL if letter.confidential else letter.body
        return format_html("<p>To {}</p><p>{}</p><pre>{}</pre>", masked(letter.to), letter.subject, body)

    @admin.action(description="Send again", permissions=["change"])
    def send_again(self, request, queryset):
        for mail in queryset.exclude(state__in=[State.SENT, State.SENDING]):
            mail.send_again(at=timezone.now())
        for kind in queryset.order_by().values_list("kind", flat=True).distinct():
            sending.send_soon(kind)

    @admin.action(description="It was sent: ask no more", permissions=["change"])
    def was_sent(self, request, queryset):
        for mail in queryset.filter(state__in=[State.IN_DOUBT, State.DEAD]):
            mail.settle(at=timezone.now())
