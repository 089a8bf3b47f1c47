import pytest
from django.core.cache import cache

from tests.shelf import shelved
from tests.staff.people import staff_client
from treatments.models.standing import KEPT


@pytest.fixture(autouse=True)
def nobody_has_tried_yet(db):
    """Rate limits count in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture(autouse=True)
def passwords_are_quick_to_check(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@shelved
def editor():
    return staff_client("editor")


@shelved
def reviewer():
    return staff_client("reviewer")


@shelved
def manager():
    return staff_client("manager")


@pytest.fixture(autouse=True)
def no_draft_has_been_compared_yet():
    """What is kept between requests must not make one test cheaper than another."""
    KEPT.clear()
