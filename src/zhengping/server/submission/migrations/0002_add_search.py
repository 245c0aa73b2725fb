"""The search index: derived from titles, units and texts, so it is no model and stands in no export."""

from django.db import migrations

SQLITE = (
    "CREATE TABLE submission_sought (id integer PRIMARY KEY, words text NOT NULL)",
    "CREATE VIRTUAL TABLE submission_pairs USING fts5(pairs, content='', tokenize='ascii', prefix='1')",
)
POSTGRESQL = (
    "CREATE TABLE submission_sought (id bigint PRIMARY KEY, words text NOT NULL, runs text[] NOT NULL)",
    "CREATE INDEX submission_sought_runs ON submission_sought USING gin (runs)",
)


def make(apps, editor):
    """The tables of this database."""
    for sentence in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(sentence)


def unmake(apps, editor):
    """Without them."""
    if editor.connection.vendor != "postgresql":
        editor.execute("DROP TABLE submission_pairs")
    editor.execute("DROP TABLE submission_sought")


class Migration(migrations.Migration):
    """Words of one and two characters are found exactly."""

    dependencies = [("submission", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
