import sys

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import DatabaseError, transaction
from django.urls import reverse

from cosma.accounts import SecondFactor, new_password, new_second_factor
from cosma.preflight import refusal
from cosma.roles import Role, establish

LONGEST_EMAIL = 150  # that of Django's user names
ADVICE = (
    "Keep these lines secret. Add totp_secret (or totp_uri) to an authenticator app, open the login address, give\n"
    "e-mail and password, then the 6 digits that the app shows. Each recovery code works once in place of those digits."
)


class Command(BaseCommand):
    help = "Makes a staff account with a second factor and prints all that is needed to log in."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--role", default="", metavar="|".join(Role.values), help="what the person may do")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input, one line"
        )
        parser.add_argument(
            "--reset",
            action="store_true",
            help="for an account that exists: issue a new password and second factor; the old ones stop working",
        )

    def handle(self, *, email: str, role: str, password_stdin: bool, reset: bool, **options):
        email = checked_email(email)
        if role not in (Role.values if not reset else ["", *Role.values]):
            raise CommandError(f"Choose a role with --role: {', '.join(Role.values)}. {role!r} is none of them.")
        given = read_password() if password_stdin else ""
        try:
            self.make(email, role, given, reset=reset)
        except DatabaseError as error:
            raise CommandError(refusal(error)) from None

    @transaction.atomic  # what could not be printed is not made either
    def make(self, email: str, role: str, given: str, *, reset: bool):
        user = self.find(email, reset=reset)
        password = given or new_password()
        check_password(password, user)
        user.set_password(password)
        user.is_staff = user.is_active = True
        user.save()
        if role:
            establish()
            user.groups.set(Group.objects.filter(name=role))
        self.show(user, "" if given else password, new_second_factor(user))

    def find(self, email: str, *, reset: bool) -> User:
        user = User.objects.filter(username=email).first()
        if user and not reset:
            raise CommandError(
                f"{email} has an account already: add --reset to issue a new password and second factor."
            )
        if reset and not user:
            raise CommandError(f"{email} has no account yet: leave --reset away to make one.")
        return user or User(username=email, email=email)

    def show(self, user: User, password: str, factor: SecondFactor):
        roles = ", ".join(user.groups.values_list("name", flat=True))
        lines = {
            "login": settings.SITE_URL + reverse("account_login"),
            "email": user.email,
            "role": roles,
            "password": password,
            "totp_secret": factor.secret,
            "totp_uri": factor.uri,
            "recovery_codes": " ".join(factor.recovery_codes),
        }
        for name, value in lines.items():
            if value:
                self.stdout.write(f"{name}: {value}")
        self.stdout.write(f"\n{ADVICE}")


def checked_email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"{text!r} is not an e-mail address.") from None
    if len(email) > LONGEST_EMAIL:
        raise CommandError(f"The e-mail address is longer than {LONGEST_EMAIL} characters.")
    return email


def read_password() -> str:
    try:
        password = sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""  # closed, it is None
        password.encode()  # bytes that are no text come through as halves of characters
    except UnicodeError:
        raise CommandError("The password on standard input is not UTF-8 text.") from None
    if not password:
        raise CommandError("There is no password on standard input: write it there, on one line.")
    return password


def check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError("Choose another password. " + " ".join(error.messages)) from None
