from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("treatments", "0003_publish_permission")]
    operations = [
        migrations.AddField(
            model_name="publication",
            name="significant",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Moves the page's dates. Leave it off for a typing error.",
                verbose_name="significant change",
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="change_line",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="One plain line that patients read.",
                max_length=200,
                verbose_name="what changed",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("significant", False), models.Q(("change_line", ""), _negated=True), _connector="OR"
                ),
                name="a_significant_change_says_what_changed",
                violation_error_message="Say in one plain line what changed: patients read it.",
            ),
        ),
    ]
