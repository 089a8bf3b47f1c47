"""Nobody signs their own words, however those came into the page: written there, cited, explained, shown beside it."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from cosma.migrating import RunOnSchema
from treatments.models.guards import Refusal

earlier = import_module("treatments.migrations.0017_four_eyes_after_a_withdrawal")
SAME_PAGE = import_module("treatments.migrations.0002_guards").SAME_PAGE
PARTS = {
    "postgresql": "SELECT {start} (part.value ->> '{key}') FROM json_array_elements({{x}}.snapshot::json -> '{parts}') part",
    "sqlite": "SELECT {start} json_extract(part.value, '$.{key}') FROM json_each({{x}}.snapshot, '$.{parts}') part",
}
WITHIN = """({{x}}.frozen_at >= c.at AND (
    c.treatment_id = {{x}}.treatment_id OR c.concern_id = {{x}}.concern_id
    OR (c.shared <> '' AND (c.shared IN ({sources}) OR c.shared IN ({words})))
    OR ((c.field IN ('Name', 'Summary', 'The whole page') OR substr(c.field, 1, 10) = 'Comparison') AND EXISTS (
        SELECT 1 FROM treatments_revision b
        WHERE b.treatment_id = c.treatment_id AND b.frozen_at >= c.at
        AND b.language = {{x}}.language AND b.slug IN ({columns}) AND (b.frozen_at = {{x}}.frozen_at OR EXISTS (
            SELECT 1 FROM treatments_publication l WHERE l.revision_id = b.id AND l.live_from <= {{x}}.frozen_at
            AND (l.live_until IS NULL OR l.live_until > {{x}}.frozen_at)
        ))
    ))
))"""
OWN_WORDS = """EXISTS (
    SELECT 1 FROM treatments_revision r
    JOIN treatments_practitioner p ON p.id = NEW.practitioner_id
    JOIN treatments_change c ON c.clinical AND {within_r}
    JOIN auth_user u ON u.id = c.by_id AND (
        u.id = p.user_id OR (p.email <> '' AND lower(p.email) IN (lower(u.email), lower(u.username)))
    )
    WHERE r.id = NEW.revision_id AND NOT EXISTS (
        SELECT 1 FROM treatments_revision e JOIN treatments_signoff s ON s.revision_id = e.id
        WHERE {same_page} AND e.number < r.number AND {within_e}
        AND NOT EXISTS (SELECT 1 FROM treatments_withdrawal w WHERE w.sign_off_id = s.id)
    )
)"""


def own_words(vendor: str) -> str:
    def named(parts: str, key: str, start: str = "") -> str:
        return PARTS[vendor].format(parts=parts, key=key, start=f"'{start} ' ||" if start else "")

    within = WITHIN.format(
        sources=named("sources", "key", "source"), words=named("terms", "term", "word"), columns=named("beside", "slug")
    )
    same_page = SAME_PAGE.format(a="e")
    return OWN_WORDS.format(same_page=same_page, within_r=within.format(x="r"), within_e=within.format(x="e"))


def refusal(vendor: str) -> Refusal:
    before = earlier.AFTER
    return Refusal(before.name, before.table, before.event, before.sentence, own_words(vendor))


def without_the_earlier(apps, schema_editor):
    """First: SQLite makes a table anew, and a trigger that speaks of it would be in its way."""
    earlier.AFTER.drop(schema_editor)


def with_the_earlier(apps, schema_editor):
    earlier.AFTER.create(schema_editor)


def create(apps, schema_editor):
    refusal(schema_editor.connection.vendor).create(schema_editor)


def drop(apps, schema_editor):
    refusal(schema_editor.connection.vendor).drop(schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("treatments", "0019_ends_are_found_by_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunOnSchema(without_the_earlier, with_the_earlier),
        migrations.RemoveConstraint(
            model_name="change",
            name="a_change_is_of_exactly_one_page",
        ),
        migrations.AddField(
            model_name="change",
            name="brought_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="shared",
            field=models.CharField(blank=True, db_default="", db_index=True, default="", editable=False, max_length=70),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            models.Q(
                                ("concern__isnull", True), ("site_page__isnull", True), ("treatment__isnull", False)
                            ),
                            models.Q(
                                ("concern__isnull", False), ("site_page__isnull", True), ("treatment__isnull", True)
                            ),
                            models.Q(
                                ("concern__isnull", True), ("site_page__isnull", False), ("treatment__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        ("shared", ""),
                    ),
                    models.Q(
                        models.Q(("shared", ""), _negated=True),
                        ("concern__isnull", True),
                        ("site_page__isnull", True),
                        ("treatment__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_change_is_of_one_page_or_of_what_pages_share",
            ),
        ),
        RunOnSchema(create, drop),
    ]
