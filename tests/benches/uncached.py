"""Our Django as `cosma/wsgi.py` has it, without the page store in front."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosma.settings")
django.setup(set_prefix=False)

from cosma.middleware import Handler  # noqa: E402

application = Handler()
