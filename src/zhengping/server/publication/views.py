"""The public: lists, objections, results, verification. The organiser: opening, ruling, publishing, certificates."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhengping.engine import proofreading, roundup
from zhengping.server.audit.templatetags.words import language, worded
from zhengping.server.call.models import Edition
from zhengping.server.call.queries import here
from zhengping.server.call.records import call, moment
from zhengping.server.call.rules import door
from zhengping.server.decision import queries as decision
from zhengping.server.decision import records as decision_records
from zhengping.server.judging import queries as judging
from zhengping.server.publication import forms, operations, queries, records
from zhengping.server.publication.models import COUNTINGS, RESERVE, WAYS, Certificate, EditedText, Hearing, Notice, Objection, Revocation
from zhengping.server.submission import queries as submission
from zhengping.server.submission.models import Submission
from zhengping.server.submission.records import bytes_of, case_of, laid_out, sentence

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
ANY = "application/octet-stream"


def _edition(slug: str) -> Edition:
    return get_object_or_404(Edition, slug=slug)


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": content_disposition_header(kind != "application/pdf", name) or "inline"})


def _paged(request, rows, size: int = 100):
    return Paginator(rows, size).get_page(request.GET.get("page"))


# --- the public ------------------------------------------------------------------------------------------------------


def _asked(edition: Edition, number: str) -> Notice | None:
    """The list that the address asks for, else the one that stands."""
    held = queries.notices(edition).select_related("edition")
    return held.filter(number=number).first() if number.isdigit() else held.first()


@door("call.read_notice")
def notice(request, slug):
    """A list before the public, with its days, its hash and the way to object."""
    edition = _edition(slug)
    held = _asked(edition, request.GET.get("n", ""))
    words = {"edition": edition, "notice": held, "others": queries.notices(edition), "is_result": queries.result(edition) is not None}
    if held:
        now = timezone.now()
        words |= {
            "page": _paged(request, held.rows.select_related("submission"), 200), "begin": moment(edition, held.opened_at), "end": moment(edition, held.closes_at),
            "is_open": now < held.closes_at and not words["is_result"], "counting": dict(COUNTINGS)[held.counting], "is_newest": held == queries.notice(edition), **_changes(held),
        }  # fmt: skip
    return render(request, "publication/notice.html", words)


@door("call.read_notice")
def notice_file(request, slug):
    """A list before the public as a signed .pdf."""
    held = _asked(_edition(slug), request.GET.get("n", ""))
    if held is None:
        raise Http404
    with override("zh-hans"):
        more = _changes(held)
        notes = [f"{row.submission.number}《{row.title}》{told}。" for row, told in more.get("changed", [])] + [_("{award}空缺 {count} 个。{why}").format(award=award, count=count, why=why) for award, count, why in more.get("empty", [])]
    return _file(records.notice_pdf(held, list(held.rows.select_related("submission")), notes), f"{slug}-publicity-{held.number}.pdf", KINDS["pdf"])


@door("call.read_notice", "GET", "POST")
def object_(request, slug):
    """The form of an objection."""
    edition = _edition(slug)
    held, now = queries.notice(edition), timezone.now()
    is_open = held is not None and now < held.closes_at and queries.result(edition) is None
    form = forms.ObjectionForm(request.POST or None, request.FILES or None, initial={"case": request.GET.get("case")})
    if request.method == "POST" and form.is_valid():
        words = dict(form.cleaned_data)
        file = words.pop("evidence")
        try:
            made = operations.object_(edition=edition, at=getattr(request, "arrived_at", None) or now, evidence=file.file if file else None, evidence_name=file.name if file else "", **words)
        except operations.Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect("publication:objection", made.token)
    end = moment(edition, held.closes_at) if held else ""
    return render(request, "publication/object.html", {"edition": edition, "form": form, "is_open": is_open, "end": end})


@door("accounts.everyone")
def objection(request, token):
    """What became of an objection, for whoever holds its link."""
    held = get_object_or_404(Objection.objects.select_related("edition", "submission", "notice"), token=token)
    words = {"edition": held.edition, "objection": held, "arrived": moment(held.edition, held.arrived_at), **_outcome(held)}
    return render(request, "publication/objection.html", words)


def _outcome(held: Objection) -> dict[str, object]:
    """The new list that came of an objection, with what it changed; nothing where none did."""
    if not hasattr(held, "ruling") or not held.ruling.is_upheld or held.ruling.effect == "none":
        return {}
    new = queries.follower(held.notice)
    return {"new": new, "since": moment(held.edition, new.opened_at) if new else "", "is_due": new is None, **_changes(new)}


@door("accounts.everyone", "GET", "POST")
def hearing(request, token):
    """The unit concerned answers."""
    held = get_object_or_404(Hearing.objects.select_related("objection__edition", "objection__submission"), token=token)
    form = forms.AnswerForm(request.POST or None, initial={"words": held.answer})
    if request.method == "POST" and form.is_valid():
        try:
            operations.answer(hearing=held, words=form.cleaned_data["words"])
            messages.success(request, _("已收到说明。裁定前可以修改。"))
        except operations.Refused as error:
            messages.error(request, str(error))
        return redirect("publication:hearing", token)
    is_ruled = hasattr(held.objection, "ruling")
    return render(request, "publication/hearing.html", {"edition": held.objection.edition, "hearing": held, "form": form, "is_ruled": is_ruled})


def _results(edition: Edition):
    """The results as they stand with the words that go with them, or None."""
    result = queries.result(edition)
    if result is None:
        return None
    with override("zh-hans"):
        facts = [(_("发布时间"), moment(edition, result.published_at)), (_("名单校验码"), result.hash)]
    return SimpleNamespace(result=result, rows=queries.results(edition), facts=facts)


@door("call.read_notice")
def results(request, slug):
    """The results, with what was revoked or corrected since."""
    edition = _edition(slug)
    held = _results(edition)
    words = {"edition": edition, "held": held}
    if held:
        words |= {
            "page": _paged(request, held.rows, 200), "at": moment(edition, held.result.published_at), "corrections": held.result.corrections.select_related("submission"),
            "revocations": held.result.revocations.select_related("submission"),
        }  # fmt: skip
        words["at_moment"] = words.pop("at")
    return render(request, "publication/results.html", words)


@door("call.read_notice")
def results_file(request, slug, ending):
    """The results as .docx, .xlsx or signed .pdf."""
    edition = _edition(slug)
    held = _results(edition)
    if held is None or ending not in KINDS:
        raise Http404
    with override("zh-hans"):
        title = _("获奖名单")
        if ending == "xlsx":
            data = records.as_workbook(held.rows, title)
        elif ending == "docx":
            data = records.as_word(edition, title, held.result.words, held.rows, _("名单校验码") + f"：{held.result.hash}")
        else:
            data = records.as_pdf(edition, title, held.facts, held.rows, held.result.words, f"/c/{slug}/results/")
    return _file(data, f"{slug}-results.{ending}", KINDS[ending])


@door("accounts.everyone", "GET", "POST")
def check(request):
    """Verify a certificate by its number."""
    form = forms.CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("publication:checked", form.cleaned_data["number"].strip().replace("/", "-"))
    return render(request, "publication/check.html", {"form": form})


@door("accounts.everyone")
def checked(request, word):
    """Whether a certificate is valid, withdrawn or unknown, and nothing else."""
    held = queries.certificate(word)
    state = "unknown" if held is None else "withdrawn" if held.withdrawn_at else "valid"
    return render(request, "publication/check.html", {"form": forms.CheckForm(), "state": state}, status=404 if held is None else 200)


@door("accounts.everyone")
def signing(request):
    """The certificate of the key that signs, for verifying without this site."""
    return _file(records.public_certificate(), "zhengping-signing.pem", "application/x-pem-file")


@door("accounts.everyone")
def own_certificate(request, token):
    """A unit's own certificate."""
    case = get_object_or_404(Submission, token=token)
    held = get_object_or_404(Certificate, submission=case, withdrawn_at=None)
    return _certificate_file(held)


