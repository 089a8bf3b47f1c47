import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.template import Template
from django.test import override_settings
from hypothesis import settings as hypothesis_settings

from cosma import roles
from treatments.models.stamps import Stamp

RENDER = Template._render

hypothesis_settings.register_profile("cosma", deadline=None, max_examples=60, database=None)
hypothesis_settings.load_profile("cosma")


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
def django_db_setup(django_db_setup, django_db_blocker):
    """A database that has been set up as any site is: with the groups of staff."""
    with django_db_blocker.unblock():
        roles.establish()


@pytest.fixture(scope="session")
def shipped_rows(django_db_setup, django_db_blocker):
    """Every row that loading and publishing the shipped content makes. They are made once, and taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("loadcontent", "--publish-unreviewed", verbosity=0)
        # Stamps are moved by triggers, here as anywhere.
        models = [model for model in apps.get_app_config("treatments").get_models() if model is not Stamp]
        rows = [list(model._default_manager.all()) for model in models]
        transaction.set_rollback(True)
    return [of_a_model for of_a_model in rows if of_a_model]


@pytest.fixture
def shipped(db, shipped_rows):
    """A database with the shipped content, published."""
    for rows in shipped_rows:
        type(rows[0])._default_manager.bulk_create(rows)
