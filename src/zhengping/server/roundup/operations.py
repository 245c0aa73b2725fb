"""Drafting, holding, saving, commenting, deciding, publishing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import chains, roundup, tables
from zhengping.engine.record import IncomingFile
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Edition
from zhengping.server.call.records import call
from zhengping.server.roundup import queries, records
from zhengping.server.roundup.models import Article, Comment, Decision, Register, Version
from zhengping.server.submission import queries as submission
from zhengping.server.submission.operations import readers
from zhengping.server.submission.records import packed

LONGEST = 60_000  # characters of an article
Tell = Callable[[str, int, int], None]


class Refused(Exception):
    """It cannot be done; the message says why and what to do."""


class Stale(Exception):
    """Somebody else saved in the meantime."""


@transaction.atomic
def want_draft(*, edition: Edition, actor: User, length: int, must: Sequence[int] = (), never: Sequence[int] = ()) -> Article:
    """Ask the worker for the engine's draft; it becomes a new version and takes nothing away. Raises Refused."""
    if not submission.cases(edition).exists():
        raise Refused(_("还没有案例，收到来稿后再起草综述。"))
    known = set(submission.cases(edition).values_list("number", flat=True))
    unknown = sorted({*must, *never} - known)
    if unknown:
        raise Refused(_("登记册中没有这些编号：{numbers}。").format(numbers="、".join(map(str, unknown))))
    if both := sorted(set(must) & set(never)):
        raise Refused(_("这些编号既要写入又要避开：{numbers}。").format(numbers="、".join(map(str, both))))
    now = timezone.now()
    made = Article.objects.select_for_update(of=("self",)).filter(edition=edition).first() or Article(edition=edition)
    if made.pk and queries.is_held(made, actor):
        raise Refused(_("{name}正在编辑综述，请稍后再重新起草。").format(name=made.holder))
    made.length, made.must, made.never = length, list(must), list(never)
    made.state, made.stage, made.done, made.total, made.error, made.wanted_by, made.wanted_at, made.began_at = "waiting", "", 0, 0, "", actor, now, None
    made.save()
    note(actor=actor, action="roundup.want_draft", object=f"article:{made.pk}", edition=edition.slug, after={"length": length, "must": list(must), "never": list(never)})
    return made


def draft(*, article: Article, tell: Tell = lambda stage, done, total: None) -> Version | None:
    """Make the engine's draft of the register as it stands; done by the worker. None where another wish came meanwhile."""
    edition, wanted = article.edition, article.wanted_at
    tell("read", 0, 3)
    state = queries.state_of(edition)
    entries = queries.entries(edition)
    tell("write", 1, 3)
    engine_call = call(edition)
    made = chains.overview(entries, engine_call, length=article.length, must=tuple(article.must), never=tuple(article.never))
    tell("check", 2, 3)
    found = roundup.verify(made.round_up.text, entries, made.figures, engine_call)
    value, whole = records.kept(entries, made.figures), packed(made.round_up)
    with transaction.atomic():
        held = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
        if held.wanted_at != wanted:
            return None
        now = timezone.now()
        Register.objects.create(article=held, value=value, draft=whole, cases=len(entries), state_of=state, at=now)
        version = _add(held, made.round_up.text, "machine", None, "", len(found), sum(not claim.is_borne_out for claim in found))
        held.state, held.stage, held.done, held.total = "ready", "", 3, 3
        held.save(update_fields=["state", "stage", "done", "total"])
        note(actor="machine", action="roundup.draft", object=f"article:{held.pk}", edition=edition.slug, after={"version": version.number, "cases": len(entries)})
    return version


def _add(article: Article, text: str, source: str, by: User | None, words: str, count: int, wrong: int) -> Version:
    last = article.versions.order_by("-number").values_list("number", flat=True).first() or 0
    made = Version.objects.create(
        article=article, number=last + 1, text=text, source=source, by=by, note=words[:200], claims=count, wrong=wrong, at=timezone.now()
    )
    article.current = made.number
    article.save(update_fields=["current"])
    return made


# --- editing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def hold(*, article: Article, actor: User) -> None:
    """Take the article to edit it; others see who has it. Raises Refused while another has it."""
    held = Article.objects.select_for_update(of=("self",)).select_related("holder").get(pk=article.pk)
    if queries.is_held(held, actor):
        raise Refused(_("{name}正在编辑，十五分钟没有动作后可以接着编辑。").format(name=held.holder))
    is_new = not queries.holds(held, actor)
    held.holder, held.held_at = actor, timezone.now()
    held.save(update_fields=["holder", "held_at"])
    if is_new:
        note(actor=actor, action="roundup.hold", object=f"article:{held.pk}", edition=held.edition.slug)


def keep_holding(*, article: Article, actor: User) -> None:
    """Whoever types still has it."""
    Article.objects.filter(pk=article.pk, holder=actor).update(held_at=timezone.now())


@transaction.atomic
def release(*, article: Article, actor: User) -> None:
    """Give the article back."""
    if Article.objects.filter(pk=article.pk, holder=actor).update(holder=None, held_at=None):
        note(actor=actor, action="roundup.release", object=f"article:{article.pk}", edition=article.edition.slug)


