"""Lists and certificates -> their hash, .docx, .xlsx and signed .pdf; and a .pdf back into what its signature says.

The signature is a PAdES one (ETSI EN 319 142-1, B-B) with the key of this site, made at set-up in the data folder and replaceable by one that an authority vouches for.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import chinese_calendar
from asn1crypto import cms, keys, parser, pem, x509
from cryptography import x509 as made
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from zhengping.engine.record import Case, Part
from zhengping.engine.rendering import Sheet, diploma, slip, workbook
from zhengping.server.call.models import Edition
from zhengping.server.call.queries import here
from zhengping.server.call.records import address, moment, qr
from zhengping.server.publication.models import COUNTINGS, Certificate, Notice

HEAD = ("序号", "奖项", "案例编号", "案例名称", "报送单位", "所在地")
IN_WORD = (14, 18, 72, 56)  # millimetres of the columns of a list in Word
WIDTHS = (8, 12, 12, 48, 36, 20)


# --- days ------------------------------------------------------------------------------------------------------------


def is_workday(day: date, off: Iterable[str] = (), on: Iterable[str] = ()) -> bool:
    """Whether offices work on a day: the edition's own days first, then the calendar of public holidays, then Monday to Friday."""
    told = day.isoformat()
    if told in set(off) or told in set(on):
        return told in set(on)
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_known(day: date) -> bool:
    """Whether the calendar knows the holidays of a day's year."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def last_day(first: date, days: int, counting: str, off: Sequence[str] = (), on: Sequence[str] = ()) -> date:
    """The last day of a period that is opened on `first`; that day itself does not count (Civil Code, article 201)."""
    day, left = first, max(1, days)
    while left:
        day += timedelta(days=1)
        if counting == "calendar" or is_workday(day, off, on):
            left -= 1
    return day


def end_of(edition: Edition, day: date) -> datetime:
    """The moment at which a day ends in the edition's zone."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), here(edition))


# --- lists -----------------------------------------------------------------------------------------------------------


def hashed(rows: Iterable[Any]) -> str:
    """SHA-256 of a list (place, award, case number, title, unit), as JSON without blanks."""
    values = [[row.place, row.award, row.submission.number, row.title, row.unit] for row in rows]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def cells(rows: Iterable[Any]) -> list[list[str]]:
    """The rows of a list as text."""
    return [[str(row.place), row.award, str(row.submission.number), row.title, row.unit, row.region] for row in rows]


def as_workbook(rows: Sequence[Any], name: str) -> bytes:
    """A list as .xlsx."""
    told = [(row.place, row.award, row.submission.number, row.title, row.unit, row.region) for row in rows]
    return workbook([Sheet(name, tuple(zip(HEAD, WIDTHS, strict=True)), told)])


def as_word(edition: Edition, title: str, words: str, rows: Sequence[Any], foot: str) -> bytes:
    """A list as .docx: heading, words, a table for each award, the issuing bodies."""
    document = Document()
    document.core_properties.author, document.core_properties.title = "", f"{edition.name}{title}"
    style = document.styles["Normal"]
    style.font.name, style.font.size = "仿宋_GB2312", Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    for text in (edition.name, title):
        head = document.add_paragraph()
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = head.add_run(text)
        run.bold, run.font.size = True, Pt(20)
    for part in filter(None, words.split("\n")):
        document.add_paragraph(part.strip()).paragraph_format.first_line_indent = Pt(28)
    for award in dict.fromkeys(row.award for row in rows):
        held = [row for row in rows if row.award == award]
        document.add_paragraph().add_run(f"{award}（{len(held)}个）").bold = True
        table = document.add_table(rows=1, cols=4, style="Table Grid")
        for cell, text in zip(table.rows[0].cells, ("序号", "案例编号", "案例名称", "报送单位"), strict=True):
            cell.text = text
        for row in held:
            for cell, text in zip(table.add_row().cells, (str(row.place), str(row.submission.number), row.title, row.unit), strict=True):
                cell.text = text
        for column, width in zip(table.columns, IN_WORD, strict=True):
            for cell in column.cells:
                cell.width = Mm(width)
    document.add_paragraph(foot)
    for host in edition.hosts:
        document.add_paragraph(host).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(edition: Edition, title: str, facts: Sequence[tuple[str, str]], rows: Iterable[Any], words: str, page: str) -> bytes:
    """A list as .pdf, signed; its QR code opens the page that shows it."""
    notes = tuple(part.strip() for part in words.split("\n") if part.strip())
    return sign(slip(edition.name, title, facts, head=HEAD, cells=cells(rows), notes=notes, code=qr(address(page))))


