"""Training clips as a model gets them: after the dataset's own pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mevis.apis.configs.errors import config_errors
from mevis.apis.inference.output import write_overlay
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import encode_rle
from mevis.visualization import Strip, colour_of, draw_sheet, spread

FPS = 3.0
"""Slow, since the frames of a clip may be far apart."""
_COLUMNS = 8


@dataclass(frozen=True)
class TrainingClip:
    """One item of a training set.

    Attributes:
        frames: (T, h, w, 3) uint8 RGB, augmented.
        rles: The mask of the sentence, T RLEs.
        caption: Video and sentence, as they are after augmentation.
        titles: Where in the video each frame is.
    """

    frames: np.ndarray = field(repr=False)
    rles: list[dict[str, Any]] = field(repr=False)
    caption: str
    titles: list[str]

    def sheet(self) -> np.ndarray:
        """The clip on one page, (h, w, 3) uint8 RGB."""
        positions = spread(len(self.frames), _COLUMNS)
        titles = [self.titles[position] for position in positions]
        size = self.frames.shape[1:3]
        strips = [Strip(self.caption, colour_of(0), self.rles)]
        return draw_sheet(self.frames.__getitem__, size, positions, titles, strips)

    def film(self, path: str | Path) -> None:
        """Writes the clip as an ``.mp4``."""
        size = self.frames.shape[1:3]
        write_overlay(path, self.frames, FPS, size, [self.caption], [self.rles])


def training_set(cfg: Config) -> Any:
    """Builds the training set of a config.

    Raises:
        UserError: If it has none, or its data cannot be read.
    """
    if not cfg.get('train_dataloader'):
        raise UserError(f'{cfg.filename}: no train_dataloader, so there are no clips to draw.')
    init_default_scope(cfg.get('default_scope', 'mevis'))
    with config_errors(cfg):
        return DATASETS.build(cfg.train_dataloader.dataset)


def draw_clips(dataset: Any, count: int) -> list[TrainingClip]:
    """Clips of evenly spaced items; the same ones each time.

    Raises:
        UserError: If the items are not clips with a sentence.
    """
    places = enumerate(spread(len(dataset), count))
    return [_clip(dataset[(index, serial)]) for serial, index in places]


def _clip(item: Mapping[str, Any]) -> TrainingClip:
    sample = item['data_samples']
    if 'gt_masks' not in sample:
        raise UserError('the training set holds no clips with a sentence and its mask.')
    mirrored = ' (mirrored)' if sample.flip else ''
    return TrainingClip(
        frames=np.ascontiguousarray(item['inputs'].numpy().transpose(0, 2, 3, 1)),
        rles=encode_rle(sample.gt_masks.numpy()),
        caption=f'{sample.video}{mirrored}: {sample.expressions[0].text}',
        titles=[f'frame {index}' for index in sample.frame_indices],
    )