def _certificate_file(held: Certificate) -> HttpResponse:
    if not held.sha256:
        operations.make_certificate(certificate=held)
        held.refresh_from_db()
    return _file(bytes_of(held.sha256), f"certificate-{held.number}.pdf", KINDS["pdf"])


# --- the organiser ---------------------------------------------------------------------------------------------------


def _common(request, edition: Edition, part: str) -> dict[str, object]:
    held, is_desk = judging.rounds(edition).last(), request.user.has_perm("call.look", edition)
    return {"edition": edition, "at": "publication", "part": part, "is_desk": is_desk, "chair_round": held and held.number, "may": request.user.has_perm("call.manage", edition), "may_rule": request.user.has_perm("publication.rule", edition)}


def _manager(request, edition: Edition) -> None:
    """Those who only look may not write."""
    if not request.user.has_perm("call.manage", edition):
        raise PermissionDenied


def _tried(request, done, sentence: str) -> bool:
    """Do it, and say that it was done or why not."""
    try:
        done()
    except operations.Refused as error:
        messages.error(request, str(error))
        return False
    messages.success(request, sentence)
    return True


@door("call.look", "GET", "POST")
def overview(request, slug):
    """Where publication stands: the lists, what is due next, the buttons for it."""
    edition = _edition(slug)
    if request.method == "POST":
        _manager(request, edition)
        done, held = request.POST.get("do"), queries.notice(edition)
        form = (forms.RenewForm if done == "renew" else forms.WordsForm)(request.POST)
        if not form.is_valid():
            messages.error(request, _("请填写变动说明。"))
        elif done == "open":
            _tried(request, lambda: operations.open_notice(edition=edition, actor=request.user, words=form.cleaned_data["words"]), _("名单已公示。"))
        elif done == "renew" and held:
            _tried(request, lambda: operations.renew_notice(notice=held, actor=request.user, way=request.POST.get("way", ""), **form.cleaned_data), _("新名单已公示，原名单仍可查看。"))
        elif done == "publish":
            _tried(request, lambda: operations.publish(edition=edition, actor=request.user, words=form.cleaned_data["words"]), _("结果已发布，证书正在制作，通知已发出。"))
        return redirect("publication:overview", slug)
    held, rule = queries.notice(edition), queries.setting(edition)
    today = timezone.now().astimezone(here(edition)).date()
    last = records.last_day(today, rule.days, rule.counting, rule.holidays, rule.workdays)
    notices = list(queries.notices(edition))
    for row in notices:
        row.begin, row.end, row.count = moment(edition, row.opened_at), moment(edition, row.closes_at), row.rows.count()
    opening = _("现将{edition}拟获奖名单予以公示。公示期内如有异议，请实名提出并说明理由；匿名异议只登记，不处理。").format(edition=edition.name)
    words = {
        "notices": notices, "held": held, "result": queries.result(edition), "decided": decision.decided(edition), "last": moment(edition, records.end_of(edition, last)),
        "rule": rule, "counting": dict(COUNTINGS)[rule.counting], "is_known": records.is_known(last), "open_form": forms.WordsForm(initial={"words": opening}),
        **_renewal(held), "short": _short(held, held.rows.all()) if held else [], "publish_form": forms.WordsForm(), "is_over": bool(held and timezone.now() >= held.closes_at),
        "unruled": queries.unruled(edition).count(), "ends": moment(edition, held.closes_at) if held else "",
    }  # fmt: skip
    return render(request, "publication/overview.html", _common(request, edition, "overview") | words)


