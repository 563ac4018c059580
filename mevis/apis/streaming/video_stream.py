"""One video that still goes on: frames in, answers out.

Shapes: S sentences asked so far, (H, W) frames of the video.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mevis.errors import UserError
from mevis.models.answer_stream import AnswerStream
from mevis.structures import decode_rle
from mevis.structures.mask_rle import Rle
from mevis.structures.streaming import FrameAnswer, StreamFrame


@dataclass(frozen=True)
class StreamedFrame:
    """The answers to one frame.

    Attributes:
        index: The frame, from 0.
        texts: The sentences that were asked when it was answered.
        rles: A mask per sentence, COCO RLE; None where a sentence came too late for the frame.
        scores: Confidence in each mask, in [0, 1].
        image: The frame, (H, W, 3) uint8 RGB.
    """

    index: int
    texts: list[str]
    rles: list[Rle | None]
    scores: list[float]
    image: np.ndarray = field(repr=False)

    @property
    def masks(self) -> np.ndarray:
        """(S, H, W) bool; empty where a sentence came too late."""
        return decode_rle(self.rles, self.image.shape[:2], f'frame {self.index}')

    def to_dict(self) -> dict[str, Any]:
        """The answers, JSON-ready."""
        answers = zip(self.texts, self.scores, self.rles, strict=True)
        return {
            'frame': self.index,
            'answers': [{'text': text, 'score': score, 'rle': rle} for text, score, rle in answers],
        }


class VideoStream:
    """Takes the frames of one video; :meth:`StreamingInferencer.open` makes one.

    Every frame is answered once, in order.  In memory are the frames that wait for their answer
    and what the model keeps.

    Args:
        answers: Of the model.
        resize: A frame (H, W, 3) uint8 as the model looks at it.
        normalize: Sentences as the model is asked them.
        device: Of the model.
    """

    def __init__(
        self,
        answers: AnswerStream,
        resize: Callable[[np.ndarray], np.ndarray],
        normalize: Callable[[Sequence[str]], list[str]],
        device: torch.device,
    ) -> None:
        self._answers = answers
        self._resize = resize
        self._normalize = normalize
        self._device = device
        self._texts: list[str] = []
        self._count = 0
        self._size: tuple[int, int] | None = None
        self._finished = False
        self._images: dict[int, np.ndarray] = {}

    @property
    def texts(self) -> list[str]:
        """The sentences that were asked so far."""
        return list(self._texts)

    def ask(self, texts: str | Sequence[str]) -> None:
        """Adds sentences; frames that are not answered yet are answered for them too.

        Raises:
            UserError: If there is none, or an empty one, or the video is finished.
        """
        from mevis.apis.inference.inferencer import checked_texts

        self._check_goes_on('a sentence')
        new = checked_texts(texts)
        for text in self._normalize(new):
            self._answers.ask(text)
        self._texts += new

    @torch.no_grad()
    def push(self, frame: np.ndarray) -> list[StreamedFrame]:
        """Takes the next frame.

        Args:
            frame: (H, W, 3) uint8 RGB.

        Returns:
            The frames whose answers are now known, in order; often none.

        Raises:
            UserError: If it is no such frame, of another size than those before, or the video is
                finished.
        """
        self._check_goes_on('a frame')
        self._check_frame(frame)
        # The caller may write the next frame into the same memory, as cameras do.
        image = frame.copy()
        self._images[self._count] = image
        pushed = StreamFrame(self._count, image.shape[:2], self._inputs(image), image)
        self._count += 1
        return self._with_images(self._answers.push(pushed))

    @torch.no_grad()
    def finish(self) -> list[StreamedFrame]:
        """Answers the frames that are left; the video is over.

        Raises:
            UserError: If there was no frame, or the video is finished already.
        """
        self._check_goes_on('an end')
        if not self._count:
            raise UserError('a stream without frames: there is nothing to answer.')
        self._finished = True
        return self._with_images(self._answers.finish())

    def _inputs(self, image: np.ndarray) -> Tensor:
        resized = np.ascontiguousarray(self._resize(image).transpose(2, 0, 1))
        return torch.from_numpy(resized).to(self._device)

    def _check_goes_on(self, what: str) -> None:
        if self._finished:
            raise UserError(f'{what} after finish(): open another stream for another video.')

    def _check_frame(self, frame: np.ndarray) -> None:
        kind = getattr(frame, 'dtype', type(frame).__name__)
        shape = tuple(getattr(frame, 'shape', ()))
        if len(shape) != 3 or shape[-1] != 3 or not all(shape) or kind != np.uint8:
            raise UserError(
                f'frame {self._count}: shape {shape} and type {kind}; needed: an array (H, W, 3),'
                ' uint8, RGB.'
            )
        self._size = self._size or shape[:2]
        if shape[:2] != self._size:
            raise UserError(
                f'frame {self._count} is {shape[0]}x{shape[1]} (height x width), those before are'
                f' {self._size[0]}x{self._size[1]}: finish() this stream and open another.'
            )

    def _with_images(self, answers: Sequence[FrameAnswer]) -> list[StreamedFrame]:
        return [
            StreamedFrame(
                answer.index,
                self._texts[: len(answer.rles)],
                answer.rles,
                answer.scores,
                self._images.pop(answer.index),
            )
            for answer in answers
        ]
