"""A trained model as a function of frames that come one after another."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from mevis.apis.inference.inferencer import RefVidSegInferencer, no_answers
from mevis.apis.streaming.video_stream import VideoStream
from mevis.errors import UserError
from mevis.models import BaseRefVidSegmentor
from mevis.refiners import IdentityRefiner


class StreamingInferencer:
    """Answers sentences about videos that nobody has seen the end of.

    MUTR answers in windows (``model.windows``), a selector among tracks frame by frame
    (``model.answer_delay``) where its tracks come from an online DVIS::

        streaming = StreamingInferencer(config, checkpoint)
        video = streaming.open(['the dog that jumps'])
        for frame in camera:
            for answered in video.push(frame):
                show(answered.image, answered.masks)
        rest = video.finish()

    Args:
        config: A config, or its file.
        checkpoint: Its weights.
        device: Such as ``cpu`` or ``cuda:1``;
            the GPU where there is one if None.
        cfg_options: Overrides of a config file, such as ``{'model.windows.length': 24}``.
        unsafe_unpickle: Load a file that must be unpickled, which runs the code in it.
        allow_untrained: Load a file that lacks parts of the model; they stay as initialised.

    Raises:
        UserError: If config and weights do not fit, or the model has a mask refiner or answers
            whole videos only.
        FileNotFoundError: If the checkpoint does not exist.
    """

    def __init__(
        self,
        config: str | Path | Config,
        checkpoint: str | Path,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        unsafe_unpickle: bool = False,
        allow_untrained: bool = False,
    ) -> None:
        self._whole = RefVidSegInferencer(
            config, checkpoint, device, cfg_options, unsafe_unpickle, allow_untrained
        )
        self.model = self._whole.model
        if not isinstance(self.model, BaseRefVidSegmentor):
            raise UserError(no_answers(self.model))
        refiner = self.model.refiner
        if not isinstance(refiner, IdentityRefiner):
            raise UserError(
                f'{type(refiner).__name__} refines the masks of whole videos. Stream without it'
                ' (--cfg-options model.refiner.type=IdentityRefiner), and refine what was answered'
                ' by tools/refine.py.'
            )
        self.model.stream()  # says now, and not after the first frame, that it cannot

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self._whole.device

    def open(self, texts: str | Sequence[str] = (), name: str = 'stream') -> VideoStream:
        """Opens a video.

        Args:
            texts: Sentences; more can be asked at any time.
            name: Of the video, for errors.

        Raises:
            UserError: If a sentence is empty.
        """
        whole = self._whole
        stream = VideoStream(self.model.stream(name), whole.resized, whole.normalized, self.device)
        if texts:
            stream.ask(texts)
        return stream
