"""Sentences that come as recordings become annotations with text."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from mevis.boundary.audio import read_audio
from mevis.boundary.json_file import checked_json, parse_json, read_bytes
from mevis.boundary.names import check_part, check_path
from mevis.errors import UserError
from mevis.structures.atomic_write import atomic_write_text
from mevis.transcribers.base import Transcriber

PLACES = ('{video}', '{exp_id}')
"""What a pattern of recordings must say."""


class _Video(Struct):
    expressions: dict[str, dict[str, Any]]


class _Annotations(Struct):
    videos: dict[str, _Video]


def transcribe_annotations(
    annotations: str | Path,
    pattern: str,
    transcriber: Transcriber,
    out: str | Path,
    on_sentence: Callable[[int, int], None] = lambda done, total: None,
) -> list[tuple[str, str]]:
    """Writes annotations whose texts are what is heard; all else stays as it is.

    Args:
        annotations: A file in MeViS format, whose expressions may lack ``exp``.
        pattern: Of the recordings, such as ``audio/{video}/{exp_id}.wav``.
        transcriber: Writes down what is said.
        out: The file to write, when all is heard.
        on_sentence: Told after each recording how many of how many are done.

    Returns:
        (video, expression id) of those in which nothing was understood; their text is empty.

    Raises:
        UserError: If the pattern does not tell recordings apart, or one is missing or damaged.
    """
    absent = [place for place in PLACES if place not in pattern]
    if absent:
        raise UserError(
            f'{pattern}: the pattern of the recordings lacks {" and ".join(absent)}, so several'
            ' sentences would have one recording. Example: audio/{video}/{exp_id}.wav'
        )
    path = Path(annotations)
    content = parse_json(read_bytes(path), path)
    checked_json(content, _Annotations, path)
    recordings = {
        (name, exp_id): _recording(path, pattern, name, exp_id)
        for name, video in content['videos'].items()
        for exp_id in video['expressions']
    }
    # Looked for first: hours of listening should not end at a missing file.
    missing = [file for file in recordings.values() if not file.is_file()]
    if missing:
        raise UserError(
            f'{missing[0]}: no such recording ({len(missing)} of {len(recordings)} are missing).'
            ' Check the pattern.'
        )
    unheard = []
    for done, ((name, exp_id), file) in enumerate(recordings.items(), 1):
        text = ' '.join(transcriber(read_audio(file, transcriber.sample_rate)).split())
        content['videos'][name]['expressions'][exp_id]['exp'] = text
        unheard += [] if text else [(name, exp_id)]
        on_sentence(done, len(recordings))
    atomic_write_text(out, json.dumps(content, ensure_ascii=False) + '\n')
    return unheard


def _recording(path: Path, pattern: str, video: str, exp_id: str) -> Path:
    check_path(video, f'{path}: video')
    check_part(exp_id, f'{path}: video {video}, expression')
    parts = {PLACES[0]: video, PLACES[1]: exp_id}
    # In one pass: the name of a video may hold braces.
    return Path(re.sub('|'.join(PLACES), lambda place: parts[place[0]], pattern))
