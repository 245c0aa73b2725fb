"""The round-up's pages: read, edit with checks, versions, comments, publishing; books of cases; and what the public reads."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from zhengping.engine import roundup as engine
from zhengping.server.audit.templatetags.words import language
from zhengping.server.call.models import Edition
from zhengping.server.call.rules import door
from zhengping.server.roundup import forms, operations, queries, records
from zhengping.server.roundup.models import Article, Comment, Rephrasing
from zhengping.server.submission.records import bytes_of

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "epub": "application/epub+zip",
}


def _edition(slug: str) -> Edition:
    return get_object_or_404(Edition, slug=slug)


def _article(edition: Edition) -> Article:
    found = queries.article(edition)
    if found is None or not found.current:
        raise Http404
    return found


def _names() -> dict[str, dict[str, str]]:
    """What keys are called."""
    sources = {"machine": _("系统起草"), "person": _("人工修改"), "word": _("读入 Word 文件"), "restored": _("恢复")}
    stages = {"": _("排队"), "read": _("读取登记册"), "write": _("起草"), "check": _("核对")}
    return {"sources": sources, "stages": stages}


def _common(request, edition: Edition, at: str) -> dict[str, object]:
    return {"edition": edition, "at": "roundup", "part": at, "may": request.user.has_perm("call.manage", edition), **_names()}


@door("call.look", "GET", "POST")
def article(request, slug):
    """The article: read, or edited by whoever holds it."""
    edition = _edition(slug)
    own = queries.article(edition)
    words = {**_common(request, edition, "article"), "article": own, "form": forms.DraftForm()}
    if request.method == "POST":
        if not words["may"]:
            return HttpResponse(status=403)
        return _save(request, edition, own, words)
    if own is None or not own.current:
        return render(request, "roundup/article.html", words)
    return render(request, "roundup/article.html", {**words, **_shown(request, own)})


def _shown(request, own: Article, text: str = "") -> dict[str, object]:
    version, register = queries.current(own), queries.register(own)
    lines = records.lines(register, text or version.text)
    said = list(own.comments.filter(settled_at=None).select_related("by"))
    for comment in said:
        comment.line = next((line.at for line in lines if comment.quote and comment.quote in line.text), None)
    wrong = sum(len(told.wrong) for line in lines for told in line.sentences)
    return {
        "version": version,
        "register": register,
        "lines": lines,
        "wrong": wrong,
        "said": said,
        "base": version.number,
        "is_old": register.state_of != queries.state_of(own.edition),
        "is_editing": request.user.has_perm("call.manage", own.edition) and queries.holds(own, request.user),
        "held_by_other": queries.is_held(own, request.user),
        "size": sum(len(line.text) for line in lines),
        "word_form": forms.WordForm(initial={"base": version.number}),
        "comment_form": forms.CommentForm(),
        **_aided(own, register),
        "draft_form": forms.DraftForm(initial={"length": own.length, "must": "，".join(map(str, own.must)), "never": "，".join(map(str, own.never))}),
    }


def _aided(own: Article, register, text: str = "") -> dict[str, object]:
    """What the writing aid was asked and answered; `text` is what the editor made of the answer."""
    row = queries.rephrasing(own) if settings.AID_URL else None
    answer = records.rephrased(register, row, text or row.answer) if row and row.state == "ready" else None
    return {"has_aid": bool(settings.AID_URL), "rephrasing": row, "answer": answer, "unanswered": records.unanswered(row) if row else ""}


def _text(request) -> str:
    return "\n".join(request.POST.getlist("p"))


def _whole(word: str | None) -> int:
    return int(word) if word and word.isascii() and word.isdigit() and len(word) < 9 else 0


def _save(request, edition: Edition, own: Article | None, words: dict):
    if own is None or not own.current:
        raise Http404
    text, base = _text(request), _whole(request.POST.get("base"))
    try:
        if request.POST.get("do") == "check":
            text = operations.tidy(text)
            operations.keep_holding(article=own, actor=request.user)
            return render(request, "roundup/article.html", {**words, **_shown(request, own, text), "base": base, "is_checked": True})
        made = operations.save(article=own, actor=request.user, text=text, base=base, words=request.POST.get("note", "").strip())
    except operations.Stale:
        now = queries.current(own)
        messages.error(request, _("您编辑期间已有第 {number} 版。您的文字还在下面，没有保存；核对差别后再次保存，即成为新的一版。").format(number=now.number))
        rows = engine.compared(now.text, operations.tidy(text))
        return render(request, "roundup/article.html", {**words, **_shown(request, own, operations.tidy(text)), "is_editing": True, "conflict": rows, "base": now.number}, status=409)
    except operations.Refused as error:
        messages.error(request, str(error))
        if not text.strip():
            return redirect("roundup:article", slug=edition.slug)
        return render(request, "roundup/article.html", {**words, **_shown(request, own, operations.tidy(text)), "is_editing": True, "base": base}, status=409)
    if made.number == base:
        messages.info(request, _("文字没有变化。"))
    elif made.wrong:
        messages.warning(request, _("已存为第 {number} 版，其中 {wrong} 处与登记册不符。").format(number=made.number, wrong=made.wrong))
    else:
        messages.success(request, _("已存为第 {number} 版，数字、地名、单位和引文均与登记册相符。").format(number=made.number))
    if request.POST.get("do") == "finish":
        operations.release(article=own, actor=request.user)
    return redirect("roundup:article", slug=edition.slug)


@door("call.manage", "POST")
def check(request, slug):
    """The side of one paragraph, as it is typed."""
    own = _article(_edition(slug))
    rows = request.POST.getlist("p")
    at = _whole(request.POST.get("at"))
    text = "\n".join(" ".join(row.split()) for row in rows)
    if at >= len(rows) or len(text) > operations.LONGEST:
        return redirect("roundup:article", slug=slug)
    operations.keep_holding(article=own, actor=request.user)
    line = records.lines(queries.register(own), text, at)[0]
    return render(request, "roundup/_side.html", {"line": line, "edition": own.edition})


@door("call.manage", "GET", "POST")
def aid(request, slug):
    """The writing aid's answer as it stands; asking for one, taking it into the editor's text, putting it away. Saving is the editor's."""
    edition = _edition(slug)
    own = _article(edition)
    if request.method == "GET" and not request.htmx:
        return redirect("roundup:article", slug=slug)
    if request.method == "GET":
        return render(request, "roundup/_aid.html", {"edition": edition, **_aided(own, queries.register(own))})
    text = _text(request)
    if not text.strip():
        return redirect("roundup:article", slug=slug)
    more, status = {}, 200
    try:
        text = operations.tidy(text)
        if request.POST.get("do") == "ask":
            _ask(request, own)
        elif (row := queries.rephrasing(own)) is not None:
            text = _took(request, row, text)
    except operations.Refused as error:
        messages.error(request, str(error))
        status = 409
        if request.POST.get("do") == "take":
            more = _aided(own, queries.register(own), records.plain(request.POST.get("answer", ""))[: operations.LONGEST])
    own = queries.article(edition)
    words = {**_common(request, edition, "article"), "article": own, **_shown(request, own, text), **more}
    return render(request, "roundup/article.html", {**words, "base": _whole(request.POST.get("base")), "is_unsaved": True}, status=status)


