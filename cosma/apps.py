from django.contrib.admin import apps


class StaffAdminConfig(apps.AdminConfig):
    """Django's admin with our site in it. Kept apart from the site, which needs models to be ready."""

    default = False  # or "cosma" itself would be taken for the admin
    default_site = "cosma.staff_site.StaffSite"
