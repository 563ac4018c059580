"""MUTR over a video of any length, window by window.

Shapes: T frames, N queries, C channels, (h, w) cells at stride 4.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from mevis.models.answer_stream import AnswerStream
from mevis.models.drawn_answer import DrawnAnswer
from mevis.models.frame_windows import FrameWindows, Window, WindowPlan
from mevis.structures import ExpressionPrediction, InstanceMasks, RefVidSegDataSample
from mevis.structures.mask_rle import Rle
from mevis.structures.streaming import FrameAnswer, StreamFrame

Draw = Callable[[DrawnAnswer, int], list[Rle]]


class WindowModel(Protocol):
    """What is asked of the model; see :class:`MUTR`."""

    def encode_video(self, video: Tensor, sample: RefVidSegDataSample) -> Any:
        """What no expression changes."""

    def answer_after(
        self, video: Any, expression: str, earlier: Tensor | None
    ) -> tuple[DrawnAnswer, Tensor]:
        """The answer, and the video query (N, C) that it was found by."""


@dataclass
class _Asked:
    """One sentence; the query of the last window, and its answer to the frames that wait."""

    text: str
    query: Tensor | None = None
    answer: DrawnAnswer | None = None
    waiting: Tensor | None = None


class WindowStream(AnswerStream):
    """The answers of a model to windows of a video, joined.

    In memory are the small frames of one window, its features, and per sentence the logits of the
    frames that wait for the next window, whatever the length of the video.

    Args:
        model: The model.
        windows: How the video is cut.
        draw: Makes RLEs of an answer to the sentence of a number, by
            ``BaseRefVidSegmentor.drawn_rles``.
        instances: Tracks of every frame of the video, for models that use them.
        num_video_frames: Frames of the video, where that is known.
    """

    def __init__(
        self,
        model: WindowModel,
        windows: FrameWindows,
        draw: Draw,
        instances: InstanceMasks | None = None,
        num_video_frames: int | None = None,
    ) -> None:
        self._model = model
        self._windows = windows
        self._plan = WindowPlan(windows)
        self._draw = draw
        self._instances = instances
        self._num_video_frames = num_video_frames
        self._frames: deque[StreamFrame] = deque(maxlen=windows.length)
        self._waiting: list[int] = []
        self._asked: list[_Asked] = []

    def ask(self, text: str) -> None:
        """Adds a sentence; the next window answers it."""
        self._asked.append(_Asked(text))

    def push(self, frame: StreamFrame) -> list[FrameAnswer]:
        """Takes a frame; answers when it completes a window."""
        self._frames.append(frame)
        self._waiting.append(frame.index)
        window = self._plan.add()
        return self._look(window) if window else []

    def finish(self) -> list[FrameAnswer]:
        """Looks at the frames that no window held, and answers all that wait."""
        window = self._plan.close()
        if window:
            return self._look(window)
        return self._give(len(self._waiting)) if self._waiting else []

    def _look(self, window: Window) -> list[FrameAnswer]:
        frames = list(self._frames)[-(window.stop - window.start) :]
        video = torch.stack([frame.inputs for frame in frames])
        encoded = self._model.encode_video(video, self._sample(frames))
        for asked in self._asked:
            earlier = asked.query if self._windows.carry_over else None
            asked.answer, asked.query = self._model.answer_after(encoded, asked.text, earlier)
            logits = asked.answer.logits()[window.pending - window.start :]
            asked.waiting = join(asked.waiting, logits)
        return self._give(window.final - window.pending)

    def _sample(self, frames: Sequence[StreamFrame]) -> RefVidSegDataSample:
        indices = [frame.index for frame in frames]
        sample = RefVidSegDataSample(
            metainfo=dict(
                frame_indices=indices,
                num_video_frames=self._num_video_frames or indices[-1] + 1,
                img_shape=tuple(frames[-1].inputs.shape[-2:]),
                ori_shape=tuple(frames[-1].size),
            )
        )
        if self._instances is not None:
            sample.instances = self._instances
        return sample

    def _give(self, count: int) -> list[FrameAnswer]:
        """Answers the first of the frames that wait."""
        drawn = [self._drawn(number, count) for number in range(len(self._asked))]
        answers = [asked.answer for asked in self._asked]
        scores = [answer.score if answer else 0.0 for answer in answers]
        presences = [answer.presence if answer else 0.0 for answer in answers]
        given, self._waiting = self._waiting[:count], self._waiting[count:]
        return [
            FrameAnswer(index, [rles[place] for rles in drawn], scores, presences)
            for place, index in enumerate(given)
        ]

    def _drawn(self, number: int, count: int) -> Sequence[Rle | None]:
        asked = self._asked[number]
        if asked.answer is None or asked.waiting is None:
            return [None] * count
        # A copy of those that wait on: a view would keep the logits of all of the window.
        logits, asked.waiting = asked.waiting[:count], asked.waiting[count:].clone()
        rles = self._draw(replace(asked.answer, logits=lambda: logits), number)
        asked.answer = replace(asked.answer, logits=lambda: logits[:0])
        return rles


def join(earlier: Tensor | None, logits: Tensor) -> Tensor:
    """Joins what two windows say of frames that both hold, from the one over to the other.

    Args:
        earlier: (P, h, w) logits of the first window for the first P of the T frames.
        logits: (T, h, w) logits of the second.

    Returns:
        (T, h, w): the share of the second rises evenly over the P frames.
    """
    if earlier is None or not len(earlier):
        return logits
    count = len(earlier)
    share = torch.arange(1, count + 1, device=logits.device) / (count + 1)
    mixed = torch.lerp(earlier, logits[:count], share[:, None, None].to(logits))
    return torch.cat((mixed, logits[count:]))


def answer_in_windows(
    model: Any, windows: FrameWindows, video: Tensor, sample: RefVidSegDataSample
) -> list[ExpressionPrediction]:
    """Answers the expressions of a whole video as its windows do.

    Args:
        model: A segmentor that is a :class:`WindowModel`.
        windows: How the video is cut.
        video: (T, 3, h, w) uint8.
        sample: Its sample.

    Returns:
        Answers whose score is the mean over the frames and whose presence the highest of any
        window.
    """
    expressions = sample.expressions

    def draw(answer: DrawnAnswer, number: int) -> list[Rle]:
        where = f'video {sample.video}, expression {expressions[number].exp_id}'
        return model.drawn_rles(answer, where)

    stream = WindowStream(model, windows, draw, sample.get('instances'), sample.num_video_frames)
    for expression in expressions:
        stream.ask(expression.text)
    size, answers = tuple(sample.ori_shape), []
    for index, inputs in zip(sample.frame_indices, video, strict=True):
        answers += stream.push(StreamFrame(index, size, inputs))
    answers += stream.finish()
    return [
        ExpressionPrediction(
            expression.exp_id,
            expression.text,
            [answer.rles[number] for answer in answers],
            running_mean(answer.scores[number] for answer in answers),
            max(answer.presences[number] for answer in answers),
        )
        for number, expression in enumerate(expressions)
    ]


def running_mean(values: Iterable[float]) -> float:
    """The mean, which of equal values is that value to the last bit."""
    mean = 0.0
    for count, value in enumerate(values, 1):
        mean += (value - mean) / count
    return mean