def _short(held: Notice | None, rows) -> list[str]:
    """The at-least quotas of the decision that a list misses, in words."""
    decided = decision.decided(held.edition) if held else None
    if decided is None or not any(row["kind"] == "least" for row in decided.rules["quotas"]):
        return []
    return decision_records.short(decided.rules, decision.missed(decided, {row.submission_id: row.award for row in rows}), language())


def _renewal(held: Notice | None) -> dict[str, object]:
    """What upheld rulings change in a list, and the ways to fill the places that fall free."""
    changes = queries.upheld(held) if held and not queries.result(held.edition) else []
    options = queries.plans(held) if held and changes else []
    names = dict(WAYS)
    ways = [
        SimpleNamespace(
            way=plan.way, name=names[plan.way], moved=[(row, operations.told(queries.Changed(row, "" if row.moved_from == RESERVE else row.moved_from, row.award))) for row in plan.moved],
            skips=[(case, award, worded(told)) for case, award, told in plan.skips], empty=_empty(plan.empty, ""), over=plan.over, count=len(plan.rows), short=_short(held, plan.rows),
        )
        for plan in options
    ]  # fmt: skip
    form = forms.RenewForm(initial={"seen": queries.digest(options)})
    if not ways:
        del form.fields["empty_why"]
    return {"changes": changes, "ways": ways, "renew_form": form}


