from django.core.management.base import BaseCommand
from django.utils import timezone

from treatments import following_up
from treatments.models.signing import void_earlier_wording


class Command(BaseCommand):
    help = (
        "Does what goes with plans that have begun or ended: mail, link pictures, stored pages. Pages go live and off "
        "the site without it. For cron; safe to run twice, late, or beside itself."
    )

    def handle(self, **options):
        now = timezone.now()
        void_earlier_wording()
        done = sum(
            following_up.follow_up(publication, event, at=now) for publication, event in following_up.due(at=now)
        )
        self.stdout.write(f"{done} followed up." if done else "Nothing was due.")
