"""Masks joined with the tracks that a selector chooses for the same sentence."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.registry import DefaultScope
from torch import Tensor, nn

from mevis.errors import UserError
from mevis.refiners.borrowed_model import BorrowedModel, PretrainedRefiner
from mevis.refiners.configured_model import load_named, named_files
from mevis.registry import REFINERS, TRANSFORMS
from mevis.structures import (
    FrameReader,
    InstanceMasks,
    RefineContext,
    RefVidSegDataSample,
    decode_rle,
    encode_rle,
)
from mevis.structures.mask_rle import Rle

JOINS = ('union', 'surer')


@REFINERS.register_module()
class ChosenTracksRefiner(PretrainedRefiner):
    """Asks a ``TrackSelector`` the same sentences and joins its choice with the masks.

    What no track holds comes from the masks, what the model has missed from the tracks.

    Args:
        config: A config file of a ``TrackSelector``; default: the small one with looks that comes
            with mevis.
        checkpoint: Its weights.
        join: ``union``: both; ``surer``: the answer with the higher score.
        then: Config of a refiner that gets the joined masks.

    Raises:
        UserError: If there is no such way to join.
    """

    def __init__(
        self,
        config: str = 'mevis::track_selector_tiny_moving_shapes.py',
        checkpoint: str = 'mevis::weights/track_selector_tiny_moving_shapes.safetensors',
        join: str = 'union',
        then: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        if join not in JOINS:
            raise UserError(f'model.refiner.join={join}: one of {", ".join(JOINS)}.')
        self.config = config
        self.checkpoint = checkpoint
        self.join = join
        self.then = REFINERS.build(then or dict(type='IdentityRefiner'))
        self.selector = BorrowedModel(partial(load_selector, config, checkpoint))

    def weight_files(self) -> list[Path]:
        """Config and weights of the selector, and the files of the refiner that comes then."""
        return [
            *named_files(self.config, self.checkpoint, 'TrackSelector'),
            *self.then.weight_files(),
        ]

    @torch.no_grad()
    def forward(
        self, frames: FrameReader, rles: Sequence[Sequence[Rle]], context: RefineContext
    ) -> list[list[Rle]]:
        """Joins the masks of a video, sentence by sentence.

        Raises:
            UserError: If the video has no tracks.
        """
        if not rles:
            return []
        if context.tracks is None:
            raise UserError(
                f'{context.video}: ChosenTracksRefiner has no tracks to choose among. Name them'
                ' (test_dataloader.dataset.instance_masks_dir=DIR) or what finds them'
                ' (model.track_source.type=...).'
            )
        selector: Any = self.selector.on(self.device)
        sample = _sample(context, context.tracks)
        encoded = selector.encode_video(ResizedFrames(frames, context, selector.resize), sample)
        joined = []
        for text, score, track in zip(context.texts, context.scores, rles, strict=True):
            answer = selector.answer(encoded, text)
            chosen = torch.cat(list(answer.masks())).cpu().numpy()
            if not chosen.any() or (self.join == 'surer' and answer.score < score):
                joined.append(list(track))
                continue
            if self.join == 'union':
                chosen |= decode_rle(track, context.size, context.video)
            joined.append(encode_rle(chosen))
        return self.then(frames, joined, context)

    def refine_chunk(self, images: np.ndarray, masks: Tensor, context: RefineContext) -> Tensor:
        """Joins (E, t, H, W) bool masks of t frames, as if they were a whole video."""
        rles = [encode_rle(track) for track in masks.cpu().numpy()]
        refined = self(lambda positions: images[list(positions)], rles, context)
        return torch.from_numpy(
            np.stack([decode_rle(track, context.size, context.video) for track in refined])
        ).to(masks.device)


class ResizedFrames:
    """Frames of a video as the selector was trained on, resized when it looks at them.

    Args:
        read: Reads original frames.
        context: Of which video.
        resize: The transform that resizes; None: they stay as they are.
    """

    def __init__(self, read: FrameReader, context: RefineContext, resize: Any) -> None:
        self.read, self.resize = read, resize
        self.size, self.num_frames = context.size, len(context.frame_names)
        self.shape = (self.num_frames, *self[[0]].shape[1:]) if self.num_frames else (0, 3, 0, 0)

    def __len__(self) -> int:
        return self.num_frames

    def __getitem__(self, places: Sequence[int]) -> Tensor:
        """Frames (n, 3, h, w), uint8."""
        frames = self.read(list(places))
        if self.resize is not None:
            frames = self.resize({'frames': frames, 'img_shape': self.size})['frames']
        return torch.from_numpy(np.ascontiguousarray(frames.transpose(0, 3, 1, 2)))


def load_selector(config: str, checkpoint: str) -> nn.Module:
    """Builds the selector of a config with its weights, and ``resize``, its view of frames.

    Raises:
        UserError: If a file is missing, or of another model.
    """
    model: Any
    model, cfg = load_named(
        config, checkpoint, 'TrackSelector', 'encode_tracks', 'chooses no tracks'
    )
    loader = cfg.test_dataloader.dataset.pipeline[0]
    model.resize = None
    if loader['type'] == 'LoadResizedFrames':
        with DefaultScope.overwrite_default_scope('mevis'):
            model.resize = TRANSFORMS.build({**loader, 'type': 'ResizeClip'})
    return model


def _sample(context: RefineContext, tracks: InstanceMasks) -> RefVidSegDataSample:
    sample = RefVidSegDataSample()
    number = len(context.frame_names)
    sample.set_metainfo(
        dict(
            video=context.video,
            frame_names=context.frame_names,
            frame_indices=list(range(number)),
            num_video_frames=number,
            ori_shape=context.size,
        )
    )
    sample.instances = tracks
    return sample
