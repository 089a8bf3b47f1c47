from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    name = "treatments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from treatments import indexnow, letters, reminding  # noqa: F401  (they register the kinds of mail)
