#!/usr/bin/env python3
"""Runs Django's commands, and says in one sentence what is wrong when none of them can start."""

import gc
import os
import sys


def main():
    # Plain syntax down to here: an old Python must get this far to be told that it is too old.
    if sys.version_info < (3, 11):
        sys.exit("This site needs Python 3.11 or newer; this is Python " + sys.version.split()[0] + ".")
    gc.set_threshold(100_000, 20, 20)  # to look through all code for garbage while it loads takes a tenth of a start
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosma.settings")
    try:
        load_settings()
        run()
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        sys.exit(130)


def load_settings():
    """Meets a wrong environment before a command does, which would answer with a traceback."""
    try:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured

        settings.INSTALLED_APPS  # noqa: B018  (the first look at one setting reads them all)
    except ModuleNotFoundError as error:
        sys.exit(
            "{} is not installed for this Python: run bin/install requirements, then use .venv/bin/python "
            "(if that is the one you used, remove .venv first).".format((error.name or "A package").capitalize())
        )
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except (OSError, ValueError) as error:
        sys.exit("The settings cannot be read: " + str(error))


def run():
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError, DataError, IntegrityError, InterfaceError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except (DatabaseError, InterfaceError) as error:
        if "--traceback" in sys.argv or isinstance(error, (DataError, IntegrityError)):
            raise
        from cosma.preflight import refusal

        sys.exit(refusal(error))


if __name__ == "__main__":
    main()
