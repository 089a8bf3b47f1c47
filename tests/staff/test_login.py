import re

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from tests.staff.people import PASSWORD, code, make_staff

EDITOR = {"login": "editor@example.org", "password": PASSWORD}


def test_the_admin_asks_for_a_login_and_then_opens_what_was_asked_for():
    _, factor = make_staff("editor")
    client = Client()

    asked = client.get("/admin/treatments/treatment/", follow=True)
    assert asked.request["PATH_INFO"] == "/accounts/login/"
    client.post(asked.request["PATH_INFO"] + "?" + asked.request["QUERY_STRING"], EDITOR)
    opened = client.post("/accounts/2fa/authenticate/", {"code": code(factor.secret)}, follow=True)

    assert opened.request["PATH_INFO"] == "/admin/treatments/treatment/"
    assert opened.status_code == 200


def test_the_password_alone_opens_nothing():
    make_staff("editor")
    client = Client()

    answer = client.post("/accounts/login/", EDITOR)

    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/admin/").status_code == 302
    assert client.get("/accounts/2fa/").status_code == 302


def test_a_wrong_password_is_told_first_and_the_address_stays():
    make_staff("editor")

    page = Client().post("/accounts/login/", EDITOR | {"password": "something else"}).content.decode()

    assert re.search(r'role="alert" tabindex="-1" autofocus><ul.*?not correct', page, re.DOTALL)
    assert 'value="editor@example.org"' in page
    assert "something else" not in page


def test_a_code_works_once():
    _, factor = make_staff("editor")
    digits = code(factor.secret)
    for client, opens in ((Client(), True), (Client(), False)):
        client.post("/accounts/login/", EDITOR)
        client.post("/accounts/2fa/authenticate/", {"code": digits})
        assert (client.get("/admin/").status_code == 200) is opens


def test_staff_without_a_second_factor_set_one_up_before_the_admin_opens():
    make_staff("editor", second_factor=False)
    client = Client()
    client.post("/accounts/login/", EDITOR)

    sent = client.get("/admin/", follow=True)
    assert sent.request["PATH_INFO"] == "/accounts/reauthenticate/"
    page = client.post(
        sent.request["PATH_INFO"] + "?" + sent.request["QUERY_STRING"], {"password": PASSWORD}, follow=True
    )
    secret = re.search(r'<code class="secret">(\w+)</code>', page.content.decode())[1]
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    codes = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}, follow=True)

    assert codes.request["PATH_INFO"] == "/accounts/2fa/recovery-codes/"
    assert len(re.findall(r"<code>\d{8}</code>", codes.content.decode())) == 10
    assert client.get("/admin/").status_code == 200


def test_a_wrong_code_sets_nothing_up():
    make_staff("editor", second_factor=False)
    client = Client()
    client.post("/accounts/login/", EDITOR)
    client.post("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", {"password": PASSWORD})

    page = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})

    assert "Incorrect code" in page.content.decode()
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 302


def test_taking_the_second_factor_away_closes_the_admin():
    user, _ = make_staff("editor")
    client = Client()
    client.force_login(user)
    assert client.get("/admin/").status_code == 200

    Authenticator.objects.filter(user=user).delete()

    assert client.get("/admin/", follow=True).request["PATH_INFO"] == "/accounts/reauthenticate/"


def test_people_who_are_not_staff_stay_out():
    user, _ = make_staff("editor")
    User.objects.filter(pk=user.pk).update(is_staff=False)
    client = Client()
    client.force_login(user)

    assert client.get("/admin/", follow=True).status_code == 403


def test_a_closed_account_stays_out():
    user, _ = make_staff("editor")
    User.objects.filter(pk=user.pk).update(is_active=False)
    client = Client()

    client.post("/accounts/login/", EDITOR)

    assert client.get("/admin/").status_code == 302


def test_guessing_passwords_ends_after_five():
    make_staff("editor")
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", EDITOR | {"password": "a wrong password"})

    answer = client.post("/accounts/login/", EDITOR)

    assert "Too many failed login attempts" in answer.content.decode()


def test_guessing_codes_ends_after_five():
    _, factor = make_staff("editor")
    client = Client()
    client.post("/accounts/login/", EDITOR)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    client.post("/accounts/2fa/authenticate/", {"code": code(factor.secret)})

    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up(method):
    answer = getattr(Client(), method)(
        "/accounts/signup/", {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD}
    )

    assert answer.status_code == 200
    assert "made by a manager" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "email/",
        "confirm-email/",
        "password/reset/",
        "password/set/",
        "login/code/confirm/",
        "3rdparty/",
        "2fa/webauthn/",
    ],
)
def test_pages_that_staff_do_not_need_are_not_there(path):
    make_staff("editor")
    client = Client()

    assert client.get(f"/accounts/{path}").status_code == 404
    assert "password/reset" not in client.get("/accounts/login/").content.decode()


def test_secrets_are_kept_by_no_browser():
    user, factor = make_staff("editor")
    client = Client()
    client.force_login(user)
    client.post("/accounts/2fa/reauthenticate/?next=/admin/", {"code": code(factor.secret)})

    answer = client.get("/accounts/2fa/recovery-codes/")

    assert factor.recovery_codes[0] in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_only_the_staff_side_sets_cookies(shipped):
    client = Client()
    for path in ("/", "/treatments/mesotherapy/", "/concerns/", "/about/", "/robots.txt", "/no-such-page/"):
        assert not client.get(path).cookies, path

    assert settings.CSRF_COOKIE_NAME in client.get("/accounts/login/").cookies


def test_a_login_is_a_cookie_that_scripts_cannot_read():
    make_staff("editor")

    cookie = Client().post("/accounts/login/", EDITOR).cookies[settings.SESSION_COOKIE_NAME]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_logging_out_takes_a_press_and_ends_the_session():
    user, _ = make_staff("editor")
    client = Client()
    client.force_login(user)

    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/admin/").status_code == 200
    client.post("/accounts/logout/")

    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_login_leads_nowhere_else(target):
    _, factor = make_staff("editor")
    client = Client()
    client.post(f"/accounts/login/?next={target}", EDITOR | {"next": target})

    answer = client.post("/accounts/2fa/authenticate/", {"code": code(factor.secret)})

    assert answer.headers["Location"].startswith("/admin/")
