"""Nothing is signed in a doctor's name while nobody has confirmed who that is."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import treatments.models.identities
from cosma.migrating import RunOnSchema
from treatments.models.guards import Refusal

WAITING = """EXISTS (
    SELECT 1 FROM treatments_identitychange i
    WHERE i.practitioner_id = NEW.practitioner_id AND i.confirmed_at IS NULL AND i.counts_from > NEW.signed_at
)"""
REFUSAL = Refusal(
    "a_signature_is_of_a_confirmed_doctor",
    "treatments_signoff",
    "INSERT",
    "Another manager confirms who a doctor is before anything is signed",
    WAITING,
)


def create(apps, schema_editor):
    REFUSAL.create(schema_editor)


def drop(apps, schema_editor):
    REFUSAL.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("treatments", "0021_who_works_where_moves_stamps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.TextField()),
                ("told", models.EmailField(blank=True, max_length=254)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("counts_from", models.DateTimeField(default=treatments.models.identities.wait_over)),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identity_changes",
                        to="treatments.practitioner",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            ("by__isnull", True),
                            models.Q(("confirmed_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_confirms_their_own_change",
                    )
                ],
            },
        ),
        RunOnSchema(create, drop),
    ]