def tidy(text: str) -> str:
    """A text as it is kept: no empty lines, no white space at the edges. Raises Refused where it is empty or too long."""
    made = "\n".join(line for line in (" ".join(line.split()) for line in text.replace("\r", "").split("\n")) if line)
    if not made:
        raise Refused(_("综述没有文字，没有保存。"))
    if len(made) > LONGEST:
        raise Refused(_("综述超过 {most} 字，没有保存。").format(most=LONGEST))
    return made


@transaction.atomic
def save(*, article: Article, actor: User, text: str, base: int, words: str = "", source: str = "person") -> Version:
    """Keep a text as a new version. Raises Stale where another version came since `base`, Refused while another edits.

    A text that is the current one makes no new version.
    """
    text = tidy(text)
    held = Article.objects.select_for_update(of=("self",)).select_related("holder", "edition").get(pk=article.pk)
    if queries.is_held(held, actor):
        raise Refused(_("{name}正在编辑，您的文字没有保存，请复制留存。").format(name=held.holder))
    if held.current != base:
        raise Stale
    now = queries.current(held)
    if now and now.text == text:
        return now
    register = queries.register(held)
    found = [claim for line in records.claims(register, text) for claim in line] if register else []
    version = _add(held, text, source, actor, words, len(found), sum(not claim.is_borne_out for claim in found))
    after = {"version": version.number, "source": source, "wrong": version.wrong}
    note(actor=actor, action="roundup.save", object=f"article:{held.pk}", edition=held.edition.slug, before={"version": base}, after=after)
    return version


def restore(*, article: Article, actor: User, version: Version) -> Version:
    """Make an earlier text the current one again, as a new version."""
    words = _("恢复第 {number} 版").format(number=version.number)
    return save(article=article, actor=actor, text=version.text, base=article.current, words=words, source="restored")


def read_word(*, data: bytes, name: str) -> str:
    """The text of a changed Word file, read in a process that can be killed. Raises Refused where it holds none."""
    answer = readers().read(IncomingFile(name, data))
    if answer.document is None:
        raise Refused(tables.sentence(answer.reason, answer.values) if answer.reason else _("这个文件读不出来，请上传 .docx 文件。"))
    text = roundup.text_of(answer.document)
    if not text:
        raise Refused(_("这个文件里没有文字。"))
    return text


# --- said and decided ------------------------------------------------------------------------------------------------


@transaction.atomic
def comment(*, article: Article, actor: User, words: str, quote: str = "") -> Comment:
    """Say something about the article or a sentence of it."""
    made = Comment.objects.create(article=article, version=article.current, quote=quote[:500], words=words[:4000], by=actor, at=timezone.now())
    note(actor=actor, action="roundup.comment", object=f"article:{article.pk}", edition=article.edition.slug, after={"words": words[:200]})
    return made


@transaction.atomic
def settle(*, comment: Comment, actor: User) -> None:
    """A comment is dealt with."""
    if Comment.objects.filter(pk=comment.pk, settled_at=None).update(settled_at=timezone.now(), settled_by=actor):
        note(actor=actor, action="roundup.settle", object=f"article:{comment.article_id}", edition=comment.article.edition.slug, after={"words": comment.words[:200]})


@transaction.atomic
def decide(*, article: Article, actor: User, hit: queries.Hit, reason: str) -> None:
    """Let a hit stand, with the reason. Raises Refused without one."""
    reason = reason.strip()[:300]
    if not reason:
        raise Refused(_("请写明保留的理由。"))
    values = {"kind": hit.kind, "quote": hit.quote[:300], "sentence": hit.sentence, "reason": reason, "by": actor, "at": timezone.now()}
    Decision.objects.update_or_create(article=article, key=hit.key, defaults=values)
    note(actor=actor, action="roundup.decide", object=f"article:{article.pk}", edition=article.edition.slug, after={"quote": hit.quote, "reason": reason})


@transaction.atomic
def publish(*, article: Article, actor: User, version: int) -> Version:
    """Publish the current version. Raises Refused while hits are undecided, Stale where another version came."""
    held = Article.objects.select_for_update(of=("self",)).select_related("edition").get(pk=article.pk)
    text, register = queries.current(held), queries.register(held)
    if text is None or register is None:
        raise Refused(_("还没有综述，请先起草。"))
    if text.number != version:
        raise Stale
    left = [hit for hit in queries.hits(held, register, text.text) if not hit.reason]
    if left:
        raise Refused(_("还有 {count} 处需要改正或说明理由，例如“{quote}”。").format(count=len(left), quote=left[0].quote))
    before = {"version": held.published}
    held.published, held.published_at, held.published_by = text.number, timezone.now(), actor
    held.save(update_fields=["published", "published_at", "published_by"])
    note(actor=actor, action="roundup.publish", object=f"article:{held.pk}", edition=held.edition.slug, before=before, after={"version": text.number})
    return text


@transaction.atomic
def withdraw(*, article: Article, actor: User, why: str) -> None:
    """Take the published round-up off the public page. Raises Refused without a reason."""
    if not why.strip():
        raise Refused(_("请写明理由。"))
    held = Article.objects.select_for_update(of=("self",)).select_related("edition").get(pk=article.pk)
    before = {"version": held.published}
    held.published, held.published_at, held.published_by = None, None, None
    held.save(update_fields=["published", "published_at", "published_by"])
    note(actor=actor, action="roundup.withdraw", object=f"article:{held.pk}", edition=held.edition.slug, before=before, after={"why": why.strip()[:300]})
