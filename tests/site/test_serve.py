"""Two that start the site at the same time: neither meets what the other has half done."""

import io
import threading

import pytest
from django.core.management import CommandError

from cosma import preflight
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
