"""Two that start the site at the same time: neither meets what the other has half done."""

import io
import threading

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError
from django.db import connection

from cosma import preflight, release, roles
from cosma.management.commands.serve import Command
from tests.servers import free_port


def test_a_second_start_waits_until_the_first_has_prepared_the_site(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    said = io.StringIO()
    second = threading.Thread(target=prepare, args=[said])

    with prepared(io.StringIO()):
        second.start()
        second.join(0.1)
        assert second.is_alive()
    second.join(5)

    assert not second.is_alive()
    assert "another start of it: waiting" in said.getvalue()


def prepared(out):
    return Command(stdout=out).alone()


def prepare(out) -> None:
    with prepared(out):
        pass


def test_the_port_of_a_site_that_is_being_prepared_is_taken():
    port = free_port()
    held = preflight.hold(port)

    with pytest.raises(CommandError, match=f"Port {port} of 127.0.0.1 cannot be used"):
        preflight.need_free(port)

    held.close()
    preflight.need_free(port)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "sqlite", reason="several machines share a server, never a file")
def test_a_start_on_another_machine_waits_for_the_database_to_be_prepared():
    said = io.StringIO()
    second = threading.Thread(target=prepare_among_machines, args=[said])

    with Command(stdout=io.StringIO()).alone_among_machines():
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join(5)

    assert not second.is_alive()
    assert "another machine: waiting" in said.getvalue()


def prepare_among_machines(out) -> None:
    with Command(stdout=out).alone_among_machines():
        pass


@pytest.mark.django_db
def test_a_first_start_that_was_stopped_before_the_groups_were_made_makes_them_the_next_time():
    Group.objects.all().delete()
    Permission.objects.filter(codename="publish_revision").delete()

    Command(stdout=io.StringIO()).migrate()

    assert Group.objects.get(name="editor").permissions.filter(codename="publish_revision").exists()
    assert roles.are_established()


def test_a_folder_may_have_a_name_that_is_no_text():
    assert release.digest(["/srv/\udcff/static.css 1 2"]) != release.digest(["/srv/\udcfe/static.css 1 2"])
