"""What the database refuses on its own: revisions and signatures never change, nobody signs their own words."""

from django.db import migrations

from cosma.migrating import RunOnSchema
from treatments.models.guards import Refusal, immutable

SAME_PAGE = "({a}.treatment_id = r.treatment_id OR {a}.concern_id = r.concern_id OR {a}.site_page_id = r.site_page_id)"
OWN_WORDS = f"""EXISTS (
    SELECT 1 FROM treatments_revision r
    JOIN treatments_practitioner p ON p.id = NEW.practitioner_id
    JOIN treatments_change c ON {SAME_PAGE.format(a="c")} AND c.clinical AND c.at <= r.frozen_at
    JOIN auth_user u ON u.id = c.by_id AND (u.id = p.user_id OR (p.email <> '' AND lower(u.email) = lower(p.email)))
    WHERE r.id = NEW.revision_id AND NOT EXISTS (
        SELECT 1 FROM treatments_revision e JOIN treatments_signoff s ON s.revision_id = e.id
        WHERE {SAME_PAGE.format(a="e")} AND e.number < r.number AND c.at <= e.frozen_at
    )
)"""
OTHER_WORDS = """NOT EXISTS (
    SELECT 1 FROM treatments_revision r WHERE r.id = NEW.revision_id AND r.fingerprint = NEW.fingerprint
)"""
UNREGISTERED = """EXISTS (
    SELECT 1 FROM treatments_practitioner p WHERE p.id = NEW.practitioner_id AND p.registration_number = ''
)"""
TABLE = "treatments_signoff"
REFUSALS = [
    *immutable("treatments_revision", "A revision"),
    *immutable("treatments_signoff", "A signature"),
    *immutable("treatments_withdrawal", "A withdrawal"),
    Refusal("nobody_signs_their_own_words", TABLE, "INSERT", "Nobody signs their own words", OWN_WORDS),
    Refusal("a_signature_is_for_these_words", TABLE, "INSERT", "A signature is for these words", OTHER_WORDS),
    Refusal("a_signature_has_a_number", TABLE, "INSERT", "A doctor signs with a registration number", UNREGISTERED),
]


def create(apps, schema_editor):
    for refusal in REFUSALS:
        refusal.create(schema_editor)


def drop(apps, schema_editor):
    for refusal in REFUSALS:
        refusal.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("treatments", "0001_initial")]
    operations = [RunOnSchema(create, drop)]
