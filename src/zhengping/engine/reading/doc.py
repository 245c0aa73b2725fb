""".doc and .wps bytes -> Document, tables kept; text alone where only that can be had."""

from __future__ import annotations

import tempfile  # the converter works on paths alone; nothing outlives the call
from dataclasses import replace

from zhengping.engine.reading import docx
from zhengping.engine.reading.errors import UnreadableFile
from zhengping.engine.record import Document, Paragraph

_MOST = 64 << 20


def read(data: bytes, sha256: str, kind: str = "doc") -> Document:
    """Read a binary Word file through its .docx form. Raises UnreadableFile for encrypted or damaged ones."""
    if len(data) > _MOST:
        raise UnreadableFile("too-big", size=len(data) >> 20)
    document = _by_conversion(data, sha256)
    if document is None or not document.paragraphs:
        document = _text_alone(data, sha256)
    return replace(document, kind=kind)


def _by_conversion(data: bytes, sha256: str) -> Document | None:
    made = converted(data)
    try:
        return docx.read(made, sha256) if made else None
    except (UnreadableFile, ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
        return None


def converted(data: bytes) -> bytes:
    """The bytes of the .docx that a binary Word file becomes, b"" where it cannot be converted. Raises UnreadableFile for an encrypted one."""
    from doc2docx import convert
    from doc2docx.errors import Doc2DocxError, EncryptedDocumentError

    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/in.doc", "wb") as file:
            file.write(data)
        try:
            convert(f"{folder}/in.doc", f"{folder}/out.docx")
            with open(f"{folder}/out.docx", "rb") as file:
                return file.read()
        except EncryptedDocumentError:
            raise UnreadableFile("encrypted") from None
        except (Doc2DocxError, ValueError, OSError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
            return b""


def _text_alone(data: bytes, sha256: str) -> Document:
    """Paragraphs without tables, cell marks as tabs. Raises UnreadableFile where not even that works."""
    from legacy_doc import ExtractionOptions, LegacyDocError, extract_text

    try:
        text = extract_text(data, options=ExtractionOptions(max_file_bytes=_MOST)).text
    except LegacyDocError as error:
        reason = "encrypted" if "encrypt" in str(error).lower() or "password" in str(error).lower() else "damaged-doc"
        raise UnreadableFile(reason) from None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Document(sha256, "doc", tuple(Paragraph(line) for line in lines), notes=("tables-lost",))