def _empty(empty, why: str) -> list[tuple[str, int, str]]:
    """Places that stay empty, with the reason in words."""
    told = {"chosen": why, "higher": _("备选案例只递补最低一级奖项，不越过已获奖的案例。"), "exhausted": _("没有可以递补的案例。")}
    return [(award, count, told[key]) for award, count, key in empty]


def _changes(notice: Notice | None) -> dict[str, object]:
    """What a list changed of the one before it, in words."""
    if notice is None or notice.follows_id is None:
        return {}
    found = queries.changed(notice)
    return {
        "changed": [(one.row, operations.told(one)) for one in found], "has_moved": any(one.row.moved_from and one.after for one in found),
        "empty": _empty(notice.filling.get("empty", []), notice.filling.get("why", "")),
    }  # fmt: skip


@door("call.look", "GET", "POST")
def setting(request, slug):
    """The days of publicity, days off and on, the words of certificates."""
    edition = _edition(slug)
    row = queries.setting(edition)
    form = forms.SettingForm(request.POST or None, instance=row)
    if request.method == "POST":
        _manager(request, edition)
        if form.is_valid():
            if _tried(request, lambda: operations.keep_setting(edition=edition, actor=request.user, **form.cleaned_data), _("已保存。")):
                return redirect("publication:rules", slug)
            return redirect("publication:rules", slug)
    return render(request, "publication/rules.html", _common(request, edition, "rules") | {"form": form})


@door("call.look")
def preview(request, slug):
    """What a certificate will look like; it is not signed and its number is nobody's."""
    edition = _edition(slug)
    rule = queries.setting(edition)
    sample = {"unit": "××市××单位", "title": "案例名称", "award": "一等奖", "edition": edition.name, "year": edition.year}
    row = Certificate(number="0000-000-00000", token="sample", heading=rule.heading, words=records.filled(rule.words, **sample), issuer=rule.issuer, day=timezone.localdate())
    return _file(records.certificate_pdf(row, is_signed=False), "preview.pdf", KINDS["pdf"])


@door("publication.look")
def objections(request, slug):
    """All objections."""
    edition = _edition(slug)
    page = _paged(request, queries.objections(edition))
    for row in page:
        row.arrived = moment(edition, row.arrived_at)
    return render(request, "publication/objections.html", _common(request, edition, "objections") | {"page": page})


def _objection(edition: Edition, number: int) -> Objection:
    return get_object_or_404(queries.objections(edition).select_related("edition"), number=number)