def _ask(request, own: Article) -> None:
    """Ask for the paragraph that was chosen among those on the page, with the heading above it."""
    rows = [row.strip() for row in request.POST.getlist("p")]
    chosen = _whole(request.POST.get("paragraph"))
    text = rows[chosen] if chosen < len(rows) else ""
    if "\n" in text:
        raise operations.Refused(_("这一格里有几段，请先按“核对”，再选其中一段。"))
    heading = next((row for row in reversed(rows[1:chosen]) if row and engine.is_heading(row)), "")
    at = sum(len([line for line in row.split("\n") if line.strip()]) for row in rows[:chosen])
    operations.want_rephrasing(article=own, actor=request.user, at=at, text=text, heading=heading, wish=request.POST.get("wish", ""))


def _took(request, row: Rephrasing, text: str) -> str:
    """Take or leave what was answered; -> the editor's text with it."""
    if request.POST.get("do") != "take":
        operations.leave_rephrasing(rephrasing=row, actor=request.user)
        return text
    lines = text.split("\n")
    found = [at for at, line in enumerate(lines) if records.plain(line) == row.before]
    if not found:
        raise operations.Refused(_("原段已经改动，没有采用。请再请求改写一次。"))
    at = min(found, key=lambda at: abs(at - row.at))
    lines[at] = operations.take_rephrasing(rephrasing=row, actor=request.user, text=request.POST.get("answer", ""))
    messages.success(request, _("改写已放进第 {at} 段，保存后成为新的一版。").format(at=at))
    return "\n".join(lines)


@door("call.manage", "POST")
def draft(request, slug):
    """Have the engine draft."""
    edition = _edition(slug)
    form = forms.DraftForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("roundup:article", slug=slug)
    try:
        operations.want_draft(edition=edition, actor=request.user, **form.cleaned_data)
        messages.success(request, _("正在起草，完成后显示在本页。"))
    except operations.Refused as error:
        messages.error(request, str(error))
    return redirect("roundup:article", slug=slug)


