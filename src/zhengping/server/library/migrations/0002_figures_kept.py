from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='shelf',
            name='figures',
            field=models.BinaryField(default=b''),
        ),
        migrations.RunSQL("UPDATE library_shelf SET state = ''", migrations.RunSQL.noop),  # put up again, with their figures, at the next look
    ]
