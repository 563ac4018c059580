"""A trained model as a function: video and sentences in, masks out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

import mevis.datasets
import mevis.models
import mevis.refiners  # noqa: F401 - register what configs name
from mevis.apis.configs.errors import config_errors
from mevis.apis.configs.loading import load_config
from mevis.apis.configs.values import require
from mevis.apis.inference.device import usable_device
from mevis.apis.inference.published import published_model
from mevis.apis.inference.result import InferenceResult
from mevis.apis.inference.video_source import ChosenFrames, Video, VideoSource, open_video
from mevis.apis.running.runner import install_safe_loader
from mevis.boundary.names import is_blank
from mevis.checkpoints.loading import load_into
from mevis.datasets.transforms.image_size import ROUNDINGS, resize_frame
from mevis.errors import UserError
from mevis.registry import MODELS, TRANSFORMS
from mevis.structures import Expression, FrameReader

_LOADERS = ('LoadClipFrames', 'LoadResizedFrames')


class RefVidSegInferencer:
    """Answers sentences about any video, by the same path as tools/test.py.

    Frames are resized as the test pipeline of the config says while they are read, so a long video
    never exists at full size.

    Args:
        config: A config, or its file.
        checkpoint: Its weights.
        device: Such as ``cpu`` or ``cuda:1``;
            the GPU where there is one if None.
        cfg_options: Overrides of a config file.
        unsafe_unpickle: Load a file that must be unpickled, which runs the code in it.
        allow_untrained: Load a file that lacks parts of the model; they stay as initialised.

    Raises:
        UserError: If config and weights do not fit or the device is not there.
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
        cfg = config if isinstance(config, Config) else load_config(config, cfg_options)
        self.device = usable_device(device)
        init_default_scope('mevis')
        install_safe_loader(unsafe_unpickle)
        require(cfg, ('model',), 'answer')
        with config_errors(cfg):
            self._loader, self._pipeline = _test_pipeline(cfg)
            self.model = MODELS.build(cfg.model)
        load_into(self.model, checkpoint, unsafe=unsafe_unpickle, allow_untrained=allow_untrained)
        self.model.to(self.device).eval()

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
    ) -> 'RefVidSegInferencer':
        """Loads a published model: a folder with ``config.json`` and ``model.safetensors``.

        ``tools/publish_model.py`` writes such a folder.  Nothing in it is run, and nothing is
        downloaded.

        Args:
            folder: The folder.
            device: As in the constructor.
            cfg_options: Overrides of its config.

        Raises:
            UserError: If the folder is not one of a published model; names what is missing.
        """
        return cls(*published_model(folder), device, cfg_options)

    @torch.no_grad()
    def __call__(
        self,
        video: Video,
        texts: str | Sequence[str],
        stride: int = 1,
        max_frames: int | None = None,
    ) -> InferenceResult:
        """Answers sentences about a video.

        What does not depend on the sentence is computed once, so ask all sentences at once.

        Args:
            video: Whatever :func:`open_video` opens: a file, a folder of frames, frames in memory.
            texts: One sentence or several.
            stride: Look at every ``stride``-th frame only.  The others get no masks; those that
                are seen keep their times.
            max_frames: Process at most this many frames, from the beginning.

        Raises:
            UserError: If a sentence is empty, the video cannot be read, or the model finds
                instances and answers no sentences.
        """
        sentences = checked_texts(texts)
        source = ChosenFrames(open_video(video), stride, max_frames)
        results = self._read(source)
        results['expressions'] = [Expression(str(i), text) for i, text in enumerate(sentences)]
        for transform in self._pipeline:
            results = transform(results)
        batch = {'inputs': [results['inputs']], 'data_samples': [results['data_samples']]}
        sample = self.model.test_step(batch)[0]
        if 'predictions' not in sample:
            raise UserError(no_answers(self.model))
        # The model saw normalised sentences; users find theirs.
        predictions = [
            replace(answer, text=text)
            for answer, text in zip(sample.predictions, sentences, strict=True)
        ]
        return InferenceResult(
            source.name,
            source.fps,
            tuple(sample.ori_shape),
            list(sample.frame_names),
            list(sample.frame_indices),
            predictions,
            source.frame_times(len(sample.frame_names)),
            source,
        )

    def _read(self, source: VideoSource) -> dict[str, Any]:
        """What the first transform of the pipeline gives, for a video that is in no dataset."""
        frames: list[np.ndarray] = []
        for frame in source:
            if not frames:
                ori_shape = frame.shape[:2]
                img_shape = self._size(ori_shape)
            frames.append(resize_frame(frame, img_shape))
        count = len(frames)
        names, indices = source.frame_names(count), source.frame_indices(count)
        return _as_loaded(source.name, np.stack(frames), names, indices, ori_shape, source.read)

    def resized(self, frame: np.ndarray) -> np.ndarray:
        """A frame (H, W, 3) uint8 at the size that the model looks at."""
        return resize_frame(frame, self._size(frame.shape[:2]))

    def normalized(self, texts: Sequence[str]) -> list[str]:
        """Sentences as the test pipeline hands them to the model."""
        frame = np.zeros((1, 32, 32, 3), np.uint8)
        results = _as_loaded('video', frame, ['00000'], [0], (32, 32), frame.__getitem__)
        results['expressions'] = [Expression(str(i), text) for i, text in enumerate(texts)]
        for transform in self._pipeline:
            results = transform(results)
        return [expression.text for expression in results['data_samples'].expressions]

    def _size(self, size: tuple[int, int]) -> tuple[int, int]:
        if self._loader['type'] == 'LoadClipFrames':
            return size
        size_of = ROUNDINGS[self._loader.get('rounding', 'detr')]
        return size_of(size, self._loader['short_side'], self._loader.get('max_long_side'))