@door("call.manage", "POST")
def hold(request, slug):
    """Begin or end editing."""
    own = _article(_edition(slug))
    try:
        if request.POST.get("do") == "release":
            operations.release(article=own, actor=request.user)
        else:
            operations.hold(article=own, actor=request.user)
    except operations.Refused as error:
        messages.error(request, str(error))
    return redirect("roundup:article", slug=slug)


@door("call.manage", "POST")
def word(request, slug):
    """Take in a Word file that was changed elsewhere, as a new version, checked."""
    own = _article(_edition(slug))
    form = forms.WordForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("roundup:article", slug=slug)
    file = form.cleaned_data["file"]
    try:
        text = operations.read_word(data=file.read(), name=file.name)
        before = form.cleaned_data["base"]
        made = operations.save(article=own, actor=request.user, text=text, base=before, words=file.name[:200], source="word")
    except operations.Refused as error:
        messages.error(request, str(error))
        return redirect("roundup:article", slug=slug)
    except operations.Stale:
        messages.error(request, _("这期间已有新的一版，文件没有读入。请核对最新一版后再上传。"))
        return redirect("roundup:article", slug=slug)
    if made.number == before:
        messages.info(request, _("文件与当前一版文字相同。"))
        return redirect("roundup:article", slug=slug)
    tell = messages.warning if made.wrong else messages.success
    tell(request, _("已读入为第 {number} 版，{wrong} 处与登记册不符。").format(number=made.number, wrong=made.wrong))
    return redirect("roundup:article", slug=slug)


@door("call.look", "GET", "POST")
def versions(request, slug):
    """All versions; one can be made the current one again."""
    edition = _edition(slug)
    own = _article(edition)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        chosen = queries.version(own, _whole(request.POST.get("version")))
        if chosen is None:
            raise Http404
        try:
            made = operations.restore(article=own, actor=request.user, version=chosen)
            messages.success(request, _("第 {number} 版的文字已成为第 {new} 版。").format(number=chosen.number, new=made.number))
        except (operations.Refused, operations.Stale) as error:
            messages.error(request, str(error) or _("这期间已有新的一版，请核对。"))
        return redirect("roundup:versions", slug=slug)
    rows = list(own.versions.select_related("by").defer("text"))
    aided = Counter(own.rephrasings.filter(version__isnull=False).values_list("version", flat=True))
    for row in rows:
        row.aided = aided[row.number]
    return render(request, "roundup/versions.html", {**_common(request, edition, "versions"), "article": own, "rows": rows})


@door("call.look")
def compare(request, slug):
    """Two versions beside each other, what went and came marked."""
    edition = _edition(slug)
    own = _article(edition)
    new = queries.version(own, _whole(request.GET.get("b")) or own.current)
    old = queries.version(own, _whole(request.GET.get("a")) or max(1, own.current - 1))
    if new is None or old is None:
        raise Http404
    rows = engine.compared(old.text, new.text)
    changed = sum(any(kind != "same" for kind, _text in row) for row in rows)
    words = {"article": own, "old": old, "new": new, "rows": rows, "changed": changed, "numbers": range(own.current, 0, -1)}
    return render(request, "roundup/compare.html", {**_common(request, edition, "compare"), **words})


@door("call.look", "GET", "POST")
def comments(request, slug):
    """What was said; auditors read, organisers say and settle."""
    edition = _edition(slug)
    own = _article(edition)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        if settled := _whole(request.POST.get("settle")):
            operations.settle(comment=get_object_or_404(Comment.objects.select_related("article__edition"), pk=settled, article=own), actor=request.user)
            return redirect("roundup:comments", slug=slug)
        form = forms.CommentForm(request.POST)
        if form.is_valid():
            operations.comment(article=own, actor=request.user, **form.cleaned_data)
            messages.success(request, _("已记下意见。"))
        else:
            messages.error(request, _("请写下意见。"))
        return redirect("roundup:comments", slug=slug)
    rows = own.comments.select_related("by", "settled_by").order_by("-id")
    return render(request, "roundup/comments.html", {**_common(request, edition, "comments"), "article": own, "rows": rows, "form": forms.CommentForm()})


@door("call.look", "GET", "POST")
def publish(request, slug):
    """What is to be decided before publishing; publishing and withdrawing."""
    edition = _edition(slug)
    own = _article(edition)
    version, register = queries.current(own), queries.register(own)
    hits = queries.hits(own, register, version.text)
    if request.method == "POST":
        if not request.user.has_perm("call.manage", edition):
            return HttpResponse(status=403)
        _decided(request, own, hits)
        return redirect("roundup:publish", slug=slug)
    told = "english" if language() == "en" else "reason"
    rows = [(hit, dict(hit.finding.values).get(told, "") if hit.finding else "") for hit in hits]
    words = {"article": own, "version": version, "rows": rows, "left": sum(not hit.reason for hit in hits), "is_old": register.state_of != queries.state_of(edition)}
    return render(request, "roundup/publish.html", {**_common(request, edition, "publish"), **words})