def notice_facts(notice: Notice) -> list[tuple[str, str]]:
    """What stands above a list before the public."""
    counting = dict(COUNTINGS)[notice.counting]
    return [
        (_("公示期"), _("{begin}至{end}（{days}个{counting}）").format(begin=moment(notice.edition, notice.opened_at), end=moment(notice.edition, notice.closes_at - timedelta(seconds=1)), days=notice.days, counting=counting)),
        (_("名单校验码"), notice.hash),
    ]


def notice_pdf(notice: Notice, rows: Sequence[Any], notes: Sequence[str] = ()) -> bytes:
    """A list before the public as .pdf, signed, with notes below its words."""
    with override("zh-hans"):
        title = _("拟获奖名单公示") if notice.number == 1 else _("拟获奖名单公示（第 {number} 次）").format(number=notice.number)
        return as_pdf(notice.edition, title, notice_facts(notice), rows, "\n".join((notice.words, *notes)), reverse("publication:notice", args=[notice.edition.slug]))


# --- certificates ----------------------------------------------------------------------------------------------------


def filled(words: str, **values: object) -> str:
    """The words of a certificate with {unit}, {title}, {award}, {edition}, {year} filled in; other words in braces stay."""
    for name, value in values.items():
        words = words.replace("{" + name + "}", str(value))
    return words


def certificate_pdf(row: Certificate, *, is_signed: bool = True) -> bytes:
    """A certificate as .pdf, signed unless it is a preview."""
    parts = tuple(part.strip() for part in row.words.splitlines() if part.strip())
    foot = f"证书编号：{row.number}　　扫码或登录 {address(reverse('publication:check'))} 核验"
    day = f"{row.day.year}年{row.day.month}月{row.day.day}日"
    made_pdf = diploma(row.heading, parts, row.issuer, day, row.number, foot, qr(address(reverse("publication:checked", args=[row.token]))))
    return sign(made_pdf) if is_signed else made_pdf


# --- signatures ------------------------------------------------------------------------------------------------------


def key_path() -> Path:
    """Where the site's own key and certificate lie (PEM, readable by the owner alone)."""
    return settings.DATA / "signing.pem"


