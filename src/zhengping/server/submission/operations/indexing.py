"""Cases -> the index of their words."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from zhengping.engine.text import grams
from zhengping.server.among import among
from zhengping.server.submission import queries
from zhengping.server.submission.models import Submission, Text


def index_left(most: int = 200) -> int:
    """Put numbered cases into the search index that are not there yet; -> how many."""
    keys = queries.unindexed(most)
    rows = Submission.objects.filter(pk__in=keys).values_list("pk", "title", "unit", "words__words", "words__also")
    with transaction.atomic():
        put_in_index([(pk, words_sought(*words)) for pk, *words in rows], is_new=True)
    return len(keys)


@transaction.atomic
def index_also(words: dict[int, str]) -> int:
    """Let cases be found by these words too, each by the key of its case, in place of those held before; -> of how many that changed."""
    stale = [pk for pk, also in Text.objects.filter(pk__in=among(words)).values_list("pk", "also") if also != words[pk]]
    changed = list(Text.objects.filter(pk__in=among(stale)).select_related("submission"))
    for text in changed:
        text.also = words[text.pk]
    Text.objects.bulk_update(changed, ["also"], batch_size=400)
    put_in_index([(text.pk, words_sought(text.submission.title, text.submission.unit, text.words, text.also)) for text in changed])
    return len(changed)


def words_sought(title: str, unit: str, words: str | None, also: str | None) -> str:
    return "\n".join(filter(None, (title, unit, words, also)))


def put_in_index(rows: Sequence[tuple[int, str]], *, is_new: bool = False) -> None:
    """Keep the words of cases for searching, in place of those that are held."""
    with connection.cursor() as at:
        if connection.vendor == "postgresql":
            again = "NOTHING" if is_new else "UPDATE SET words = excluded.words, runs = excluded.runs"  # what came meanwhile is newer than what is new here
            sentence = f"INSERT INTO submission_sought (id, words, runs) VALUES (%s, %s, string_to_array(%s, chr(1))) ON CONFLICT (id) DO {again}"
            clean = [(pk, grams.folded(words).translate({0: " ", 1: " "})) for pk, words in rows]
            at.executemany(sentence, [(pk, words, "\1".join(sorted(grams.runs(words)))) for pk, words in clean])
            return
        for pk, _words in () if is_new else rows:
            at.execute("SELECT words FROM submission_sought WHERE id = %s", [pk])
            if before := at.fetchone():
                at.execute("INSERT INTO submission_pairs (submission_pairs, rowid, pairs) VALUES ('delete', %s, %s)", [pk, grams.pairs(before[0])])
        at.executemany("INSERT INTO submission_pairs (rowid, pairs) VALUES (%s, %s)", [(pk, grams.pairs(words)) for pk, words in rows])
        at.executemany("INSERT OR REPLACE INTO submission_sought (id, words) VALUES (%s, %s)", rows)
