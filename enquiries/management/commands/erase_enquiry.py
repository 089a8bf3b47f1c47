import sys

from django.core.management.base import BaseCommand

from enquiries import forgetting


class Command(BaseCommand):
    help = "Deletes one person's enquiries for ever, from later restored backups too. There is no way back."

    def add_arguments(self, parser):
        parser.add_argument(
            "who",
            help="a reference number, or a mobile number or e-mail address for all enquiries of that person; "
            "- reads it from standard input, which keeps it out of the shell's history",
        )

    def handle(self, *, who: str, **options):
        named = sys.stdin.readline() if who == "-" else who
        count = forgetting.erase(forgetting.named(named), by=None)
        self.stdout.write(f"{count} enquiries erased." if count else "No enquiry was found: nothing was erased.")
