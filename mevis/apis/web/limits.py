"""What one visitor of the page may ask of the machine."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mevis.apis.inference.inferencer import checked_texts
from mevis.errors import UserError


@dataclass(frozen=True)
class WebLimits:
    """Limits of a request, and of all of them together.

    Attributes:
        max_mb: Size of an uploaded video.
        max_pixels: Height times width of a frame.
        max_frames: Frames that are processed; those of a longer video are left out.
        max_seconds: Time that an answer may take, after which its process is ended.
        max_sentences: Sentences of a request.
        max_characters: Length of a sentence.
        max_waiting: Requests that wait; more are turned away.
        max_disk_mb: Uploads and answers of all visitors; more uploads are refused.
        keep_minutes: How long files are kept for their visitor.
    """

    max_mb: int = 100
    max_pixels: int = 3840 * 2160
    max_frames: int = 300
    max_seconds: int = 300
    max_sentences: int = 8
    max_characters: int = 300
    max_waiting: int = 10
    max_disk_mb: int = 2000
    keep_minutes: int = 60


def sentences_of(text: str, limits: WebLimits) -> list[str]:
    """The sentences of a text field, one per line.

    Raises:
        UserError: If there are none, or more or longer ones than is allowed.
    """
    sentences = [line.strip() for line in (text or '').splitlines() if line.strip()]
    if len(sentences) > limits.max_sentences:
        raise UserError(
            f'{len(sentences)} sentences; this server takes {limits.max_sentences} at once. Ask'
            ' the others afterwards.'
        )
    for number, sentence in enumerate(sentences, 1):
        if len(sentence) > limits.max_characters:
            raise UserError(
                f'sentence {number} has {len(sentence)} characters; this server takes'
                f' {limits.max_characters}. Write one sentence per line.'
            )
    return checked_texts(sentences)


def check_upload(path: str | Path | None, limits: WebLimits) -> Path:
    """The video of a request.

    Raises:
        UserError: If there is none, or it is larger than is allowed.
    """
    if not path:
        raise UserError('no video: upload one, or click on an example.')
    file = Path(path)
    size = file.stat().st_size
    if size > limits.max_mb * 1_000_000:
        raise UserError(
            f'{file.name}: {size / 1e6:.0f} MB; this server takes {limits.max_mb} MB. Cut the clip'
            ' or lower its resolution.'
        )
    return file


def bytes_below(folders: Sequence[str | Path]) -> int:
    """Size of all files in folders, those left out that vanish meanwhile."""
    return sum(size for folder in folders for size in _sizes(str(folder)))


def _sizes(folder: str) -> Iterator[int]:
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(parent, name)).st_size
            except OSError:
                continue
