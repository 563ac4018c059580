"""Predictions of a model on disk, video by video, so that an interrupted test can resume."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import asdict

from mevis.boundary.formats import StoredPredictions, StoredScore
from mevis.boundary.json_file import checked_json, read_json
from mevis.boundary.names import path_below
from mevis.boundary.rle import check_track, rle_size
from mevis.errors import UserError
from mevis.structures import ExpressionPrediction
from mevis.structures.atomic_write import atomic_write_text

_MANIFEST = 'made_of.json'


@dataclass(frozen=True)
class VideoPredictions:
    """The answers to all expressions of a video.

    Attributes:
        frame_names: Its frames, in the order of the masks.
        answers: Expression id -> answer.
        record: What a metric noted of the video when it was answered, such as its scores.
    """

    frame_names: tuple[str, ...]
    answers: Mapping[str, ExpressionPrediction]
    record: Any = None


class PredictionStore:
    """A folder with one JSON file of run-length codes per video.

    ``made_of.json`` says what the answers follow from (config, checkpoint, split); a folder made
    of something else is refused, so that answers of two models never mix.  ``videos/<video>.json``
    is either whole or absent.

    Args:
        root: The folder; made if it does not exist.
        made_of: Item -> value, or None to read a folder whatever it was made of.
        option: How the user names the folder, for messages.

    Raises:
        UserError: If the folder was made of something else (the message names the items that
            differ), holds other files, or is no such folder.
    """

    def __init__(
        self,
        root: str | Path,
        made_of: Mapping[str, str] | None = None,
        option: str = '--work-dir',
    ) -> None:
        self.root = Path(root)
        self.option = option
        if made_of is None:
            if not self.is_store(root):
                raise UserError(
                    f'{root}: no predictions of tools/test.py ({_MANIFEST}). Name its'
                    ' <work-dir>/predictions.'
                )
        else:
            self._claim(dict(made_of))

    @staticmethod
    def is_store(root: str | Path) -> bool:
        """Whether the folder is one that this class has written."""
        return (Path(root) / _MANIFEST).is_file()

    def videos_done(self) -> set[str]:
        """The videos whose answers are there, and whole: what was cut off is made again."""
        folder = self.root / 'videos'
        paths = [path for path in folder.rglob('*.json') if path.name[0] != '.']
        return {
            path.relative_to(folder).as_posix().removesuffix('.json')
            for path in paths
            if _is_whole(path)
        }

    def write(
        self,
        video: str,
        frame_names: Sequence[str],
        answers: Sequence[ExpressionPrediction],
        record: Any = None,
    ) -> None:
        """Writes the answers to all expressions of a video; nothing if they are there already.

        Args:
            video: Its name.
            frame_names: Its frames.
            answers: One per expression.
            record: JSON-ready notes that are kept with them.

        Raises:
            OSError: If the file cannot be written; what was there before is intact.
        """
        if self._path(video).is_file() and _is_whole(self._path(video)):
            return
        entries = {
            answer.exp_id: {
                'text': answer.text,
                'score': answer.score,
                'presence': answer.presence,
                'rles': answer.rles,
            }
            for answer in answers
        }
        content = {'frames': list(frame_names), 'expressions': entries, 'record': record}
        atomic_write_text(self._path(video), json.dumps(content) + '\n')

    def read(self, video: str) -> VideoPredictions:
        """The answers to all expressions of a video.

        Raises:
            UserError: If the file is absent or damaged; names the fix.
        """
        path = self._path(video)
        mend = 'Delete it and run tools/test.py again, which completes what is missing.'
        content = read_json(path, StoredPredictions, mend, 'Run tools/test.py again.')
        frame_names = tuple(content.frames)
        answers = {
            exp_id: ExpressionPrediction(exp_id, **asdict(entry))
            for exp_id, entry in content.expressions.items()
        }
        size: tuple[int, int] | None = None
        for exp_id, answer in answers.items():
            place = f'{path}: expression {exp_id}'
            if answer.rles and answer.rles[0] is not None:
                size = size or rle_size(answer.rles[0], place)
            check_track(answer.rles, size or (), len(frame_names), place)
        return VideoPredictions(frame_names, answers, content.record)

    def read_scores(self, video: str) -> dict[str, StoredScore]:
        """The scores of a video by expression; none where it was tested without ground truth.

        Raises:
            UserError: If the file is absent or damaged; names the key.
        """
        path = self._path(video)
        mend = 'Delete it and run tools/test.py again.'
        record = self.read(video).record
        return {} if record is None else checked_json(record, dict[str, StoredScore], path, mend)

    def remove_leftovers(self) -> None:
        """Removes what processes left that were killed while they wrote.

        Call it while nobody writes.
        """
        for path in (self.root / 'videos').rglob('.*.json'):
            path.unlink(missing_ok=True)

    def _path(self, video: str) -> Path:
        return path_below(self.root / 'videos', video, '.json')

    def _claim(self, made_of: dict[str, str]) -> None:
        manifest = self.root / _MANIFEST
        # Other ranks and shards open the folder at the same time: what is not there before one has
        # looked around may be there after.
        if not manifest.is_file() and self._holds_files() and not manifest.is_file():
            raise UserError(
                f'{self.root}: holds files, but no {_MANIFEST}, so they are no answers of'
                ' tools/test.py. Choose another folder.'
            )
        if not manifest.is_file():
            atomic_write_text(manifest, json.dumps(made_of, indent=1) + '\n')
        self._check(made_of)

    def _holds_files(self) -> bool:
        return self.root.is_dir() and any(path.name[0] != '.' for path in self.root.iterdir())

    def made_of(self) -> dict[str, Any]:
        """What the answers follow from, item by item.

        Raises:
            UserError: If the folder does not say it.
        """
        return read_json(self.root / _MANIFEST, dict[str, Any], 'Choose another folder.')

    def _check(self, made_of: dict[str, Any]) -> None:
        found = self.made_of()
        differing = [key for key in {**found, **made_of} if found.get(key) != made_of.get(key)]
        if differing:
            changes = '; '.join(
                f'{key} (there {found.get(key)}, now {made_of.get(key)})' for key in differing
            )
            raise UserError(
                f'{self.root}: holds predictions of another {changes}.'
                f' Choose another {self.option},'
                ' or delete the folder.'
            )


def _is_whole(path: Path) -> bool:
    """Whether a file ends as it was written: in its JSON there is no line break."""
    with path.open('rb') as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 1))
        if file.read() == b'\n':
            return True
    try:  # of an earlier version, which wrote no line break
        msgspec.json.decode(path.read_bytes(), type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
