from django.apps import AppConfig
from django.contrib.admin import apps
from django.db import connection


class SiteConfig(AppConfig):
    name = "cosma"

    def ready(self):
        """Readers never wait for a writer.

        Django asks SQLite in each new thread whether it knows JSON, and for that takes the lock of a writer. Where it
        does not get it, the thread would take SQLite for one without, and answer 500 until it ends.
        """
        if connection.vendor == "sqlite":
            type(connection.features).supports_json_field = True


class StaffAdminConfig(apps.AdminConfig):
    """Django's admin with our site in it. Kept apart from the site, which needs models to be ready."""

    default = False  # or "cosma" itself would be taken for the admin
    default_site = "cosma.staff_site.StaffSite"
