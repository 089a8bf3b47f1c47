"""Which wording of the site a signature was given to; those of before to the first."""

from django.db import migrations, models

from cosma.migrating import RunOnSchema

NEW = 'ADD COLUMN "schema" smallint DEFAULT 1 NOT NULL CHECK ("schema" >= 0)'


# Django would have SQLite copy the table, and triggers of other tables name it.
def add(apps, schema_editor):
    schema_editor.execute(f"ALTER TABLE treatments_signoff {NEW}")


def drop(apps, schema_editor):
    schema_editor.execute('ALTER TABLE treatments_signoff DROP COLUMN "schema"')


class Migration(migrations.Migration):
    dependencies = [("treatments", "0024_whole_words_have_their_own_index")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [RunOnSchema(add, drop)],
            [
                migrations.AddField(
                    model_name="signoff",
                    name="schema",
                    field=models.PositiveSmallIntegerField(db_default=1, editable=False),
                )
            ],
        )
    ]
