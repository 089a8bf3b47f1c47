from django.apps import AppConfig


class TreatmentsConfig(AppConfig):
    name = "treatments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from treatments import letters  # noqa: F401  (registers the kinds of mail)
