"""The writing aid: a paragraph goes to a server with the OpenAI chat interface; what comes back is taken over only where the register bears it out.

The worker asks, so that no page waits; one paragraph of an article at a time. Only the host that the settings name is called: http.client
follows no redirect and knows no proxy.
"""

from __future__ import annotations

import http.client
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhengping.engine.text import personal
from zhengping.server.accounts.models import User
from zhengping.server.audit.operations import note
from zhengping.server.roundup import queries, records
from zhengping.server.roundup.models import Article, Rephrasing
from zhengping.server.roundup.operations.article import Refused

LONGEST_PARAGRAPH = 3000  # characters
LONGEST_WISH = 200
LONGEST_ANSWER = 6000
MOST_BYTES = 1 << 20  # of an answer
TASK = (
    "你是公文编辑。请改写用户给出的一段文字，使语句通顺简练。数字、地名、单位名称和引号中的文字一律照抄，不得增减、换算或挪用；"
    "不得加入原文没有的事实和评价。只回答改写后的一段文字，不分段，不加标题、说明和任何标记。"
)
log = logging.getLogger(__name__)


class Unanswered(Exception):
    """The aid gave nothing that can be used; its word is a key of `records.UNANSWERED`, with the status of the answer where there is one."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(f"{why} {status}" if status else why)


@transaction.atomic
def want_rephrasing(*, article: Article, actor: User, at: int, text: str, heading: str = "", wish: str = "") -> Rephrasing:
    """Have the worker ask for a rephrasing of a paragraph; what was answered before and not taken is put away. Raises Refused."""
    held = Article.objects.select_for_update(of=("self",)).select_related("holder", "edition").get(pk=article.pk)
    if not settings.AID_URL:
        raise Refused(_("写作辅助没有启用，请与管理员联系。"))
    if not queries.holds(held, actor):
        raise Refused(_("请先开始编辑，再请求改写。"))
    text, wish = records.plain(text), records.plain(wish)[:LONGEST_WISH]
    if not text:
        raise Refused(_("这一段没有文字，请另选一段。"))
    if len(text) > LONGEST_PARAGRAPH:
        raise Refused(_("这一段超过 {most} 字，请分段后再请求改写。").format(most=LONGEST_PARAGRAPH))
    if personal.find(text) or personal.find(wish):
        raise Refused(_("文字中有电话、邮箱或证件号码，不能送出，请删去后再请求改写。"))
    now = timezone.now()
    rows = Rephrasing.objects.filter(article=held)
    if rows.filter(state__in=("waiting", "asking")).exists():
        raise Refused(_("正在改写另一段，完成后再请求。"))
    if rows.filter(wanted_at__gt=now - timedelta(hours=1)).count() >= settings.AID_AN_HOUR:
        raise Refused(_("一小时内已请求改写 {most} 次，请稍后再试。").format(most=settings.AID_AN_HOUR))
    rows.filter(state__in=("ready", "failed")).update(state="left")
    made = Rephrasing.objects.create(article=held, at=at, before=text, heading=heading[:200], wish=wish, wanted_by=actor, wanted_at=now)
    note(
        actor=actor,
        action="roundup.want_rephrasing",
        object=f"article:{held.pk}",
        edition=held.edition.slug,
        after={"rephrasing": made.pk, "paragraph": at, "wish": wish},
    )
    return made


def ask(*, rephrasing: Rephrasing) -> None:
    """Ask the aid and keep its answer, or why there is none; done by the worker. No transaction is open while it is waited for."""
    answer, error = "", ""
    try:
        answer = _answered(rephrasing.before, rephrasing.wish)
    except Unanswered as why:
        error = str(why)
    state = "failed" if error else "ready"
    own = Rephrasing.objects.filter(pk=rephrasing.pk, state="asking", began_at=rephrasing.began_at)
    own.update(state=state, answer=answer, error=error, answered_at=timezone.now())


@transaction.atomic
def take_rephrasing(*, rephrasing: Rephrasing, actor: User, text: str) -> str:
    """Take a rephrasing over, as the editor left it; -> the text for the paragraph. Raises Refused while a fact of it is not borne out or another than before."""
    held = Rephrasing.objects.select_for_update(of=("self",)).select_related("article__edition", "article__holder").get(pk=rephrasing.pk)
    if not queries.holds(held.article, actor):
        raise Refused(_("请先开始编辑，再采用改写。"))
    if held.state != "ready":
        raise Refused(_("这次改写已经处理。"))
    text = records.plain(text)
    if not text or len(text) > LONGEST_ANSWER:
        raise Refused(_("改写没有文字或者过长，没有采用。"))
    register = queries.register(held.article)
    if register is None or not records.rephrased(register, held, text).found.may_stand:
        raise Refused(_("改写中还有事实与登记册或原段不符，见下方；改正后可以采用。"))
    held.state, held.taken, held.taken_by, held.taken_at = "taken", text, actor, timezone.now()
    held.save(update_fields=["state", "taken", "taken_by", "taken_at"])
    after = {"rephrasing": held.pk, "paragraph": held.at, "is_as_answered": text == held.answer, "text": text[:500]}
    note(
        actor=actor,
        action="roundup.take_rephrasing",
        object=f"article:{held.article_id}",
        edition=held.article.edition.slug,
        before={"text": held.before[:500]},
        after=after,
    )
    return text


@transaction.atomic
def leave_rephrasing(*, rephrasing: Rephrasing, actor: User) -> None:
    """Put an answer away without taking it."""
    if Rephrasing.objects.filter(pk=rephrasing.pk, state__in=("ready", "failed")).update(state="left"):
        note(
            actor=actor,
            action="roundup.leave_rephrasing",
            object=f"article:{rephrasing.article_id}",
            edition=rephrasing.article.edition.slug,
            after={"rephrasing": rephrasing.pk},
        )


# --- the server of the aid -------------------------------------------------------------------------------------------


def _said(answer: str) -> str:
    """The paragraph in an answer: what a model thought aloud, tags, fences and emphasis are no part of it."""
    answer = re.sub(r"<think>.*?(?:</think>|$)", "", answer[: 4 * LONGEST_ANSWER], flags=re.DOTALL)
    answer = re.sub(r"</?[A-Za-z!][^<>]{0,200}>|\*\*|`{3}\w*|`|^#{1,6} ", "", answer, flags=re.MULTILINE)
    return records.plain(answer)


def _answered(text: str, wish: str) -> str:
    told = [{"role": "system", "content": TASK}, {"role": "user", "content": f"{f'要求：{wish}' if wish else '要求：语句更通顺'}\n原文：{text}"}]
    body = json.dumps({"model": settings.AID_MODEL, "messages": told, "temperature": 0.3, "stream": False}, ensure_ascii=False).encode()
    try:
        status, data = _posted(body)
    except TimeoutError:
        raise Unanswered("slow") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        log.warning("the writing aid was not reached: %s", type(error).__name__)  # its words could hold the key
        raise Unanswered("away") from None
    if status in (401, 403):
        raise Unanswered("key", status)
    if status == 429:
        raise Unanswered("often", status)
    if 300 <= status < 500:
        raise Unanswered("refused", status)
    if status != 200:
        raise Unanswered("broken", status)
    if len(data) > MOST_BYTES:
        raise Unanswered("long")
    try:
        answer = _said(json.loads(data)["choices"][0]["message"]["content"])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise Unanswered("nonsense") from None
    if not answer:
        raise Unanswered("empty")
    if len(answer) > LONGEST_ANSWER:
        raise Unanswered("long")
    return answer


def _posted(body: bytes) -> tuple[int, bytes]:
    """Status and the first bytes of the answer to a request; the whole of it takes no longer than the settings allow. Raises TimeoutError, OSError, ValueError, HTTPException."""
    parts = urlsplit(settings.AID_URL)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=settings.AID_SECONDS)
    head = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json", "User-Agent": "Zhengping"}
    if settings.AID_KEY:
        head["Authorization"] = f"Bearer {settings.AID_KEY}"
    began = time.monotonic()
    try:
        connection.connect()
        with _ending(connection.sock, max(0.1, settings.AID_SECONDS - (time.monotonic() - began))):
            connection.request("POST", f"{parts.path.rstrip('/')}/chat/completions", body, head)
            answer = connection.getresponse()
            return answer.status, answer.read(MOST_BYTES + 1)
    finally:
        connection.close()


@contextmanager
def _ending(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Hang up when the time is over, also on a server that sends a byte now and then; then raises TimeoutError."""
    late = threading.Event()

    def hang_up() -> None:
        late.set()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.start()
    try:
        yield
    except (OSError, ValueError, http.client.HTTPException):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError
