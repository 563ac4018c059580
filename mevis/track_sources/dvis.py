"""DVIS in the same process."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import Tensor, nn

from mevis.boundary.config_file import read_config
from mevis.boundary.files import expanded
from mevis.checkpoints.loading import load_into
from mevis.errors import UserError
from mevis.registry import MODELS, TRACK_SOURCES, TRANSFORMS
from mevis.structures import InstanceMasks, VideoFrames
from mevis.structures.mask_rle import Rle
from mevis.structures.streaming import Ranked, StreamFrame
from mevis.track_sources.lazy_model import LazyModelSource, chunks_of


@TRACK_SOURCES.register_module()
class DVISTracks(LazyModelSource):
    """The tracks that ``tools/extract_instance_masks.py`` writes with the same config and weights.

    Frames are resized as the test pipeline of the config says.

    Args:
        config: A config file of DVIS, such as ``configs/dvis_r50_online.py``, or its content.
        checkpoint: Its weights.
        options: Overrides of the config, by dotted keys: ``{'model.num_instances': 20}``.
    """

    def __init__(
        self,
        config: str | Mapping[str, Any],
        checkpoint: str,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        self.checkpoint = checkpoint
        self.options = dict(options or {})

    def weight_files(self) -> list[Path]:
        """The config, where it is a file, and the checkpoint."""
        config = [self.config] if isinstance(self.config, str) else []
        files = [expanded(name) for name in (*config, self.checkpoint)]
        for file in files:
            if not file.is_file():
                raise UserError(f'{file}: no such file (DVISTracks).')
        return files

    def load(self) -> tuple[nn.Module, Any]:
        """Builds the model of the config, and the transform that resizes frames (or None)."""
        self.weight_files()
        cfg = self._config()
        with DefaultScope.overwrite_default_scope('mevis'):
            model = MODELS.build(cfg.model)
        if not hasattr(model, 'segment'):
            raise UserError(
                f'{self._name}: {type(model).__name__} finds no instances. Name a config of DVIS.'
            )
        load_into(model, self.checkpoint)
        return model, _resizing(cfg, self._name)

    @torch.no_grad()
    def forward(self, video: VideoFrames) -> InstanceMasks:
        """Segments the video window by window."""
        model, resize = self.loaded()
        return self.frozen(model).segment(self._windows(video, model, resize), tuple(video.size))

    def _windows(self, video: VideoFrames, model: Any, resize: Any) -> Iterator[Tensor]:
        for frames in chunks_of(video, model.window_size or len(video)):
            yield _images(frames, resize).to(self.device)

    def stream(self) -> '_DVISStream':
        """Opens a video that is segmented frame by frame, by a model without temporal refiner."""
        model, resize = self.loaded()
        return _DVISStream(self.frozen(model).online(), resize, self.device)

    @property
    def _name(self) -> str:
        return self.config if isinstance(self.config, str) else 'the config of DVISTracks'

    def _config(self) -> Config:
        is_file = isinstance(self.config, str)
        cfg = read_config(expanded(self.config)) if is_file else Config(dict(self.config))
        cfg.merge_from_dict(self.options)
        return cfg


class _DVISStream:
    def __init__(self, instances: Any, resize: Any, device: torch.device) -> None:
        self._instances, self._resize, self._device = instances, resize, device

    def push(self, frame: StreamFrame) -> Sequence[Rle | None]:
        image = _images(frame.image[None], self._resize).to(self._device)[0]
        return self._instances.push(image, frame.size)

    def ranking(self) -> Ranked:
        return self._instances.ranking()


def _images(frames: np.ndarray, resize: Any) -> Tensor:
    """Frames (t, H, W, 3) as the model takes them, (t, 3, h, w)."""
    if resize is not None:
        frames = resize({'frames': frames, 'img_shape': frames.shape[1:3]})['frames']
    # Contiguous, as an extraction packs them: other strides are other kernels of PyTorch.
    return torch.from_numpy(np.ascontiguousarray(frames.transpose(0, 3, 1, 2)))


def _resizing(cfg: Config, name: str) -> Any:
    """How the test pipeline resizes frames; None where it does not."""
    try:
        loader = cfg.test_dataloader.dataset.pipeline[0]
    except (AttributeError, IndexError) as error:
        raise UserError(f'{name}: no test_dataloader with a pipeline that loads frames.') from error
    if loader['type'] == 'LoadClipFrames':
        return None
    if loader['type'] != 'LoadResizedFrames':
        raise UserError(
            f'{name}: the test pipeline begins with {loader["type"]}; LoadResizedFrames or'
            ' LoadClipFrames is expected, which say how large frames are.'
        )
    return TRANSFORMS.build({**loader, 'type': 'ResizeClip'})
