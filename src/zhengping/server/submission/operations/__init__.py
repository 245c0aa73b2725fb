"""Changes of what the app keeps: files taken in and read, cases made of them and numbered; coding, comparing, letters."""

from zhengping.server.submission.operations.coding import check, code_again, confirm_coding, confirm_many, undo_codings
from zhengping.server.submission.operations.comparing import compare, decide_finding, decide_match, exclude, handle_file, keep_earlier
from zhengping.server.submission.operations.drafting import OFFICIAL, draft
from zhengping.server.submission.operations.indexing import index_also, index_left
from zhengping.server.submission.operations.letters import MOST_ANSWERS, answer, ask_sender, keep_letter, take_letter
from zhengping.server.submission.operations.locking import DiskFull, Refused, Stale
from zhengping.server.submission.operations.own import DETAILS, ask_to_confirm, confirm, correct, request_changes, send_receipt, withdraw
from zhengping.server.submission.operations.reading import documents, read, readers
from zhengping.server.submission.operations.taking import receive, retype, take_folder

__all__ = [
    "DETAILS",
    "MOST_ANSWERS",
    "OFFICIAL",
    "DiskFull",
    "Refused",
    "Stale",
    "answer",
    "ask_sender",
    "ask_to_confirm",
    "check",
    "code_again",
    "compare",
    "confirm",
    "confirm_coding",
    "confirm_many",
    "correct",
    "decide_finding",
    "decide_match",
    "documents",
    "draft",
    "exclude",
    "handle_file",
    "index_also",
    "index_left",
    "keep_earlier",
    "keep_letter",
    "read",
    "readers",
    "receive",
    "request_changes",
    "retype",
    "send_receipt",
    "take_folder",
    "take_letter",
    "undo_codings",
    "withdraw",
]
