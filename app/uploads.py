"""Uploads: kept in memory, never in files, and counted."""

import sys
from collections.abc import Iterable
from typing import IO

from flask import Request
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartParser,
    MultipartPart,
    ParserLimitReached,
)
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from app.problem_kinds import Kind
from app.problems import Problem
from app.recognition import Upload

FIELD = "image"
FORM = "multipart/form-data"

Form = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


class InMemoryFormParser(FormDataParser):
    """Reads forms with files by `multipart`, in a twentieth of the time of werkzeug, and keeps them in memory."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Form:
        """Return the stream, and a form's fields and files.

        Raises:
            Problem: the form breaks off, or is none.
            RequestEntityTooLarge: it has too many parts, or too long a field.
        """
        if mimetype != FORM:
            found: Form = super().parse(stream, mimetype, content_length, options)
            return found
        # All of it was received into memory before.
        limit, room = self.max_form_parts or sys.maxsize, sys.maxsize
        boundary = (options or {}).get("boundary", "")
        try:
            parts = MultipartParser(stream, boundary, part_limit=limit, spool_limit=room, memory_limit=room)
            return stream, *self._sorted(parts)
        except ParserLimitReached:
            raise RequestEntityTooLarge from None
        except MultipartError as error:
            raise Problem(Kind.NOT_UNDERSTOOD, f"This is no whole form, as {FORM}: {error}. See /docs.") from None

    def _sorted(self, parts: Iterable[MultipartPart]) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Return the fields, and the files, which are the parts with a file's name, be it empty."""
        fields, files = [], []
        for part in parts:
            if part.filename is not None:
                # Not what else was said of it: the bytes decide.
                files.append((part.name, FileStorage(part.file, part.filename, part.name)))
            elif self.max_form_memory_size is not None and part.size > self.max_form_memory_size:
                raise RequestEntityTooLarge
            else:
                fields.append((part.name, part.raw.decode(errors="replace")))
        return self.cls(fields), self.cls(files)


class InMemoryRequest(Request):
    """A request whose uploads are never spooled into files; MAX_CONTENT_LENGTH bounds them."""

    form_data_parser_class = InMemoryFormParser
    max_form_parts = 100


def read_uploads(files: list[FileStorage], maximum_files: int) -> list[Upload]:
    """Return the uploads of a request.

    Raises:
        Problem: there are none, or too many.
    """
    # A form that was sent without choosing a file has one with neither name nor bytes.
    sent = [Upload(file.filename or "", file.read()) for file in files]
    chosen = [upload for upload in sent if upload.name or upload.content]
    if not chosen:
        raise Problem(Kind.NO_PICTURE, f'Send at least one picture in the field "{FIELD}".')
    if len(chosen) > maximum_files:
        raise Problem(Kind.TOO_MANY_PICTURES, f"Send at most {maximum_files} pictures at once, not {len(chosen)}.")
    return chosen
