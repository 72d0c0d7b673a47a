"""Uploads: kept in memory, never in files, and counted."""

import io
from typing import IO

from flask import Request
from werkzeug.datastructures import FileStorage

from app.problem_kinds import Kind
from app.problems import Problem
from app.recognition import Upload

FIELD = "image"


class InMemoryRequest(Request):
    """A request whose uploads are never spooled into files; MAX_CONTENT_LENGTH bounds them."""

    max_form_parts = 100

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Return where to put an upload."""
        return io.BytesIO()


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
