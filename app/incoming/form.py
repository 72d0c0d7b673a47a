"""Uploads: parsed in memory, never spooled to files, and limited in number."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO
from urllib.parse import unquote

from flask import Request
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartParser,
    MultipartPart,
    ParserLimitReached,
)
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

from app.problem import Kind, Problem

FIELD = "image"
FORM = "multipart/form-data"
# RFC 8187. Browsers do not send it, some programs do.
CODED_NAME = re.compile(r";\s*filename\*\s*=\s*(?:(utf-8|iso-8859-1)'[^']*'([^\s;]*))?", re.IGNORECASE | re.ASCII)
# In this encoding every byte is a character.
LATIN_1 = "latin-1"
LONG_HEADER = "A part of the form has too long or too many headers. Give the file a shorter name."

Form = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


@dataclass(frozen=True)
class Upload:
    """An uploaded file: the name that the client gave it, or its place, and its bytes, or why it has none."""

    name: str
    content: bytes
    problem: Problem | None = None


class InMemoryFormParser(FormDataParser):
    """Parses forms in memory. For forms with files it uses `multipart`, which takes a twentieth of werkzeug's time."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Form:
        """Return the stream, and a form's fields and files.

        Raises:
            Problem: the form is truncated or malformed, it has too many parts, or a field or a name is too long.
        """
        if mimetype != FORM:
            found: Form = super().parse(stream, mimetype, content_length, options)
            return found
        # The server has already received the whole body into memory, so the parser needs no limit on bytes.
        limit, unlimited = self.max_form_parts or sys.maxsize, sys.maxsize
        boundary = (options or {}).get("boundary", "")
        try:
            parts = MultipartParser(
                stream, boundary, charset=LATIN_1, part_limit=limit, spool_limit=unlimited, memory_limit=unlimited
            )
            return stream, *self._sorted(parts)
        except ParserLimitReached as error:
            many = f"The form has more than {limit} parts. Send fewer."
            raise form_too_large(LONG_HEADER if "header" in str(error) else many) from None
        except MultipartError as error:
            raise Problem(Kind.NOT_UNDERSTOOD, f"The body is not a complete {FORM} form: {error}. See /docs.") from None

    def _sorted(self, parts: Iterable[MultipartPart]) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Return the fields and the files. A part with a file name is a file, even if the name is empty."""
        fields, files = [], []
        for part in parts:
            name, file_name = decoded(part.name), file_name_of(part)
            if file_name is not None:
                # The declared content type is dropped: the bytes decide.
                files.append((name, FileStorage(part.file, file_name, name)))
            elif self.max_form_memory_size is not None and part.size > self.max_form_memory_size:
                raise form_too_large(f'The text in the field "{name}" is too long. Shorten it.')
            else:
                fields.append((name, part.raw.decode(errors="replace")))
        return self.cls(fields), self.cls(files)


def form_too_large(detail: str) -> Problem:
    """Return the problem of a form that exceeds a limit."""
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def file_name_of(part: MultipartPart) -> str | None:
    """Return the name of a part's file, or None for a field. A name encoded by RFC 8187 goes before a plain one."""
    coded = CODED_NAME.search(part.disposition)
    if coded and coded[1]:
        return unquote(coded[2], coded[1], "replace")
    if part.filename is None:
        return "" if coded else None
    return decoded(part.filename)


def decoded(name: str) -> str:
    """Return a name of which the parser made a character of each byte: most clients send UTF-8, some Latin-1."""
    try:
        return name.encode(LATIN_1).decode()
    except UnicodeDecodeError:
        return name


class InMemoryRequest(Request):
    """A request whose uploads stay in memory. MAX_CONTENT_LENGTH bounds them."""

    form_data_parser_class = InMemoryFormParser
    max_form_parts = 100


def read_uploads(files: list[FileStorage], maximum_files: int) -> list[Upload]:
    """Return a request's uploads.

    Raises:
        Problem: there are none, or more than `maximum_files`.
    """
    sent = [(file.filename or "", file.read()) for file in files]
    # Browsers send a file with neither name nor bytes where the visitor chose none.
    chosen = [(name, content) for name, content in sent if name or content]
    if not chosen:
        raise Problem(Kind.NO_PICTURE, f'Send at least one picture in the field "{FIELD}".')
    require_at_most(maximum_files, len(chosen))
    return [
        Upload(name if name.strip() else f"picture {place}", content) for place, (name, content) in enumerate(chosen, 1)
    ]


def require_at_most(maximum_files: int, sent: int) -> None:
    """Raise Problem for a request with more pictures than `maximum_files`."""
    if sent > maximum_files:
        most = "one picture" if maximum_files == 1 else f"{maximum_files} pictures"
        raise Problem(Kind.TOO_MANY_PICTURES, f"Send at most {most} at once, not {sent}.")
