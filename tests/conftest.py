import gc

import pytest
from _pytest import runner
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.template import Template
from django.test import SimpleTestCase, override_settings
from hypothesis import settings as hypothesis_settings

from cosma import roles
from tests import prepared
from tests.shelf import Shelf, shelved, wanted
from treatments.models import AdvertisingRule
from treatments.models.stamps import Stamp

RENDER = Template._render

hypothesis_settings.register_profile("cosma", deadline=None, max_examples=25, database=None)
hypothesis_settings.register_profile("soak", deadline=None, max_examples=300, database=None)
hypothesis_settings.load_profile("cosma")


def with_room(function, *arguments):
    """Python takes its stack from the system in small pieces, and gives one back when the call that needed it is over.

    As deep inside pytest as a request is, that happens all the time, and took a fifth of a run. This frame is so large
    that the piece it lies in holds all others.
    """
    return function(*arguments)


with_room.__code__ = with_room.__code__.replace(co_stacksize=70_000)


def pytest_runtest_protocol(item, nextitem):
    return with_room(runner.pytest_runtest_protocol, item, nextitem)


NOT_LOADED = (Stamp, AdvertisingRule)
"""Rows that triggers and migrations make."""


@pytest.fixture(scope="session", autouse=True)
def static_files_as_they_lie():
    """Tests that only compute need no collected files; the browser's site has them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = settings.STORAGES | {"staticfiles": plain}
    # And no thread sends mail behind the back of a test.
    plainly = {"WHITENOISE_USE_FINDERS": True, "WHITENOISE_AUTOREFRESH": True, "OUTBOX_AT_ONCE": False}
    with override_settings(STORAGES=storages, **plainly):
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_render_as_they_do_for_patients(django_test_environment):
    """Django would copy the whole context for every template, each field of a form included; no test reads that."""
    Template._render = RENDER


@pytest.fixture(scope="session")
def django_db_keepdb():
    """It goes with the run, whose memory or server it is in."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    with prepared.brought():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A database that has been set up as any site is: with the groups of staff."""
    with django_db_blocker.unblock():
        roles.establish()
        prepared.keep()


@pytest.fixture(scope="session")
def shipped_rows(django_db_setup, django_db_blocker):
    """Every row that loading and publishing the shipped content makes. They are made once, and taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loadcontent", "--publish-unreviewed", verbosity=0)
        # Stamps are moved by triggers, here as anywhere.
        models = [model for model in apps.get_app_config("treatments").get_models() if model not in NOT_LOADED]
        rows = [list(model._default_manager.all()) for model in models]
        transaction.set_rollback(True)
    return [of_a_model for of_a_model in rows if of_a_model]


SHELF = pytest.StashKey[Shelf]()


@pytest.fixture(scope="session")
def shelf(request, django_db_setup, django_db_blocker):
    shelf = request.config.stash[SHELF] = Shelf(django_db_blocker)
    yield shelf
    shelf.keep([])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Here, because the transaction of a `TestCase` begins before any fixture of its tests."""
    if SHELF in item.config.stash:
        item.config.stash[SHELF].keep(wanted(item))


@pytest.fixture
def _django_db_helper(request, shelf_as_asked_for, _django_db_helper):
    """The transaction that pytest-django opens for each test, inside those of the shelf."""


@pytest.fixture
def shelf_as_asked_for(request, shelf):
    shelf.fill(wanted(request.node), request)


@shelved
def shipped(shipped_rows):
    """A database with the shipped content, published."""
    for of_a_model in shipped_rows:
        type(of_a_model[0])._default_manager.bulk_create(of_a_model)
    # A restored backup may have let PostgreSQL count on from less, and no rollback takes that back.
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [type(rows[0]) for rows in shipped_rows]):
            cursor.execute(sql)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Marks `database` by itself; and those of a module that start from the same rows come one after the other."""
    for item in items:
        if uses_database(item):
            item.add_marker(pytest.mark.database)
    items.sort(key=start)


def start(item) -> tuple:
    names = [make.__name__ for make in wanted(item)]
    return "shipped" not in names, item.path, names


def uses_database(item) -> bool:
    """pytest-django lets no other test touch one."""
    of_unittest = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    return of_unittest or bool(item.get_closest_marker("django_db")) or "db" in getattr(item, "fixturenames", ())


def pytest_collection_finish():
    """What is loaded by now stays; looking through it for garbage again and again takes a tenth of a run."""
    gc.freeze()


def pytest_unconfigure():
    """pytest looks through all that is left for garbage before it ends: nobody asks for that any more."""
    gc.freeze()
