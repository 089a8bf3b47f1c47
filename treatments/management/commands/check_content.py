import sys
from itertools import groupby

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from treatments import reminding
from treatments.findings import Finding, Urgency, findings

TO_MEND = 3
"""Not 1, which says that the command itself failed."""


class Command(BaseCommand):
    help = (
        "Reports what is overdue, soon due or to be mended on the pages that patients read, and reminds staff by mail "
        "once of each thing that falls due. Ends with 3 if anything is overdue or to be mended. Safe to run twice."
    )

    def add_arguments(self, parser):
        parser.add_argument("--no-mail", action="store_true", help="only report")

    def handle(self, *, no_mail: bool, **options):
        found = findings(at=timezone.now())
        self.report(found)
        if not no_mail and (told := reminding.remind(found)):
            self.stdout.write(f"Reminders of {told} things were put in the outbox.")
        if any(finding.urgency is not Urgency.SOON for finding in found):
            sys.exit(TO_MEND)

    def report(self, found: list[Finding]):
        for page, of_page in groupby(found, key=lambda finding: (finding.page, finding.path)):
            self.stdout.write(f"{page[0]}  {settings.SITE_URL}{page[1]}")
            for finding in of_page:
                self.stdout.write(f"  {finding.urgency.label:8} {finding.sentence}")
        counts = {urgency: sum(finding.urgency is urgency for finding in found) for urgency in Urgency}
        total = f"{counts[Urgency.OVERDUE]} overdue, {counts[Urgency.SOON]} soon due, {counts[Urgency.MEND]} to mend."
        self.stdout.write(total if found else "Nothing is due and nothing is to be mended.")