def make_key(*, name: str = "Zhengping") -> Path:
    """Make the key and its self-made certificate if there are none yet (RSA 3072, ten years)."""
    path = key_path()
    if path.exists():
        return path
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    subject = made.Name([made.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = datetime.now(UTC) - timedelta(days=1)
    held = (
        made.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(made.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=3653))
        .add_extension(made.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(made.KeyUsage(True, True, False, False, False, True, False, False, False), critical=True)
        .add_extension(made.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    words = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    part = path.with_name(f".signing-{os.getpid()}")
    part.touch(0o600)
    part.write_bytes(words + held.public_bytes(serialization.Encoding.PEM))
    try:
        os.link(part, path)  # two processes at once: the first one's key holds
    except FileExistsError:
        pass
    finally:
        part.unlink(missing_ok=True)
    return path


class Signer(signers.SimpleSigner):
    """A signer that opens its RSA key once: opening checks its primes, which takes a hundred times as long as a signature."""

    opened: Any = None

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """The raw signature (RSASSA-PKCS1-v1_5 for RSA keys; other kinds as the library does)."""
        if self.get_signature_mechanism_for_digest(digest_algorithm).signature_algo != "rsassa_pkcs1v15" or digest_algorithm != "sha256":
            return super().sign_raw(data, digest_algorithm)
        self.opened = self.opened or serialization.load_der_private_key(self.signing_key.dump(), None)
        return self.opened.sign(data, padding.PKCS1v15(), hashes.SHA256())


@cache
def _signer(stamp: int) -> Signer:
    """The signer of the key file as it was written at a moment."""
    parts = dict.fromkeys(("key", "first"))
    rest = []
    for kind, _headers, data in pem.unarmor(key_path().read_bytes(), multiple=True):
        if "KEY" in kind:
            parts["key"] = keys.PrivateKeyInfo.load(data)
        elif parts["first"] is None:
            parts["first"] = x509.Certificate.load(data)
        else:
            rest.append(x509.Certificate.load(data))
    store = SimpleCertificateStore()
    store.register_multiple(rest)
    return Signer(parts["first"], parts["key"], store)


def sign(pdf: bytes) -> bytes:
    """A .pdf with the site's signature over all of it; nothing may be added afterwards."""
    signer = _signer(make_key().stat().st_mtime_ns)
    meta = signers.PdfSignatureMetadata("Signature", md_algorithm="sha256", certify=True, docmdp_permissions=fields.MDPPerm.NO_CHANGES, subfilter=fields.SigSeedSubFilter.PADES)
    out = io.BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer, output=out, bytes_reserved=8192)
    return out.getvalue()


def public_certificate() -> bytes:
    """The certificates of the signing key (PEM), without the key: what another machine needs to verify."""
    parts = [(kind, data) for kind, _headers, data in pem.unarmor(make_key().read_bytes(), multiple=True) if "CERTIFICATE" in kind]
    return b"".join(pem.armor(kind, data) for kind, data in parts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a .pdf's signature says. `why`: "" for a good one, "unsigned", "altered", "stranger" (another key) or "unreadable"."""

    why: str
    signer: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the file is as it was signed, by the key asked about."""
        return self.why == ""


def verify(pdf: bytes, roots: bytes) -> Verdict:
    """Check a .pdf against the certificates of a signing key (PEM), without any network."""
    try:
        held = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if not held:
            return Verdict("unsigned")
        if len(held) != 1:
            return Verdict("altered")
        trusted = [x509.Certificate.load(data) for kind, _headers, data in pem.unarmor(roots, multiple=True) if "CERTIFICATE" in kind]
        context = ValidationContext(trust_roots=trusted, allow_fetching=False)
        status = validate_pdf_signature(held[0], context)
        name = status.signing_cert.subject.human_friendly
        is_whole = _is_whole(pdf, held[0])
    except Exception:  # a file altered at random may break any part of its reader; whatever is wrong, it is not good
        return Verdict("unreadable")
    if not is_whole or not (status.intact and status.valid) or status.coverage.name != "ENTIRE_FILE" or not status.docmdp_ok:
        return Verdict("altered", name)
    return Verdict("" if status.trusted and status.bottom_line else "stranger", name)


def _is_whole(pdf: bytes, held: Any) -> bool:
    """Whether the bytes that the signature cannot cover, its own place, hold the signature and zeros alone."""
    begin, length, rest, last = held.byte_range
    content = held.pkcs7_content
    place = pdf[length:rest]
    whole = begin == 0 and rest + last == len(pdf) and place == b"<" + content.hex().upper().encode() + b">"
    size = parser.peek(content)
    return whole and not any(content[size:]) and content[:size] == _plain(content[:size])


def _plain(content: bytes) -> bytes:
    """The signature written anew as this site writes it (CMS, RFC 5652): what no digest covers must be nothing else."""
    held = cms.ContentInfo.load(content)["content"]
    signer, certificate = held["signer_infos"][0], held["certificates"][0].chosen
    sha256 = cms.DigestAlgorithm({"algorithm": "sha256"})
    by = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    info = cms.SignerInfo(
        {
            "version": "v1", "sid": cms.SignerIdentifier({"issuer_and_serial_number": by}), "digest_algorithm": sha256, "signed_attrs": signer["signed_attrs"],
            "signature_algorithm": cms.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}), "signature": signer["signature"],
        }
    )  # fmt: skip
    data = cms.SignedData(
        {
            "version": "v1", "digest_algorithms": [sha256], "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices(name="certificate", value=certificate)], "signer_infos": [info],
        }
    )  # fmt: skip
    whole: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump(force=True)
    return whole


# --- the public's text ------------------------------------------------------------------------------------------------

Parts = list[list[list[str]]]  # of a text, in order: headings, paragraphs


def parts_of(case: Case) -> Parts:
    """A case's text cut where its headings stand."""
    headings: dict[int, list[str]] = {}
    for part in case.parts:
        if part.heading and part.first < len(case.paragraphs):
            headings.setdefault(part.first, []).append(part.heading)
    cuts = sorted({0, *headings, len(case.paragraphs)})
    return [[headings.get(first, []), list(case.paragraphs[first:last])] for first, last in pairwise(cuts)]


def edited(case: Case, title: str, parts: Parts) -> Case:
    """A case with an edited title and text; a part keeps its kind by its heading."""
    kinds = {part.heading: part.kind for part in case.parts}
    paragraphs: list[str] = []
    made: list[Part] = []
    for headings, lines in parts:
        made += [Part(kinds.get(heading, "other"), heading, len(paragraphs), len(paragraphs) + len(lines)) for heading in headings]
        paragraphs += lines
    return replace(case, title=title or case.title, paragraphs=tuple(paragraphs), parts=tuple(made))
