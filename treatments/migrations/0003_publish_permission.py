from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("treatments", "0002_guards")]
    operations = [
        migrations.AlterModelOptions(
            name="revision",
            options={"ordering": ["-pk"], "permissions": [("publish_revision", "Can publish a page")]},
        ),
    ]
