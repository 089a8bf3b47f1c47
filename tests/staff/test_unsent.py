"""What staff typed is not lost because their login ended meanwhile."""

import pytest
from django.test import Client

from tests.factories import make_source, make_treatment
from tests.staff.people import Form, staff_client
from treatments.models import Statement

HERE = {"Sec-Fetch-Site": "same-origin"}
TYPED = 'Typed for an hour,\r\n\r\n"with" <marks> & [@trial].'


@pytest.fixture
def section():
    make_source()
    return make_treatment().sections.get()


@pytest.fixture
def browser():
    """Strict as on the real site, and logged in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff_client("editor").user)
    return client


def address(section) -> str:
    return f"/admin/treatments/section/{section.pk}/change/"


def typed(browser, section) -> Form:
    form = Form(browser.get(address(section)))
    form.values["statements-0-text"] = TYPED
    return form


def log_out(browser) -> None:
    del browser.cookies["session"]


def log_in_again(browser, user) -> None:
    """A login changes the key of every form that was opened before."""
    browser.force_login(user)
    del browser.cookies["csrf"]


def send(browser, section, form: Form):
    return browser.post(address(section), form.values, headers=HERE)


def test_what_is_sent_after_the_login_ended_can_be_sent_once_more(browser, section):
    user = staff_client("manager").user
    form = typed(browser, section)
    log_out(browser)

    answer = send(browser, section, form)

    assert answer.status_code == 403 and "no-store" in answer["Cache-Control"]
    assert "You are no longer logged in. What you typed is kept on this page." in answer.content.decode()
    log_in_again(browser, user)
    browser.get("/admin/")
    again = send(browser, section, Form(answer))
    assert "You have logged in since you opened this form." in again.content.decode()
    assert Statement.objects.get().text == "Small needles go into the skin."
    assert send(browser, section, Form(again)).status_code == 302
    assert Statement.objects.get().text == TYPED.replace("\r\n", "\n")


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
@pytest.mark.parametrize("logged_in", [True, False])
def test_nobody_is_led_from_another_site_to_send_its_words(browser, section, headers, logged_in):
    form = typed(browser, section)
    form.values["csrfmiddlewaretoken"] = "x" * 64
    if not logged_in:
        log_out(browser)

    answer = browser.post(address(section), form.values, headers=headers)

    assert answer.status_code == 403
    assert "Typed for an hour" not in answer.content.decode() and "csrfmiddlewaretoken" not in answer.content.decode()


def test_a_password_is_not_kept(browser):
    answer = browser.post("/admin/auth/user/add/", {"email": "a@example.org", "password1": "secret"}, headers=HERE)

    assert answer.status_code == 403 and "secret" not in answer.content.decode()