@door("publication.look", "GET", "POST")
def ruling(request, slug, objection):
    """An objection: what was said, the unit's answer, the ruling."""
    edition = _edition(slug)
    held = _objection(edition, objection)
    awards = list(dict.fromkeys(held.notice.rows.values_list("award", flat=True)))
    question, form = forms.QuestionForm(), forms.RulingForm(awards=awards)
    if request.method == "POST":
        if not request.user.has_perm("publication.rule", edition):
            raise PermissionDenied
        if request.POST.get("do") == "ask":
            question = forms.QuestionForm(request.POST)
            if question.is_valid() and _tried(request, lambda: operations.ask_unit(objection=held, actor=request.user, question=question.cleaned_data["question"]), _("已向单位发出询问。")):
                return redirect("publication:ruling", slug, objection)
        else:
            form = forms.RulingForm(request.POST, awards=awards)
            if form.is_valid():
                words = dict(form.cleaned_data)
                outcome = words.pop("outcome")
                if _tried(request, lambda: operations.rule(objection=held, actor=request.user, is_upheld=outcome == "upheld", **words), _("已裁定。")):
                    return redirect("publication:ruling", slug, objection)
    listed = held.notice.rows.filter(submission=held.submission_id).first() if held.submission_id else None
    words = {"objection": held, "listed": listed, "question": question, "form": form, "conflict": operations.conflict(held, request.user), "arrived": moment(edition, held.arrived_at), **_outcome(held)}
    return render(request, "publication/ruling.html", _common(request, edition, "objections") | words)


@door("publication.look")
def evidence(request, slug, objection):
    """The file that came with an objection, never shown in the browser."""
    held = _objection(_edition(slug), objection)
    if not held.evidence:
        raise Http404
    return _file(bytes_of(held.evidence), held.evidence_name or "evidence", ANY)


@door("call.look", "GET", "POST")
def changes(request, slug):
    """Revocations and corrections after the results."""
    edition = _edition(slug)
    revoke, correct = forms.RevokeForm(), forms.CorrectForm()
    if request.method == "POST":
        _manager(request, edition)
        is_revoking = request.POST.get("do") == "revoke"
        form = (forms.RevokeForm if is_revoking else forms.CorrectForm)(request.POST)
        revoke, correct = (form, correct) if is_revoking else (revoke, form)
        if form.is_valid():
            words = dict(form.cleaned_data)
            case = Submission.objects.filter(edition=edition, number=words.pop("number")).first()
            if case is None:
                form.add_error("number", _("没有这个编号的案例。"))
            elif _tried(request, lambda: (operations.revoke if is_revoking else operations.correct)(edition=edition, actor=request.user, case=case, **words), _("已办理并公开说明。")):
                return redirect("publication:changes", slug)
    result = queries.result(edition)
    words = {"result": result, "revoke": revoke, "correct": correct, "revocations": Revocation.objects.filter(result=result).select_related("submission", "by")}
    words["corrections"] = result.corrections.select_related("submission", "by") if result else []
    return render(request, "publication/changes.html", _common(request, edition, "changes") | words)


@door("call.look", "GET", "POST")
def certificates(request, slug):
    """The certificates; one may be withdrawn or replaced."""
    edition = _edition(slug)
    if request.method == "POST":
        _manager(request, edition)
        held = get_object_or_404(Certificate, edition=edition, number=request.POST.get("number", ""))
        is_replaced = request.POST.get("do") == "replace"
        _tried(request, lambda: operations.withdraw_certificate(certificate=held, actor=request.user, why=request.POST.get("why", ""), is_replaced=is_replaced), _("证书已撤回。"))
        return redirect("publication:certificates", slug)
    rows = queries.certificates(edition)
    words = {"page": _paged(request, rows, 50), "made": rows.exclude(sha256="").count(), "all": rows.count()}
    return render(request, "publication/certificates.html", _common(request, edition, "certificates") | words)


