"""Pages grow old when it changes who works where, though neither the doctor's row nor the clinic's is written."""

from django.db import migrations

from cosma.migrating import RunOnSchema
from treatments.models.stamps import WORKS_AT


def create(apps, schema_editor):
    WORKS_AT.create(schema_editor)


def drop(apps, schema_editor):
    WORKS_AT.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0020_authors_of_shared_words")]
    operations = [RunOnSchema(create, drop)]
