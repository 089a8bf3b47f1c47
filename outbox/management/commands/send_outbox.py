from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from outbox import sending
from outbox.kinds import over_the_web
from outbox.models import Mail, State

KEPT = timedelta(days=30)


class Command(BaseCommand):
    help = "Sends the mail that is due. For cron, every minute; two at once do no harm."

    def handle(self, **options):
        Mail.objects.finished_before(timezone.now() - KEPT).delete()
        counts = sending.send_due()
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "Nothing was due."
        if not sending.is_on():
            waiting = Mail.objects.filter(state=State.PENDING).exclude(kind__in=over_the_web).count()
            told = f"EMAIL_URL is not set: no mail was sent, {waiting} waiting." + (f" {told}" if counts else "")
        self.stdout.write(told)
