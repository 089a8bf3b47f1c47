"""Two versions are never shown at one address at one time; links end when where they go is changed."""

from django.db import migrations, models

from cosma.migrating import RunOnSchema
from treatments.models.guards import Refusal

SAME_KIND = " OR ".join(
    f"(o.{kind}_id IS NOT NULL AND r.{kind}_id IS NOT NULL)" for kind in ("treatment", "concern", "site_page")
)
SAME_PAGE = " OR ".join(f"o.{kind}_id = r.{kind}_id" for kind in ("treatment", "concern", "site_page"))
OVERLAP = """(NEW.live_until IS NULL OR NEW.live_until > NEW.live_from) AND EXISTS (
    SELECT 1 FROM treatments_revision r
    JOIN treatments_revision o ON {same}
    JOIN treatments_publication p ON p.revision_id = o.id
    WHERE r.id = NEW.revision_id AND p.id <> COALESCE(NEW.id, -1)
    AND (p.live_until IS NULL OR (p.live_until > p.live_from AND p.live_until > NEW.live_from))
    AND (NEW.live_until IS NULL OR p.live_from < NEW.live_until)
)"""
ADDRESS = f"(o.slug = r.slug AND o.language = r.language AND ({SAME_KIND}))"
ALONE = "(SELECT hashtext(r.slug) FROM treatments_revision r WHERE r.id = NEW.revision_id)"
REFUSALS = [
    Refusal(
        f"{what}_when_{name}",
        "treatments_publication",
        event,
        "An address shows one revision at a time",
        OVERLAP.format(same=same),
        alone=ALONE,
    )
    for what, same in (("one_revision_an_address", ADDRESS), ("one_revision_a_page", f"({SAME_PAGE})"))
    for name, event in (("planned", "INSERT"), ("moved", "UPDATE"))
]
WATCHED = ("email", "phone", "registration_number", "council", "name", "user_id")
CHANGED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in WATCHED)
NAME = "practitioner_change_revokes_links"
REVOKE = (
    "UPDATE treatments_reviewlink SET revoked_at = {now} "
    "WHERE practitioner_id = NEW.id AND revoked_at IS NULL AND used_at IS NULL"
)


def for_postgresql() -> list[str]:
    return [
        f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {CHANGED} THEN {REVOKE.format(now='clock_timestamp()')}; END IF; RETURN NULL; END $$",
        f"CREATE TRIGGER {NAME} AFTER UPDATE ON treatments_practitioner FOR EACH ROW EXECUTE FUNCTION {NAME}()",
    ]


def for_sqlite() -> list[str]:
    changed = CHANGED.replace("IS DISTINCT FROM", "IS NOT")
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    return [
        f"CREATE TRIGGER {NAME} AFTER UPDATE ON treatments_practitioner WHEN {changed} BEGIN "
        f"{REVOKE.format(now=now)}; END"
    ]


def create(apps, schema_editor):
    for refusal in REFUSALS:
        refusal.create(schema_editor)
    for statement in for_postgresql() if schema_editor.connection.vendor == "postgresql" else for_sqlite():
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for refusal in REFUSALS:
        refusal.drop(schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {NAME}() CASCADE")
    else:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {NAME}")


class Migration(migrations.Migration):
    dependencies = [("treatments", "0007_indication_condition")]
    operations = [
        migrations.AddField(
            model_name="reviewlink",
            name="opened_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterModelOptions(
            name="practitioner",
            options={
                "ordering": ["name"],
                "permissions": [
                    ("identify_practitioner", "Can say who a doctor is and where links for signing go"),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="revision",
            options={
                "ordering": ["-pk"],
                "permissions": [
                    ("publish_revision", "Can publish a page"),
                    ("send_revision", "Can send a page to a doctor"),
                    ("sign_revision", "Can sign a page as a doctor"),
                ],
            },
        ),
        RunOnSchema(create, drop),
    ]
