"""A doctor's own words stay so under another address, without the account, and on a second record."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cosma.migrating import RunOnSchema
from treatments.models.guards import Refusal

earlier = import_module("treatments.migrations.0020_authors_of_shared_words")
NARROW = """JOIN auth_user u ON u.id = c.by_id AND (
        u.id = p.user_id OR (p.email <> '' AND lower(p.email) IN (lower(u.email), lower(u.username)))
    )"""
WIDE = """JOIN treatments_practitioner q ON q.id = p.id
        OR (q.registration_number = p.registration_number AND q.council = p.council)
    JOIN auth_user u ON u.id = c.by_id AND (
        u.id = q.user_id OR (q.email <> '' AND lower(q.email) IN (lower(u.email), lower(u.username)))
        OR EXISTS (
            SELECT 1 FROM treatments_identitychange i WHERE i.practitioner_id = q.id AND (
                i.account_id = u.id OR (i.told <> '' AND lower(i.told) IN (lower(u.email), lower(u.username)))
            )
        )
    )"""


def refusal(vendor: str) -> Refusal:
    before = earlier.earlier.AFTER
    return Refusal(
        before.name, before.table, before.event, before.sentence, earlier.own_words(vendor).replace(NARROW, WIDE)
    )


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    earlier.refusal(vendor).drop(schema_editor)
    refusal(vendor).create(schema_editor)


def backwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    refusal(vendor).drop(schema_editor)
    earlier.refusal(vendor).create(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("treatments", "0022_who_a_doctor_is"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="identitychange",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        RunOnSchema(forwards, backwards),
    ]
