"""Staff with both factors, and the ways in which a person logs in and fills in a form."""

import time
from html.parser import HTMLParser

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group, User
from django.test import Client

from cosma.accounts import new_second_factor
from cosma.roles import establish

PASSWORD = "a-long-password-for-tests"


def make_staff(role: str, *, name="", second_factor=True, password: str | None = PASSWORD):
    """The account and its second factor."""
    groups = Group.objects.filter(name=role)
    if not groups.exists():  # a test that could not be rolled back has emptied the database
        establish()
    email = f"{name or role}@example.org"
    user = User.objects.create_user(email, email, password, is_staff=True)
    user.groups.set(groups)
    return user, new_second_factor(user) if second_factor else None


def staff_client(role: str, name="") -> Client:
    """Past the login, with what it asks for."""
    user, _ = make_staff(role, name=name, password=None)
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def code(secret: str) -> str:
    """The six digits that an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


class Form(HTMLParser):
    """What a browser would send if the form on this page were sent as it is. Change `values` and post them."""

    def __init__(self, response):
        super().__init__()
        self.values: dict[str, str] = {}
        self.select: str | None = None
        self.textarea: str | None = None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        name = found.get("name")
        if tag == "input" and name and found.get("type") not in ("submit", "checkbox", "radio", "search"):
            self.values[name] = found.get("value") or ""
        elif tag == "input" and found.get("type") in ("checkbox", "radio") and "checked" in found:
            self.values[name] = found.get("value") or "on"
        elif tag == "select":
            self.select = name
            self.values[name] = ""
        elif tag == "option" and self.select and "selected" in found:
            self.values[self.select] = found.get("value") or ""
        elif tag == "textarea":
            self.textarea = name
            self.values[name] = ""

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.values[self.textarea] = self.values[self.textarea].removeprefix("\n").replace("\n", "\r\n")
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea] += data

    def row(self, prefix: str, column: str, value: str) -> str:
        """The prefix of the row of a list in which a column has this value."""
        for name, found in self.values.items():
            if name.startswith(f"{prefix}-") and name.endswith(f"-{column}") and found == value:
                return name.removesuffix(f"-{column}")
        raise AssertionError(f"no row of {prefix} has {column} {value!r}")

    def add_row(self, prefix: str, **values: str) -> str:
        number = int(self.values[f"{prefix}-TOTAL_FORMS"])
        self.values[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
        self.values |= {f"{prefix}-{number}-{column}": value for column, value in values.items()}
        return f"{prefix}-{number}"
