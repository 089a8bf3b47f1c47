#!/usr/bin/env python3
"""Runs Django's commands, and says in one sentence what is wrong when none of them can start."""

import os
import sys
import warnings


def main():
    # Plain syntax down to here: an old Python must get this far to be told that it is too old.
    if sys.version_info < (3, 11):
        sys.exit("This site needs Python 3.11 or newer; this is Python " + sys.version.split()[0] + ".")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosma.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed for this Python: `make run` installs it, then use .venv/bin/python.")
    load_settings()
    execute_from_command_line(sys.argv)


def load_settings():
    """Meets a wrong environment before a command does, which would answer with a traceback."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    # It warns of an address that the settings then refuse in plainer words.
    warnings.filterwarnings("ignore", module="environ")
    try:
        settings.INSTALLED_APPS  # noqa: B018  (the first look at one setting reads them all)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except (OSError, ValueError) as error:
        sys.exit("The settings cannot be read: " + str(error))


if __name__ == "__main__":
    main()
