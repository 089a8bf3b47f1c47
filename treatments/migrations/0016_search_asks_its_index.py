"""Has PostgreSQL find words through the index, however common each of them is."""

from django.db import migrations

from cosma.migrating import RunOnSchema
from treatments.models import search_tables


def renew(apps, schema_editor):
    search_tables.renew(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0015_advertising")]
    operations = [RunOnSchema(renew, RunOnSchema.noop)]
