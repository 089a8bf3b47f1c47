"""The page store's stamps, and the triggers that move them."""

from django.db import migrations, models

from cosma.migrating import RunOnSchema
from treatments.models.stamps import EVERY_PAGE, MOVERS, count_up, move


def create(apps, schema_editor):
    for mover in MOVERS:
        mover.create(schema_editor)
    # Pages that were stored for an earlier database are older than this.
    schema_editor.execute(count_up(schema_editor.connection.vendor))
    schema_editor.execute(move(EVERY_PAGE))


def drop(apps, schema_editor):
    for mover in MOVERS:
        mover.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0004_significant_changes")]
    operations = [
        migrations.CreateModel(
            name="Stamp",
            fields=[
                ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("version", models.BigIntegerField(db_index=True)),
            ],
        ),
        RunOnSchema(create, drop),
    ]
