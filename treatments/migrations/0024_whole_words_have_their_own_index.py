"""Has PostgreSQL look up whole words in their own index, and not in that of their pieces."""

from django.db import migrations

from cosma.migrating import RunOnSchema
from treatments.models import search_tables


def sharpen_anew(apps, schema_editor):
    search_tables.sharpen_anew(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0023_the_same_doctor")]
    operations = [RunOnSchema(sharpen_anew, RunOnSchema.noop)]
