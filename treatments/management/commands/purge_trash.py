from django.core.management.base import BaseCommand
from django.utils import timezone

from treatments.models.trash import purge_trash


class Command(BaseCommand):
    help = "Forgets what staff deleted more than 30 days ago. For cron, once a day; safe to run twice."

    def handle(self, **options):
        self.stdout.write(f"{purge_trash(at=timezone.now())} deleted things forgotten.")
