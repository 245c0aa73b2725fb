from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("decision", "0005_keep_reasons")]
    operations = [
        migrations.RemoveField("proposal", "language"),
        migrations.RemoveField("proposal", "error"),
        migrations.RemoveField("row", "reason"),
    ]
