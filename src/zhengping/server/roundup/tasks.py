"""Drafts and books in the background."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from zhengping.server.roundup import operations
from zhengping.server.roundup.models import Article, Collection, Rephrasing

log = logging.getLogger(__name__)


def sweep_drafts() -> int:
    """Make the drafts that are wanted, also those that a dead worker left; -> how many."""
    old = timezone.now() - timedelta(minutes=10)
    done = 0
    for article in Article.objects.filter(Q(state="waiting") | Q(state="writing", began_at__lt=old)).select_related("edition"):
        taken = Article.objects.filter(pk=article.pk, state=article.state, began_at=article.began_at)
        if not taken.update(state="writing", began_at=timezone.now()):
            continue
        try:
            operations.draft(article=article, tell=lambda stage, done, total, pk=article.pk: _tell(pk, stage, done, total))
        except Exception as error:  # the page shows it; another wish tries again
            log.exception("the round-up of %s was not drafted", article.edition.slug)
            Article.objects.filter(pk=article.pk, wanted_at=article.wanted_at).update(state="failed", error=(str(error) or type(error).__name__)[:300])
        done += 1
    return done


def _tell(pk: int, stage: str, done: int, total: int) -> None:
    Article.objects.filter(pk=pk).update(stage=stage, done=done, total=total)


def sweep_rephrasings() -> int:
    """Ask the writing aid for one paragraph, so that other work waits no longer than one answer takes; -> how many were asked for."""
    now = timezone.now()
    old = now - timedelta(seconds=2 * settings.AID_SECONDS + 60)
    row = Rephrasing.objects.filter(Q(state="waiting") | Q(state="asking", began_at__lt=old)).order_by("pk").first()
    if row is None or not Rephrasing.objects.filter(pk=row.pk, state=row.state, began_at=row.began_at).update(state="asking", began_at=now):
        return 0
    row.began_at = now
    operations.ask(rephrasing=row)
    return 1


def sweep_collections() -> int:
    """Make a book that is wanted, also one that a dead worker left; -> how many."""
    old = timezone.now() - timedelta(minutes=20)
    book = Collection.objects.filter(Q(state="waiting") | Q(state="making", began_at__lt=old)).select_related("edition").order_by("pk").first()
    if book is None or not Collection.objects.filter(pk=book.pk, state=book.state, began_at=book.began_at).update(state="making", began_at=timezone.now()):
        return 0
    try:
        operations.make_collection(book=book, tell=lambda stage, done, total: Collection.objects.filter(pk=book.pk).update(stage=stage, done=done, total=total))
    except Exception as error:  # the page shows it; another wish tries again
        log.exception("the collection %s of %s was not made", book.number, book.edition.slug)
        Collection.objects.filter(pk=book.pk).update(state="failed", error=(str(error) or type(error).__name__)[:300])
    return 1