def _as_loaded(
    name: str,
    frames: np.ndarray,
    frame_names: list[str],
    indices: list[int],
    ori_shape: tuple[int, int],
    read: FrameReader,
) -> dict[str, Any]:
    """What the first transform of a test pipeline gives."""
    return {
        'video': name,
        'frames': frames,
        'frame_names': frame_names,
        'frame_indices': indices,
        'num_video_frames': indices[-1] + 1,
        'ori_shape': tuple(ori_shape),
        'img_shape': tuple(frames.shape[1:3]),
        'flip': False,
        'read_frames': read,
        'test_mode': True,
    }


def checked_texts(texts: str | Sequence[str]) -> list[str]:
    """The sentences as a list.

    Raises:
        UserError: If there is none, or an empty one.
    """
    sentences = [texts] if isinstance(texts, str) else list(texts)
    if not sentences:
        raise UserError('no sentence: say which object is meant, such as "the dog that jumps".')
    for number, text in enumerate(sentences, 1):
        if is_blank(text):
            raise UserError(f'sentence {number} is empty: say which object is meant.')
    return sentences


def no_answers(model: Any) -> str:
    """What is said of a model that finds instances only."""
    return (
        f'{type(model).__name__} answers no sentences. tools/demo_instances.py draws the instances'
        ' that it finds; a MUTR or a TrackSelector answers.'
    )


def _test_pipeline(cfg: Config) -> tuple[dict[str, Any], list[Any]]:
    """How frames are read, and the transforms after that."""
    if not cfg.get('test_dataloader'):
        raise UserError(
            f'{cfg.filename}: no test_dataloader, so its frames have no size. Inherit from a data'
            ' set of configs/_base_/datasets.'
        )
    if not cfg.test_dataloader.dataset.pipeline:
        raise UserError(f'{cfg.filename}: test_dataloader.dataset.pipeline is empty.')
    first, *rest = cfg.test_dataloader.dataset.pipeline
    if first['type'] not in _LOADERS:
        raise UserError(
            f'{cfg.filename}: test_dataloader.dataset.pipeline begins with {first["type"]}; a'
            f' video that is in no dataset needs {" or ".join(_LOADERS)}.'
        )
    return dict(first), [TRANSFORMS.build(dict(transform)) for transform in rest]
