"""The licence under which an edition publishes its cases."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('call', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='edition',
            name='licence',
            field=models.CharField(blank=True, choices=[('', '保留所有权利'), ('by', 'CC BY 4.0'), ('by-sa', 'CC BY-SA 4.0'), ('by-nc', 'CC BY-NC 4.0'), ('by-nc-nd', 'CC BY-NC-ND 4.0')], default='', max_length=10),
        ),
    ]
