"""One request: what is asked, and the files that answer it."""

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mmengine.logging import MMLogger

from mevis.apis.inference.answering import (
    UNSEEN,
    Answerer,
    ModelChoice,
    choices_of,
    describe_choice,
    write_tracks,
)
from mevis.apis.inference.frame_source import VideoSource
from mevis.apis.inference.output import MARKER, write_result
from mevis.apis.inference.result import InferenceResult
from mevis.apis.inference.video_source import open_video

OnProgress = Callable[[float, str], None]


@dataclass(frozen=True)
class Question:
    """What a visitor asks.

    Attributes:
        video: The uploaded file.
        texts: The sentences.
        choice: The model.
        stride: Every how many frames are looked at.
        max_frames: How many of these at most.
        out_dir: Where the answer goes.
    """

    video: Path
    texts: list[str]
    choice: ModelChoice
    stride: int
    max_frames: int
    out_dir: Path


@dataclass(frozen=True)
class SentenceAnswer:
    """What the page says about a sentence.

    Attributes:
        text: The sentence.
        score: In [0, 1].
        tracks: Which tracks it means, in words; empty for a model without any.
        frames: In how many frames something is marked.
    """

    text: str
    score: float
    tracks: str
    frames: int


@dataclass(frozen=True)
class Answer:
    """What the page shows.

    Attributes:
        sentences: One per sentence.
        num_frames: Frames that were looked at.
        overlay: Film of the masks.
        masks: Archive of PNG masks, one folder per sentence.
        result: JSON with RLEs.
        tracks: Film of the tracks, their numbers below; None for a model without any.
        notes: What a visitor should know.
    """

    sentences: list[SentenceAnswer]
    num_frames: int
    overlay: Path
    masks: Path
    result: Path
    tracks: Path | None
    notes: list[str] = field(default_factory=list)


def answer(question: Question, answerer: Answerer, on_progress: OnProgress) -> Answer:
    """Answers as tools/demo.py does.

    Args:
        question: What is asked.
        answerer: The model of its choice.
        on_progress: Told the share that is done, in [0, 1], and what is being done.

    Raises:
        UserError: What the command line would say.
    """
    on_progress(0.02, 'opening the video')
    video = WatchedFrames(open_video(question.video), question.max_frames, on_progress)
    inferencer, notes = answerer.inferencer_for(question.texts)
    with warnings_given() as warnings:
        result = inferencer(video, question.texts, question.stride, question.max_frames)
    notes = [*notes, *warnings]
    video.on_progress = None
    count, folder = len(result.frame_names), question.out_dir
    write_result(
        result,
        folder,
        lambda done: on_progress(0.5 + 0.35 * done / count, f'drawing: frame {done} of {count}'),
    )
    on_progress(0.87, 'drawing the tracks')
    tracks = write_tracks(result, folder)
    if tracks:
        notes = [*notes, UNSEEN]
    if count == question.max_frames:
        notes = [*notes, f'the first {count} frames were processed, as many as this server takes.']
    on_progress(0.95, 'packing the masks')
    archive = shutil.make_archive(str(folder / 'masks'), 'zip', folder, 'masks')
    sentences = [
        SentenceAnswer(one.text, one.score, describe_choice(choice), _shown(result, index))
        for index, (one, choice) in enumerate(
            zip(result.predictions, choices_of(result), strict=True)
        )
    ]
    return Answer(
        sentences,
        count,
        folder / 'overlay.mp4',
        Path(archive),
        folder / MARKER,
        tracks[0] if tracks else None,
        notes,
    )


@contextmanager
def warnings_given() -> Iterator[list[str]]:
    """Collects what the command line would warn of, each once."""
    texts: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() not in texts:
                texts.append(record.getMessage())

    logger, handler = MMLogger.get_current_instance(), Collecting(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield texts
    finally:
        logger.removeHandler(handler)


def _shown(result: InferenceResult, index: int) -> int:
    """In how many frames something is marked; one mask is in memory at a time."""
    count = len(result.frame_names)
    return sum(bool(result.masks(index, [position]).any()) for position in range(count))


class WatchedFrames(VideoSource):
    """A video that says how many of its frames were read, and not where it lies on the server.

    Args:
        source: The video.
        expected: Frames of one pass, at most.
        on_progress: Told about each frame; the first half of the work.
    """

    _PASSES = 3

    def __init__(self, source: VideoSource, expected: int, on_progress: OnProgress) -> None:
        self.name, self.fps, self.pixel_aspect = source.name, source.fps, source.pixel_aspect
        self.on_progress: OnProgress | None = on_progress
        self._source, self._expected, self._read = source, expected, 0

    def __iter__(self) -> Iterator[np.ndarray]:
        for frame in self._source:
            self._tell(1)
            yield frame

    def read(self, positions: Sequence[int]) -> np.ndarray:
        """Reads frames."""
        frames = self._source.read(positions)
        self._tell(len(positions))
        return frames

    def frame_indices(self, num_frames: int) -> list[int]:
        """Those of the video."""
        return self._source.frame_indices(num_frames)

    def frame_names(self, num_frames: int) -> list[str]:
        """Those of the video."""
        return self._source.frame_names(num_frames)

    def frame_times(self, num_frames: int) -> list[float]:
        """Those of the video."""
        return self._source.frame_times(num_frames)

    def _tell(self, count: int) -> None:
        if self.on_progress is None:
            return
        self._read += count
        share = min(self._read / (self._PASSES * self._expected), 1)
        self.on_progress(0.05 + 0.45 * share, f'looking: {self._read} frames read')
