"""Drafting, holding, saving, commenting, deciding, publishing; making books of cases."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine import chains, collection, roundup, tables
from zhengping.engine.record import Block, Case, Entry, IncomingFile, Omission
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.call.models import Edition
from zhengping.server.call.records import call
from zhengping.server.publication import queries as publication
from zhengping.server.publication.records import edited as as_edited
from zhengping.server.roundup import queries, records
from zhengping.server.roundup.models import Article, Collection, Comment, Decision, Register, Version
from zhengping.server.submission import queries as submission
from zhengping.server.submission.operations import readers
from zhengping.server.submission.records import bytes_of, case_of, coding_of, packed, store

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
    aided = [row.pk for row in held.rephrasings.filter(state="taken", version=None) if row.taken in text]
    held.rephrasings.filter(pk__in=aided).update(version=version.number)
    after = {"version": version.number, "source": source, "wrong": version.wrong, **({"rephrasings": aided} if aided else {})}
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


# --- books -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def want_collection(*, edition: Edition, actor: User, title: str, cases: Sequence[int], subtitle: str = "", foreword: str = "", licence: str = "", order: str = "award", with_roundup: bool = False) -> Collection:
    """Ask the worker for a book of published cases; those made before are kept. Raises Refused for a case that the public may not read, and for none."""
    public = queries.public_numbers(edition)
    if not public:
        raise Refused(_("还没有公开的案例。公布结果后，再编案例选编。"))
    if unknown := sorted(set(cases) - public):
        raise Refused(_("这些编号的案例没有公布，或者单位不同意公开：{numbers}。").format(numbers="、".join(map(str, unknown))))
    if not cases:
        raise Refused(_("没有选中案例，请改选范围。"))
    held = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    last = queries.collections(held).values_list("number", flat=True).first() or 0
    found = queries.published(edition) if with_roundup else None
    made = Collection.objects.create(
        edition=held, number=last + 1, title=title, subtitle=subtitle, foreword=foreword.strip(), licence=licence, order=order, cases=sorted(set(cases)),
        roundup=found[1].number if found else None, total=len(set(cases)), wanted_by=actor, wanted_at=timezone.now(),
    )  # fmt: skip
    note(actor=actor, action="roundup.want_collection", object=f"collection:{made.pk}", edition=edition.slug, after={"number": made.number, "cases": len(made.cases), "title": title})
    return made


def make_collection(*, book: Collection, tell: Tell = lambda stage, done, total: None) -> None:
    """Typeset a book and keep its files; done by the worker. What became private in the meantime is left out and told."""
    edition = book.edition
    rows = {row.submission.number: row for row in queries.collectable(edition)}
    omissions = [Omission(number, "left-private") for number in book.cases if number not in rows]
    edits = publication.edits(row.submission.pk for row in rows.values())
    entries, edited = [], {}
    for row in (rows[number] for number in book.cases if number in rows):
        case = replace(case_of(submission.current(row.submission), row.submission.number), title=row.title, unit=row.unit)
        if own := edits.get(row.submission.pk):
            edited[case.number] = as_edited(case, row.title, own.parts)
        entries.append(Entry(case, coding_of(submission.coding(row.submission)), row.award))
    if not entries:
        raise Refused(_("所选的案例都已不公开，没有编成。"))
    steps = len(entries) + len(collection.EDITIONS)
    blocks: dict[int, tuple[Block, ...]] = {}
    names = {file.sha256: file.name for row in rows.values() for file in row.submission.files.all()}
    for case, found, left in _printable([entry.case for entry in entries], names, edited):
        blocks[case.number] = found
        omissions += left
        tell("read", len(blocks), steps)
    awards = list(dict.fromkeys(row.award for row in rows.values()))
    chapters = collection.bound(entries, call(edition).themes, blocks, order=book.order, awards=awards)
    article = queries.article(edition)
    text = queries.version(article, book.roundup) if article and book.roundup else None
    title, *notes = text.text.split("\n") if text else [""]
    now = timezone.now()
    day = timezone.localtime(now).date().isoformat()
    made = collection.Book(book.title, book.subtitle, tuple(edition.hosts), _paragraphs(book.foreword), title, tuple(notes), book.licence, day, chapters)
    done = iter(range(len(entries), steps))
    files = collection.editions(made, tell=lambda name: tell("write", next(done), steps))
    kept = {}
    for name, data in files.items():
        sha256, size = store(data)
        kept[name] = {"sha256": sha256, "size": size}
    kinds = [block.kind for chapter in chapters for block in chapter.blocks]
    with transaction.atomic():
        held = Collection.objects.select_for_update(of=("self",)).get(pk=book.pk)
        held.state, held.stage, held.done, held.total, held.error, held.made_at = "ready", "", steps, steps, "", now
        held.files, held.pictures, held.tables = kept, kinds.count("picture"), kinds.count("table")
        held.left = [[one.case, one.reason, list(map(list, one.values))] for one in sorted(omissions, key=lambda one: one.case)]
        held.save(update_fields=["state", "stage", "done", "total", "error", "made_at", "files", "pictures", "tables", "left"])
        after = {"number": held.number, "cases": len(chapters), "files": {name: one["sha256"] for name, one in kept.items()}}
        note(actor="machine", action="roundup.make_collection", object=f"collection:{held.pk}", edition=edition.slug, after=after)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _printable(cases: Sequence[Case], names: dict[str, str], edited: dict[int, Case]) -> Iterator[tuple[Case, tuple[Block, ...], tuple[Omission, ...]]]:
    """Each case with what is printed of it and what is not; originals are read in processes that can be killed, a few at a time."""
    waiting: deque = deque()
    for case in cases:
        waiting.append((case, _asked(case, names)))
        if len(waiting) > 4:
            yield _placed(*waiting.popleft(), edited)
    while waiting:
        yield _placed(*waiting.popleft(), edited)


def _asked(case: Case, names: dict[str, str]):
    sha256 = case.documents[0] if case.documents else ""
    try:
        return readers().submit(IncomingFile(names.get(sha256, sha256), bytes_of(sha256)), "blocks") if sha256 else None
    except (OSError, ValueError):
        return None


def _placed(case: Case, asked, edited: dict[int, Case]) -> tuple[Case, tuple[Block, ...], tuple[Omission, ...]]:
    answer = asked.result() if asked else None
    if answer is None or answer.reason:
        why = tables.sentence(answer.reason, answer.values).rstrip("。") if answer else ""
        return case, collection.placed(case, edited=edited.get(case.number))[0], (Omission(case.number, "left-unreadable", (("why", why),)) if why else Omission(case.number, "left-original"),)
    return case, *collection.placed(case, answer.blocks, edited.get(case.number))
