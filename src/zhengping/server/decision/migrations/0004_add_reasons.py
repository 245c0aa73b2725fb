from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decision", "0003_add_public_vote")]
    operations = [
        migrations.AddField("proposal", "trouble", models.JSONField(default=dict, help_text="why it failed, {language: sentence}")),
        migrations.AddField("row", "reasons", models.JSONField(default=dict, help_text="why it has its award, {language: sentence}, as it was told when the proposal was made")),
    ]
