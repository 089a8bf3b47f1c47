from django.core.management.base import BaseCommand

from enquiries import forgetting
from treatments.models.stamps import move_all


class Command(BaseCommand):
    help = "After a database backup was brought back, before the site serves: erases again what was erased since."

    def handle(self, **options):
        self.stdout.write(f"{forgetting.forget_again()} enquiries erased again.")
        move_all()
        self.stdout.write("Every stored page will be made anew.")
