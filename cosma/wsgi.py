import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosma.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from cosma import patience, storefront  # noqa: E402
from cosma.middleware import Handler  # noqa: E402  (its middleware needs the apps)

if connection.vendor == "postgresql":
    patience.install()
# While developing, a page shows what was changed a moment ago.
application = Handler() if settings.DEBUG else storefront.in_front_of(Handler())
