from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from treatments import link_checks
from treatments.models import LinkCheck
from treatments.site_report import faces

FRESH = timedelta(days=30)
SOON_AGAIN = timedelta(days=3)


class Command(BaseCommand):
    help = (
        "Asks the sites that published pages lead to whether they still answer, one question a second to each, and "
        "keeps the answers for the staff report. For cron, once a night; safe twice."
    )

    def add_arguments(self, parser):
        parser.add_argument("--most", type=int, default=200, help="how many addresses to ask (200)")
        parser.add_argument("--all", action="store_true", help="also those that answered within 30 days")

    def handle(self, *, most: int, all: bool, **options):
        linked = sorted({url for face in faces() for url in face.outer})
        LinkCheck.objects.exclude(url__in=linked).delete()
        due = linked if all else due_of(linked)
        for number, url in enumerate(link_checks.politely(due[:most]), start=1):
            answer = link_checks.ask(url)
            keep(url, answer)
            self.stdout.write(f"{number} of {len(due[:most])}: {url} {answer.fault or 'answers.'}")
            self.stdout.flush()
        broken = LinkCheck.objects.broken().count()
        self.stdout.write(f"{len(linked)} addresses, {broken} with a fault, {max(len(due) - most, 0)} still to ask.")


def due_of(linked: list[str]) -> list[str]:
    """Never asked, or not lately; what failed is asked again sooner: many a site is only down for a day."""
    now = timezone.now()
    fresh = set(LinkCheck.objects.filter(fault="", checked_at__gt=now - FRESH).values_list("url", flat=True))
    fresh |= set(LinkCheck.objects.broken().filter(checked_at__gt=now - SOON_AGAIN).values_list("url", flat=True))
    return [url for url in linked if url not in fresh]


def keep(url: str, answer: link_checks.Answer) -> None:
    row = LinkCheck.objects.filter(url=url).first() or LinkCheck(url=url)
    row.checked_at, row.status, row.fault = timezone.now(), answer.status, answer.fault
    row.failures = row.failures + 1 if answer.fault else 0
    row.save()
