"""The programming interface: typed, paged, with ETags; as strict as the pages."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, NinjaAPI, Path, Query
from ninja.errors import HttpError
from ninja.files import UploadedFile
from ninja.responses import Status

from zhengping.engine import chains
from zhengping.server.api import queries, records
from zhengping.server.api.rules import Bearer, TooMany, edition_for, reader
from zhengping.server.call.models import Edition
from zhengping.server.call.records import call
from zhengping.server.library import queries as library
from zhengping.server.publication import queries as publication
from zhengping.server.roundup import queries as roundup
from zhengping.server.submission import operations
from zhengping.server.submission import queries as submission
from zhengping.server.submission import records as submission_records
from zhengping.server.submission.models import Intake

Slug = Annotated[str, Path(max_length=40, pattern=r"^[-\w]+$")]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
REFUSALS = dict.fromkeys((400, 401, 403, 404, 422, 429), records.Problem)


def answers(kind: Any, *, code: int = 200, more: tuple[int, ...] = ()) -> dict[int, Any]:
    """What an operation may answer."""
    same = {304: None} if code == 200 else {}
    return {code: kind, **same, **REFUSALS, **dict.fromkeys(more, records.Problem)}


class Interface(NinjaAPI):
    """Answers that carry an ETag, and 304 for whoever has them already (RFC 9110, 13.1.2)."""

    def create_response(self, request: HttpRequest, data: Any, *, status: int | None = None, temporal_response: HttpResponse | None = None) -> HttpResponse:
        """The response of an operation."""
        response = super().create_response(request, data, status=status, temporal_response=temporal_response)
        if request.method == "GET" and response.status_code == 200:
            tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            if tag in request.headers.get("If-None-Match", ""):
                response = HttpResponse(status=304)
                del response["Content-Type"]
            response["ETag"] = tag
            response["Cache-Control"] = "private, no-cache"
        return response


api = Interface(title="征评 Zhengping", version="1", docs_url=None, auth=Bearer(), urls_namespace="api-1", description="Cases, codings, results, figures and uploads of one edition, and the public library of all, for an office's own programs.")


@api.exception_handler(TooMany)
def too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    """429, to be tried again in a minute."""
    response = api.create_response(request, {"detail": _("调用过于频繁，请一分钟后再试。")}, status=429)
    response["Retry-After"] = "60"
    return response


@api.exception_handler(SuspiciousOperation)
def suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    """400 for a body that is too large or has too many parts."""
    return api.create_response(request, {"detail": _("请求的内容过大或格式不对。")}, status=400)


@api.get("/me", response=answers(records.Me), tags=["token"], summary="Whose token it is")
def me(request):
    """The person, edition, scopes and end of the token."""
    token = request.auth
    return {"person": str(token.user), "edition": token.edition.slug, "scopes": token.scopes, "expires_at": token.expires_at}


@api.get("/editions/{slug}", response=answers(records.EditionOut), tags=["edition"], summary="The edition")
def edition(request, slug: Slug):
    """Its name, windows and themes."""
    return records.edition_out(edition_for(request, slug, "", "call.look"))


@api.get("/editions/{slug}/cases", response=answers(records.Cases), tags=["cases"], summary="Cases, paged")
def cases(request, slug: Slug, words: Query[records.CaseQuery]):
    """Numbered cases that were not withdrawn, in order of their numbers."""
    held = edition_for(request, slug, "cases", "call.look", records.CaseQuery.model_fields)
    found = queries.cases(held, words.dict())
    start = (words.page - 1) * words.size
    return {"count": found.count(), "page": words.page, "size": words.size, "items": records.with_titles(list(found.select_related("edition")[start : start + words.size]))}


def _case(request, slug: str, number: int, scope: str, permission: str = "call.look"):
    held = edition_for(request, slug, scope, permission)
    found = submission.cases(held).select_related("edition").filter(number=number).first()
    if found is None:
        raise HttpError(404, _("没有编号为 {number} 的案例。").format(number=number))
    return found


@api.get("/editions/{slug}/cases/{number}", response=answers(records.CaseWhole), tags=["cases"], summary="A case with its text")
def case(request, slug: Slug, number: Number):
    """A case with its parts and paragraphs; personal data found in it are masked."""
    held = _case(request, slug, number, "cases")
    version = submission.current(held)
    return records.whole(records.with_titles([held])[0], submission_records.case_of(version), version.documents)


@api.get("/editions/{slug}/codings", response=answers(records.Codings), tags=["codings"], summary="Codings, paged")
def codings(request, slug: Slug, words: Query[records.Page]):
    """The coding that counts of each case, with its evidence."""
    held = edition_for(request, slug, "codings", "call.look", records.Page.model_fields)
    found = submission.cases(held).order_by("number")
    start = (words.page - 1) * words.size
    rows = list(found[start : start + words.size])
    own = queries.codings(rows)
    items = [records.coding_out(row, own[row.pk], submission_records.coding_of(own[row.pk])) for row in rows if row.pk in own]
    return {"count": found.count(), "page": words.page, "size": words.size, "items": items}


@api.get("/editions/{slug}/cases/{number}/coding", response=answers(records.CodingOut), tags=["codings"], summary="The coding of a case")
def coding(request, slug: Slug, number: Number):
    """Division, type, level, themes and measures with the words that bear them out."""
    return _coding(_case(request, slug, number, "codings"))


def _coding(held):
    row = submission.coding(held)
    if row is None:
        raise HttpError(404, _("该案例还没有编码。"))
    return records.coding_out(held, row, submission_records.coding_of(row))


@api.put("/editions/{slug}/cases/{number}/coding", response=answers(records.CodingOut, more=(409,)), tags=["codings"], summary="Confirm or correct a coding")
def confirm_coding(request, slug: Slug, number: Number, words: records.CodingIn):
    """Confirm the coding of a case as a person does at the coding desk; 409 where somebody changed it since it was read."""
    held = _case(request, slug, number, "codings:write", "call.manage")
    themes = {theme.key for theme in held.edition.themes.all()}
    if words.theme and words.theme not in themes:
        raise HttpError(422, _("本届没有这个主题：{theme}。").format(theme=words.theme))
    said = {name: value for name in ("division", "unit_type", "unit_level", "theme") if (value := getattr(words, name))}
    try:
        made = operations.confirm_coding(submission=held, actor=request.auth.user, changed=words.changed, batch=f"api{request.auth.pk}", **said)
    except operations.Stale:
        raise HttpError(409, _("该案例在读取之后有变化，请重新读取。")) from None
    except operations.Refused as error:
        raise HttpError(422, str(error)) from None
    return _coding(made)


@api.get("/editions/{slug}/figures", response=answers(list[records.FigureOut]), tags=["figures"], summary="Figures")
def figures(request, slug: Slug):
    """Every number that the statistics show, with the numbers of the cases that it counted."""
    held = edition_for(request, slug, "figures", "call.look")
    return list(chains.count(roundup.entries(held), call(held)))


@api.get("/editions/{slug}/results", response=answers(list[records.ResultOut]), tags=["results"], summary="Published results")
def results(request, slug: Slug):
    """The awards as they stand: corrected, without those taken back; empty before they are published."""
    held = edition_for(request, slug, "results", "call.look")
    names = ("place", "award", "title", "unit", "region", "theme")
    return [{"number": row.submission.number, **{name: getattr(row, name) for name in names}} for row in publication.results(held)]


@api.get("/library", response=answers(records.Library), tags=["library"], summary="The public library, paged")
def public_cases(request, words: Query[records.LibraryQuery]):
    """What the page of the library lists, of all editions: the published cases of units that consent, the newest results first."""
    reader(request, "library", records.LibraryQuery.model_fields)
    sought = words.q.split()
    if len(sought) > 8:
        raise HttpError(422, _("检索词最多八个。"))
    wanted = {name: getattr(words, name) for name in library.FILTERS}
    rows = library.entries(sought, **wanted)
    start = (words.page - 1) * words.size
    items = [records.library_out(row) for row in rows[start : start + words.size]]
    counted = library.count(rows, sought, wanted)
    return {"count": counted.number, "is_more": counted.is_more, "page": words.page, "size": words.size, "items": items}


@api.get("/library/{slug}/{number}", response=answers(records.LibraryCase), tags=["library"], summary="A public case with its text")
def public_case(request, slug: Slug, number: Number, words: Query[records.CaseWords]):
    """What its page shows: the text that the organiser edited for the public where there is one, or the unit's own."""
    reader(request, "library", records.CaseWords.model_fields)
    held = Edition.objects.filter(slug=slug).first()
    found = library.entry(held, number) if held else None
    if found is None:
        raise HttpError(404, _("案例库中没有这个案例。"))
    case, edited = library.text_of(found, is_original=words.original)
    return records.library_case(found, case, library.similar(found), is_edited=edited is not None, is_original=edited is None or words.original)


@api.post("/editions/{slug}/uploads", response=answers(records.UploadOut, code=202), tags=["upload"], summary="Upload files")
def upload(request, slug: Slug, files: File[list[UploadedFile]]):
    """Take in Word files, lists or archives, as the organiser's page does: cases are numbered once they are read."""
    held = edition_for(request, slug, "upload", "call.manage")
    named = [(submission_records.safe_name(file.name or ""), file.file) for file in files]
    try:
        made = operations.receive(edition=held, source="zip", files=named, arrived_at=timezone.now(), by=request.auth.user)
    except operations.Refused as error:
        raise HttpError(422, str(error)) from None
    return Status(202, records.upload_out(made, submission.progress(made)))


@api.get("/editions/{slug}/uploads/{number}", response=answers(records.UploadOut), tags=["upload"], summary="How far an upload has come")
def uploaded(request, slug: Slug, number: Number):
    """Counts, and the numbers of the cases made."""
    held = edition_for(request, slug, "upload", "call.look")
    found = Intake.objects.filter(edition=held, pk=number).first()
    if found is None:
        raise HttpError(404, _("没有这一批文件。"))
    return records.upload_out(found, submission.progress(found))