@door("call.look")
def certificates_zip(request, slug):
    """All certificates that hold, as one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for row in queries.certificates(_edition(slug)).filter(withdrawn_at=None).exclude(sha256=""):
            archive.writestr(f"{row.number}.pdf", bytes_of(row.sha256))
    return _file(out.getvalue(), f"{slug}-certificates.zip", "application/zip")


# --- the public's text ------------------------------------------------------------------------------------------------


@door("call.look")
def texts(request, slug):
    """The cases whose text may be edited for the public, those that were edited marked."""
    edition = _edition(slug)
    rows = queries.editable(edition)
    held = queries.edits(row.submission.pk for row in rows)
    page = _paged(request, [(row, held.get(row.submission.pk)) for row in rows])
    return render(request, "publication/texts.html", _common(request, edition, "texts") | {"page": page, "edited": len(held)})


@door("call.look", "GET", "POST")
def text(request, slug, number):
    """A case's title and text for the public beside its own: changed, checked, taken back; each text that was is kept."""
    edition = _edition(slug)
    row = next((row for row in queries.editable(edition) if row.submission.number == number), None)
    if row is None:
        raise Http404
    held = queries.edits([row.submission.pk]).get(row.submission.pk)
    case = case_of(submission.current(row.submission))
    words = {"row": row, "held": held, "title": (held.title if held else "") or row.title, "base": held.number if held else 0, "parts": held.parts if held else records.parts_of(case)}
    status = 200
    if request.method == "POST":
        _manager(request, edition)
        if "restore" not in request.POST:
            if not request.POST.getlist("p"):
                return redirect("publication:text", slug, number)
            words["title"] = request.POST.get("title", "").strip()
            words["parts"] = [[_lines(heading), _lines(lines)] for heading, lines in zip(request.POST.getlist("h"), request.POST.getlist("p"), strict=False)]
        if request.POST.get("do") != "check":
            try:
                _kept_text(request, edition, row, words)
                return redirect("publication:text", slug, number)
            except operations.Stale:
                words["base"], status = held.number if held else 0, 409
                messages.error(request, _("同事刚刚改过这篇文字，您的修改没有保存。您的文字还在下面；核对“各稿”后再次保存，即成为新的一稿。"))
            except operations.Refused as error:
                status = 409
                messages.error(request, str(error))
    shown = records.edited(case, words["title"], words["parts"])
    found = proofreading.proofread(shown, call(edition), proofreading.built_in())
    history = EditedText.objects.filter(submission=row.submission).select_related("by", "ended_by")
    changed = roundup.compared(_running(records.parts_of(case)), _running(words["parts"]))
    words |= {"lines": laid_out(case), "boxes": [("\n".join(headings), max(1, len(headings)), "\n".join(lines)) for headings, lines in words["parts"]], "findings": [sentence(finding, language()) for finding in found], "history": history, "is_checked": request.POST.get("do") == "check",
              "changed": [line for line in changed if any(kind != "same" for kind, _words in line)], "is_old": held is not None and held.version != row.submission.current,
              "sizes": (_size(records.parts_of(case)), _size(words["parts"]))}  # fmt: skip
    return render(request, "publication/text.html", _common(request, edition, "texts") | words, status=status)


def _kept_text(request, edition: Edition, row: queries.Published, words: dict) -> None:
    """Save what was edited, or go back to an earlier text."""
    own = {"edition": edition, "actor": request.user, "case": row.submission, "base": _whole(request.POST.get("base"))}
    if "restore" in request.POST:
        operations.restore_text(**own, number=_whole(request.POST.get("restore")))
        messages.success(request, _("已恢复，公开页面随后更新。"))
        return
    made = operations.edit_text(**own, title=words["title"], parts=words["parts"], why=request.POST.get("why", "").strip())
    if made is None:
        messages.info(request, _("文字与原文相同，公开的是原文。"))
    elif made.number == own["base"]:
        messages.info(request, _("文字没有变化。"))
    else:
        messages.success(request, _("已存为第 {number} 稿，公开页面随后更新。").format(number=made.number))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _running(parts: records.Parts) -> str:
    return "\n".join(line for part in parts for lines in part for line in lines)


def _size(parts: records.Parts) -> int:
    return sum(not letter.isspace() for letter in _running(parts))


def _whole(word: str | None) -> int:
    return int(word) if word and word.isascii() and word.isdigit() and len(word) < 9 else 0
