from django.core.management.base import BaseCommand

from enquiries import forgetting


class Command(BaseCommand):
    help = "Deletes the enquiries whose time is over. For cron, once a day; safe to run twice."

    def handle(self, **options):
        self.stdout.write(f"{forgetting.purge()} enquiries deleted.")
