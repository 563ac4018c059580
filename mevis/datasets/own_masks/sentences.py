"""The table of sentences: which objects of which video a sentence refers to."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from mevis.boundary.json_file import read_bytes
from mevis.boundary.names import check_part, check_path, is_blank
from mevis.errors import UserError

COLUMNS = ('video', 'sentence', 'objects')
"""What the table must have; ``split`` and ``tags`` are optional."""


@dataclass(frozen=True)
class Sentence:
    """A row of the table.

    Attributes:
        video: Folder of the video.
        text: The sentence.
        objects: Names of the objects that it refers to; none: no target.
        split: Part of the dataset that its video goes to.
        tags: Kinds of sentence.
        place: File and line, for messages.
    """

    video: str
    text: str
    objects: tuple[str, ...]
    split: str
    tags: tuple[str, ...]
    place: str


def read_sentences(path: str | Path, default_split: str = 'train') -> list[Sentence]:
    """Reads a CSV file with the columns ``video``, ``sentence`` and ``objects``.

    Objects and tags are separated by spaces or semicolons.  Commas, semicolons and tabs are
    understood as separators of columns; the header decides which.

    Args:
        path: UTF-8, with or without a byte order mark.
        default_split: Of rows without a ``split``.

    Raises:
        UserError: If a column is missing, a row has no video or no sentence, a video is in two
            splits, or there is no row; names the line.
    """
    try:
        text = read_bytes(path).decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise UserError(f'{path}: byte {error.start} is not UTF-8. Save it as UTF-8.') from error
    lines = io.StringIO(text, newline='')
    rows = csv.DictReader(lines, delimiter=_delimiter(text), strict=True)
    sentences: list[Sentence] = []
    try:
        header = [(name or '').strip().lower() for name in rows.fieldnames or ()]
        _check_header(path, header)
        rows.fieldnames = header
        for row in rows:
            place = f'{path}: line {rows.line_num}'
            if any(value for value in row.values()):
                sentences.append(_sentence(place, row, default_split))
    except csv.Error as error:
        raise UserError(
            f'{path}: line {rows.line_num + 1}: no CSV ({error}). Fix the row.'
        ) from error
    if not sentences:
        raise UserError(f'{path}: no sentences. Add a row per sentence.')
    _check_splits(sentences)
    return sentences


def _delimiter(text: str) -> str:
    header = text.partition('\n')[0]
    return max(',;\t', key=header.count)


def _check_header(path: str | Path, header: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise UserError(
            f'{path}: the header lacks {", ".join(missing)}. Its first line must name the columns'
            f' {",".join(COLUMNS)} and may name split and tags.'
        )
    twice = [name for name in header if name and header.count(name) > 1]
    if twice:
        raise UserError(f'{path}: the header names {twice[0]} twice. Keep one of them.')


def _sentence(place: str, row: dict, default_split: str) -> Sentence:
    if None in row:
        raise UserError(
            f'{place}: more values than columns. Put a sentence with commas in quotation marks.'
        )
    values = {key: (value or '').strip() for key, value in row.items()}
    for name in ('video', 'sentence'):
        if is_blank(values[name]):
            raise UserError(f'{place}: the {name} is empty. Fill it in or remove the row.')
    return Sentence(
        check_path(values['video'], f'{place}: video'),
        values['sentence'],
        tuple(dict.fromkeys(values['objects'].replace(';', ' ').split())),
        check_part(values.get('split') or default_split, f'{place}: split'),
        tuple(values.get('tags', '').replace(';', ' ').split()),
        place,
    )


def _check_splits(sentences: list[Sentence]) -> None:
    split_of: dict[str, str] = {}
    for sentence in sentences:
        split = split_of.setdefault(sentence.video, sentence.split)
        if split != sentence.split:
            raise UserError(
                f'{sentence.place}: video {sentence.video} is in split {sentence.split} here and in'
                f' {split} above. A video must be in one split only, or its score says nothing.'
            )
