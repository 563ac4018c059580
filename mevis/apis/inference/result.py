"""The answers to some sentences about one video, and what can be made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mevis.apis.inference.frame_source import VideoSource
from mevis.apis.inference.output import overlay_frames, write_result
from mevis.structures import ExpressionPrediction, decode_rle


@dataclass(frozen=True)
class InferenceResult:
    """The answers to some sentences about one video.

    Attributes:
        video: Its name.
        fps: Frames per second of those that were answered.
        size: (H, W) of frames and masks.
        frame_names: Names of the frames that were answered, without extension.
        frame_indices: Where in the video they are; frames that were skipped have no masks.
        predictions: One per sentence, in the order of the question.
        frame_times: When they are shown, seconds from the first of the video.
        source: The frames, to be drawn on.
    """

    video: str
    fps: float
    size: tuple[int, int]
    frame_names: list[str]
    frame_indices: list[int]
    predictions: list[ExpressionPrediction]
    frame_times: list[float]
    source: VideoSource = field(repr=False)

    def masks(self, index: int, positions: Sequence[int] | None = None) -> np.ndarray:
        """The masks of a sentence, (T, H, W) bool; in all frames, or at some positions."""
        answer = self.predictions[index]
        chosen = range(len(answer.rles)) if positions is None else positions
        return decode_rle([answer.rles[p] for p in chosen], self.size, answer.text)

    @property
    def texts(self) -> list[str]:
        """The sentences."""
        return [answer.text for answer in self.predictions]

    @property
    def scores(self) -> list[float]:
        """Confidence in each answer, in [0, 1]."""
        return [answer.score for answer in self.predictions]

    def overlay(self) -> Iterator[np.ndarray]:
        """Yields the frames with the masks on them and the sentences below, (H', W', 3) uint8."""
        return overlay_frames(
            self.source, self.size, self.texts, [answer.rles for answer in self.predictions]
        )

    def save(self, folder: str | Path) -> list[Path]:
        """Writes overlay video, contact sheet, PNG masks and JSON; see :func:`write_result`.

        Returns:
            The files and folders.
        """
        return write_result(self, folder)

    def detections(self, position: int) -> dict[str, Any]:
        """The answers in one frame, as the arguments of ``supervision.Detections``.

        A sentence whose mask is empty in the frame is left out::

            supervision.Detections(**result.detections(0))

        Args:
            position: Of the frame, from 0 to T - 1.

        Returns:
            ``xyxy`` (n, 4) float32, pixels; ``mask`` (n, H, W) bool; ``confidence`` (n,) float32;
            ``class_id`` (n,) int, which sentence; ``data``: ``class_name`` (n,), the sentences.
        """
        rles = [answer.rles[position] for answer in self.predictions]
        masks = decode_rle(rles, self.size, self.video)
        shown = np.flatnonzero(masks.any((1, 2)))
        return {
            'xyxy': np.array([_box(masks[index]) for index in shown], np.float32).reshape(-1, 4),
            'mask': masks[shown],
            'confidence': np.array(self.scores, np.float32)[shown],
            'class_id': shown.astype(int),
            'data': {'class_name': np.array(self.texts)[shown]},
        }

    def to_dict(self) -> dict[str, Any]:
        """The answers, JSON-ready; masks are COCO RLE, one per frame."""
        return {
            'video': self.video,
            'source': self.source.location,
            'fps': self.fps,
            'size': list(self.size),
            'frames': self.frame_names,
            'frame_indices': self.frame_indices,
            'times': [round(time, 6) for time in self.frame_times],
            'answers': [
                {'text': answer.text, 'score': answer.score, 'rles': answer.rles}
                for answer in self.predictions
            ],
        }


def _box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, and exclusive right and bottom of a mask (H, W) bool that is not empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
