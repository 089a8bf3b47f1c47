import io

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from tests.staff.people import code


def create(*arguments: str) -> dict[str, str]:
    """What the command printed, by name."""
    out = io.StringIO()
    call_command("createstaff", *arguments, stdout=out)
    return dict(line.split(": ", 1) for line in out.getvalue().splitlines() if ": " in line)


def log_in(said: dict[str, str], digits: str = "", password: str = "") -> str:
    """Where a person ends up who types what the command printed."""
    client = Client()
    client.post("/accounts/login/", {"login": said["email"], "password": password or said["password"]})
    client.post("/accounts/2fa/authenticate/", {"code": digits or code(said["totp_secret"])})
    answer = client.get("/admin/")
    return answer.headers.get("Location", "the admin")


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as error:
        create(*arguments)
    assert error.value.returncode != 0
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("role", ["editor", "reviewer", "desk", "manager"])
def test_what_is_printed_is_enough_to_log_in(role):
    Group.objects.all().delete()

    said = create("Asha@Example.org", "--role", role)

    assert said["login"].endswith("/accounts/login/")
    assert (said["email"], said["role"]) == ("asha@example.org", role)
    assert log_in(said) == "the admin"


def test_a_recovery_code_stands_in_for_the_phone_once():
    said = create("asha@example.org", "--role", "editor")
    first = said["recovery_codes"].split()[0]

    assert log_in(said, digits=first) == "the admin"
    assert log_in(said, digits=first) != "the admin"


def test_the_address_for_authenticator_apps_holds_the_secret():
    said = create("asha@example.org", "--role", "editor")

    assert said["totp_uri"].startswith("otpauth://totp/asha%40example.org?")
    assert f"secret={said['totp_secret']}" in said["totp_uri"]


def test_a_given_password_is_used_and_not_printed(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("seven green mangoes\nsecond line\n"))

    said = create("asha@example.org", "--role", "editor", "--password-stdin")

    assert "password" not in said
    assert log_in(said, password="seven green mangoes") == "the admin"


@pytest.mark.parametrize("password", ["short", "123456789012", "password1234", "asha@example.org"])
def test_a_weak_password_is_refused_and_nothing_is_made(monkeypatch, password):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))

    assert refusal("asha@example.org", "--role", "editor", "--password-stdin").startswith("Choose another password.")
    assert not User.objects.exists()


@pytest.mark.parametrize("stdin", [io.StringIO(""), None])
def test_an_empty_password_is_refused(monkeypatch, stdin):
    monkeypatch.setattr("sys.stdin", stdin)

    assert "no password on standard input" in refusal("asha@example.org", "--role", "editor", "--password-stdin")


def test_bytes_that_are_no_text_are_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("seven green mangoes \udcff\n"))

    assert "not UTF-8" in refusal("asha@example.org", "--role", "editor", "--password-stdin")


def test_nothing_is_made_that_could_not_be_shown():
    class BrokenPipe(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        call_command("createstaff", "asha@example.org", "--role", "editor", stdout=BrokenPipe())

    assert not User.objects.exists()


def test_a_second_account_for_an_address_is_refused():
    create("asha@example.org", "--role", "editor")

    assert "--reset" in refusal("ASHA@example.org", "--role", "editor")
    assert User.objects.count() == 1


def test_resetting_replaces_password_and_second_factor_and_keeps_the_role():
    before = create("asha@example.org", "--role", "manager")

    after = create("asha@example.org", "--reset")

    assert after["role"] == "manager"
    assert log_in(before) != "the admin"
    assert log_in(after) == "the admin"


def test_resetting_ends_what_is_open():
    said = create("asha@example.org", "--role", "manager")
    client = Client()
    client.force_login(User.objects.get(username=said["email"]))
    assert client.get("/admin/").status_code == 200

    create("asha@example.org", "--reset")

    assert client.get("/admin/").status_code == 302


def test_resetting_an_account_that_is_not_there_is_refused():
    assert "no account yet" in refusal("asha@example.org", "--reset")


@pytest.mark.parametrize("email", ["asha", "asha@", "a b@example.org", "", "x" * 150 + "@example.org"])
def test_what_is_no_address_is_refused(email):
    assert "e-mail address" in refusal(email, "--role", "editor")


@pytest.mark.parametrize("role", ["", "Editor", "admin", "superuser"])
def test_an_unknown_role_is_refused_with_those_that_are_known(role):
    assert "editor, reviewer, desk, manager" in refusal("asha@example.org", f"--role={role}")


def test_a_copy_of_the_database_does_not_hold_the_secret(settings):
    said = create("asha@example.org", "--role", "editor")
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP)

    assert said["totp_secret"] not in str(kept.data)

    settings.SECRET_KEY = "another-key"
    assert not kept.wrap().validate_code(code(said["totp_secret"]))


def test_a_new_key_may_follow_an_old_one(settings):
    said = create("asha@example.org", "--role", "editor")

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key"

    assert log_in(said) == "the admin"
