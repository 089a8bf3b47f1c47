"""When the database does not answer, nobody gets a 500: a clear 503 that says when to come back."""

import logging

import pytest
from django.db import OperationalError, connection

from tests.wire import ask, public_paths

pytestmark = pytest.mark.usefixtures("shipped")
WITHOUT_THE_DATABASE = ("/healthz", "/robots.txt")


@pytest.fixture
def database_down():
    def refuse(execute, sql, params, many, context):
        raise OperationalError("could not connect to server")

    logging.disable(logging.CRITICAL)
    connection.features.__dict__.pop("supports_json_field", None)  # as in a thread that has asked nothing yet
    with connection.execute_wrapper(refuse):
        yield
    logging.disable(logging.NOTSET)


def addresses() -> list[str]:
    odd = ["/treatments/mesotherapy", "/treatments/nowhere/", "/concerns/nowhere", "/nowhere/", "/nowhere", "//about/"]
    return [*public_paths(), *odd, "/treatments/UPPER/", "/accounts/login/", "/admin/"]


def test_without_the_database_no_address_answers_500(database_down):
    answers = {path: ask(path) for path in addresses()}

    assert {path: answer.status for path, answer in answers.items() if answer.status == 500} == {}
    for path, answer in answers.items():
        if answer.status == 503:
            assert "no-store" in answer.headers["Cache-Control"], path


def test_whoever_meets_it_is_told_when_to_come_back(database_down):
    for path in ("/treatments/mesotherapy/", "/treatments/mesotherapy", "/admin/"):
        answer = ask(path, headers={"Cookie": f"session={'a' * 32}"})
        assert (answer.status, answer.headers["Retry-After"]) == (503, "60"), path
        assert b"being repaired" in answer.body


def test_what_needs_no_database_works_without_it(database_down):
    for path in WITHOUT_THE_DATABASE:
        assert ask(path).status == 200


def test_readyz_says_that_the_database_does_not_answer(database_down):
    answer = ask("/readyz")

    assert answer.status == 503
    assert b"database" in answer.body