def _decided(request, own: Article, hits: list[queries.Hit]) -> None:
    did = request.POST.get("do")
    try:
        if did == "publish":
            operations.publish(article=own, actor=request.user, version=_whole(request.POST.get("version")))
            messages.success(request, _("综述已发布。"))
        elif did == "withdraw":
            operations.withdraw(article=own, actor=request.user, why=request.POST.get("why", ""))
            messages.success(request, _("综述已从公开页面撤下。"))
        else:
            hit = next((hit for hit in hits if hit.key == request.POST.get("hit")), None)
            if hit is None:
                raise operations.Refused(_("这一处已经改动，请核对。"))
            operations.decide(article=own, actor=request.user, hit=hit, reason=request.POST.get("reason", ""))
            messages.success(request, _("已保存。"))
    except operations.Refused as error:
        messages.error(request, str(error))
    except operations.Stale:
        messages.error(request, _("这期间已有新的一版，请核对后再发布。"))


@door("call.look")
def download(request, slug, ending):
    """A version as a file, with its sources where the form has room for them."""
    own = _article(_edition(slug))
    version = queries.version(own, _whole(request.GET.get("version")) or own.current)
    if version is None:
        raise Http404
    data = records.file(own, queries.register(own), version, ending)
    return HttpResponse(data, content_type=KINDS[ending], headers={"Content-Disposition": f'attachment; filename="{slug}-roundup-{version.number}.{ending}"'})


# --- books -----------------------------------------------------------------------------------------------------------


@door("call.look", "GET", "POST")
def collection(request, slug):
    """Books of published cases: choose what one shall hold, have it made, take its files."""
    edition = _edition(slug)
    rows = queries.collectable(edition)
    awards = list(dict.fromkeys(row.award for row in rows))
    has_roundup = queries.published(edition) is not None
    form = forms.CollectionForm(request.POST or None, awards=awards, has_roundup=has_roundup, initial=records.book(edition, rows, has_roundup=has_roundup))
    words = _common(request, edition, "collection")
    if request.method == "POST":
        if not words["may"]:
            return HttpResponse(status=403)
        if form.is_valid() and _wanted(request, edition, form.cleaned_data, rows):
            return redirect("roundup:collection", slug=slug)
    books = queries.bound(edition)
    is_busy = any(one.book.state in ("waiting", "making") for one in books)
    stages = {"": _("排队"), "read": _("读取原件"), "write": _("排版")}
    shown = {"article": queries.article(edition), "form": form, "books": books, "count": len(rows), "is_busy": is_busy, "stages": stages}
    return render(request, "roundup/collection.html", {**words, **shown}, status=422 if form.errors else 200)


def _wanted(request, edition: Edition, said: dict, rows: list) -> bool:
    """Have a book made; -> whether it will be."""
    which = said.pop("which")
    awards, numbers = said.pop("awards", ()), said.pop("numbers")
    cases = numbers if which == "numbers" else [row.submission.number for row in rows if which == "all" or row.award in awards]
    try:
        operations.want_collection(edition=edition, actor=request.user, cases=cases, **said)
    except operations.Refused as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("正在编排，完成后显示在本页。"))
    return True


@door("call.look")
def collection_file(request, slug, number, ending):
    """A book as a file."""
    book = get_object_or_404(queries.collections(_edition(slug)), number=number)
    try:
        data = bytes_of(book.files[ending]["sha256"])
    except (KeyError, OSError, ValueError):
        raise Http404 from None
    return HttpResponse(data, content_type=KINDS[ending.rsplit(".", 1)[-1]], headers={"Content-Disposition": f'attachment; filename="{slug}-collection-{number}.{ending}"'})


# --- the public ------------------------------------------------------------------------------------------------------


@door("roundup.read", public=True)
def public(request, slug):
    """The published round-up, each named case linked to its page in the library."""
    edition = _edition(slug)
    found = queries.published(edition)
    if found is None:
        raise Http404
    own, version = found
    words = {"edition": edition, "article": own, "lines": queries.linked(own, version)}
    return render(request, "roundup/public.html", words)


@door("roundup.read", public=True)
def public_file(request, slug, ending):
    """The published round-up as a file, without the notes about its sources."""
    found = queries.published(_edition(slug))
    if found is None:
        raise Http404
    own, version = found
    data = records.file(own, queries.register(own), version, ending, is_public=True)
    return HttpResponse(data, content_type=KINDS[ending], headers={"Content-Disposition": f'attachment; filename="{slug}-roundup.{ending}"'})
