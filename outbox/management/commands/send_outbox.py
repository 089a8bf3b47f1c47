from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from outbox import sending
from outbox.models import Mail, State

KEPT = timedelta(days=30)


class Command(BaseCommand):
    help = "Sends the mail that is due. For cron, every minute; two at once do no harm."

    def handle(self, **options):
        Mail.objects.finished_before(timezone.now() - KEPT).delete()
        if not sending.is_on():
            waiting = Mail.objects.filter(state=State.PENDING).count()
            self.stdout.write(f"EMAIL_URL is not set: nothing was sent, {waiting} waiting.")
            return
        counts = sending.send_due()
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items() if count) or "Nothing was due.")
