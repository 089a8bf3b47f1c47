"""A signature that was taken back makes nobody's words signed: their author still cannot sign them.

An account is known by its name too, which stays when its address is changed.
"""

from importlib import import_module

from django.db import migrations

from cosma.migrating import RunOnSchema
from treatments.models.guards import Refusal

earlier = import_module("treatments.migrations.0002_guards")
OWN_WORDS = f"""EXISTS (
    SELECT 1 FROM treatments_revision r
    JOIN treatments_practitioner p ON p.id = NEW.practitioner_id
    JOIN treatments_change c ON {earlier.SAME_PAGE.format(a="c")} AND c.clinical AND c.at <= r.frozen_at
    JOIN auth_user u ON u.id = c.by_id AND (
        u.id = p.user_id OR (p.email <> '' AND lower(p.email) IN (lower(u.email), lower(u.username)))
    )
    WHERE r.id = NEW.revision_id AND NOT EXISTS (
        SELECT 1 FROM treatments_revision e JOIN treatments_signoff s ON s.revision_id = e.id
        WHERE {earlier.SAME_PAGE.format(a="e")} AND e.number < r.number AND c.at <= e.frozen_at
        AND NOT EXISTS (SELECT 1 FROM treatments_withdrawal w WHERE w.sign_off_id = s.id)
    )
)"""
NAME, SENTENCE = "nobody_signs_their_own_words", "Nobody signs their own words"
BEFORE = Refusal(NAME, earlier.TABLE, "INSERT", SENTENCE, earlier.OWN_WORDS)
AFTER = Refusal(NAME, earlier.TABLE, "INSERT", SENTENCE, OWN_WORDS)


def forwards(apps, schema_editor):
    BEFORE.drop(schema_editor)
    AFTER.create(schema_editor)


def backwards(apps, schema_editor):
    AFTER.drop(schema_editor)
    BEFORE.create(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0016_search_asks_its_index")]
    operations = [RunOnSchema(forwards, backwards)]
