from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('teams', '0002_outputs_retention'),
    ]

    operations = [
        migrations.AddField(
            model_name='team',
            name='needs_second_factor',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('cache_key', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('value', models.TextField()),
                ('expires', models.DateTimeField(db_index=True)),
            ],
        ),
    ]
