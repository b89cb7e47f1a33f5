import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the filling of the column: PostgreSQL alters no table with unchecked changes."""

    dependencies = [("engine", "0002_core")]

    operations = [
        migrations.AlterField(
            model_name="steprun",
            name="team",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.team"
            ),
        ),
    ]
