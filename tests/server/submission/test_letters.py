"""Letters: each once, cases out of them, one answer, none to machines."""

from __future__ import annotations

import imaplib
import os
import shutil
import socket
import subprocess
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from zhengping.server.mail.models import Letter, Message
from zhengping.server.mail.operations import post
from zhengping.server.submission import operations, queries, records, tasks


def letter(word=None, sender="unit@example.org", subject="报送案例", number=1, **headers):
    """The bytes of a letter with a Word file."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = sender, "box@example.org", subject, f"<m{number}@example.org>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("请查收。")
    if word:
        made.add_attachment(word, maintype="application", subtype="vnd.openxmlformats-officedocument.wordprocessingml.document", filename="案例.docx")
    return made.as_bytes()


def swept():
    """Everything that the worker does with letters, until nothing is left."""
    while tasks.sweep_mailbox() + tasks.sweep_files() + tasks.sweep_drafts():
        pass


def test_a_letter_gives_a_numbered_case_and_one_answer_with_the_receipt(edition, word):
    operations.keep_letter(edition=edition, mailbox="box", uid="1", raw=letter(word()))
    swept()

    assert queries.cases(edition).get().contact_email == "unit@example.org"
    answer = Message.objects.get(kind="answer")
    assert (answer.to, answer.in_reply_to, len(answer.attachments)) == ("unit@example.org", "<m1@example.org>", 1)
    assert "编号 1" in answer.body


def test_the_same_letter_is_read_once(edition, word):
    for uid in ("1", "1", "2"):
        operations.keep_letter(edition=edition, mailbox="box", uid=uid, raw=letter(word()))
    swept()

    assert queries.cases(edition).count() == 1
    assert Message.objects.filter(kind="answer").count() == 1
    assert sorted(Letter.objects.values_list("kind", flat=True)) == ["letter", "repeated"]


def test_a_letter_without_a_case_is_told_what_to_do(edition):
    operations.keep_letter(edition=edition, mailbox="box", uid="1", raw=letter())
    swept()

    assert "没有找到案例" in Message.objects.get(kind="answer").body


def test_a_file_that_cannot_be_read_is_named_in_the_answer(edition):
    operations.keep_letter(edition=edition, mailbox="box", uid="1", raw=letter(b"PK\x03\x04broken"))
    swept()

    assert "案例.docx" in Message.objects.get(kind="answer").body


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Auto_Submitted": "no"}, "letter"),
        ({"Precedence": "bulk"}, "automatic"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"subject": "自动回复：我在休假"}, "automatic"),
        ({"sender": "MAILER-DAEMON@example.org", "subject": "Undelivered Mail Returned to Sender"}, "bounce"),
        ({}, "letter"),
    ],
    ids=str,
)
def test_a_machine_is_known(words, kind):
    assert records.letter_head(letter(**words)).kind == kind


def test_to_a_machine_nobody_answers(edition):
    operations.keep_letter(edition=edition, mailbox="box", uid="1", raw=letter(Auto_Submitted="auto-replied"))
    swept()

    assert Message.objects.count() == 0


def test_a_letter_that_came_back_marks_its_message(edition):
    ours = post(key="x", to="gone@example.org", subject="回执", body="b", kind="receipt")
    raw = letter(sender="MAILER-DAEMON@example.org", subject="Undelivered Mail Returned to Sender") + f"\nMessage-ID: {ours.message_id}\n".encode()
    operations.keep_letter(edition=edition, mailbox="box", uid="1", raw=raw)

    ours.refresh_from_db()
    assert ours.state == "failed"


def test_two_machines_stop_writing_to_each_other(edition):
    for at in range(30):
        operations.keep_letter(edition=edition, mailbox="box", uid=str(at), raw=letter(number=at, subject=f"信 {at}"))
    swept()

    assert Message.objects.filter(kind="answer").count() == operations.MOST_ANSWERS


# --- a real mailbox --------------------------------------------------------------------------------------------------

DOVECOT = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else "")


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@pytest.fixture
def mailbox(tmp_path, settings):
    """Debian's dovecot on loopback with one user; -> how to put a letter into it."""
    if not DOVECOT or os.geteuid() != 0:
        pytest.skip("needs Debian's dovecot-imapd, and to be root")
    port = _free_port()
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if str(parent).startswith("/tmp/"):
            parent.chmod(0o755)
    mails = tmp_path / "mail"
    mails.mkdir()
    shutil.chown(mails, "mail", "mail")
    users = tmp_path / "users"
    users.write_text("box:{PLAIN}secret:8:8::/tmp::\n")
    users.chmod(0o644)
    config = tmp_path / "dovecot.conf"
    config.write_text(
        f"""protocols = imap
listen = 127.0.0.1
base_dir = {tmp_path}/run
log_path = {tmp_path}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{mails}
first_valid_uid = 8
mail_uid = mail
mail_gid = mail
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
}}
passdb {{
  driver = passwd-file
  args = {users}
}}
userdb {{
  driver = passwd-file
  args = {users}
}}
"""
    )
    server = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    settings.MAILBOX = f"imap://box:secret@127.0.0.1:{port}/INBOX?edition=e4"
    settings.MAILBOX_SECONDS = 0.0

    def put(raw: bytes) -> None:
        with imaplib.IMAP4("127.0.0.1", port, timeout=10) as box:
            box.login("box", "secret")
            box.append("INBOX", None, None, raw)

    for _ in range(100):
        try:
            imaplib.IMAP4("127.0.0.1", port, timeout=5).logout()
            break
        except OSError:
            time.sleep(0.1)
    yield put
    server.terminate()
    server.wait(10)


def test_a_real_mailbox_is_read_once_even_after_a_crash(mailbox, edition, word, monkeypatch):
    for at in range(3):
        mailbox(letter(word(at), number=at))
    kept = operations.keep_letter
    seen = []

    def dies_at_the_second(**words):
        seen.append(words["uid"])
        if len(seen) == 2:
            raise KeyboardInterrupt
        return kept(**words)

    monkeypatch.setattr(operations, "keep_letter", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        tasks.sweep_mailbox()
    monkeypatch.setattr(operations, "keep_letter", kept)
    for _ in range(2):
        tasks.sweep_mailbox()
    settled = tasks.settings.MAILBOX
    tasks.settings.MAILBOX = ""
    swept()
    tasks.settings.MAILBOX = settled

    assert queries.cases(edition).count() == 3
    assert Letter.objects.count() == 3
    assert Message.objects.filter(kind="answer").count() == 3
