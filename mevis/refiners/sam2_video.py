"""Masks followed through the video by SAM 2, from the frames where they are surest."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mevis.errors import UserError
from mevis.refiners.borrowed_model import BorrowedModel, PretrainedRefiner
from mevis.refiners.prompt_frames import choose_prompt_frames
from mevis.refiners.sam2_model import FOLDER, Sam2Models, load_sam2, weight_files
from mevis.refiners.sam2_tracking import FramesOnDemand, SharedFeatures, Track, in_both_directions
from mevis.registry import REFINERS
from mevis.structures import FrameReader, RefineContext, decode_rle, encode_rle
from mevis.structures.mask_rle import Rle
from mevis.structures.point_prompts import PointPrompts, prompt_generator, sample_prompts

PROMPTS = ('points', 'box', 'mask', 'mended_mask')


@REFINERS.register_module()
class SAM2VideoRefiner(PretrainedRefiner):
    """Prompts SAM 2 in the surest frames of each expression and lets it follow the object.

    The surest frames are those whose masks agree with their neighbours and are large; from each,
    the object is followed forward and backward, up to halfway to the next.  All expressions of a
    video go through it together, so that a frame is encoded once for them.  What is refined may
    differ from the given masks anywhere; an expression without any mask stays without.

    Args:
        folder: Folder of a ``Sam2VideoModel`` of transformers.
        prompt: ``points``, ``box``, ``mask``, or ``mended_mask``: the mask after the image model,
            prompted by points and box, has refined it.  SAM 2 trusts a mask prompt.
        num_prompt_frames: Frames to prompt in, at most.
        num_inside: Points drawn inside of a mask.
        num_outside: Points drawn outside of it, within its box.
        max_cached_frames: Frames whose features are kept for going backward; in longer videos the
            first ones are encoded twice.  Of a SAM 2 at 1024 pixels each takes 16 MiB.
        seed: Another number draws other points.

    Raises:
        UserError: If the prompt is of no known kind, or a number is not positive.
    """

    def __init__(
        self,
        folder: str = FOLDER,
        prompt: str = 'mended_mask',
        num_prompt_frames: int = 1,
        num_inside: int = 10,
        num_outside: int = 5,
        max_cached_frames: int = 64,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if prompt not in PROMPTS:
            raise UserError(f'model.refiner.prompt={prompt}: one of {", ".join(PROMPTS)}.')
        if min(num_prompt_frames, num_inside, max_cached_frames) < 1:
            raise UserError(
                'model.refiner: num_prompt_frames, num_inside and max_cached_frames are 1 or more.'
            )
        self.folder = folder
        self.prompt = prompt
        self.num_prompt_frames = num_prompt_frames
        self.num_inside = num_inside
        self.num_outside = num_outside
        self.max_cached_frames = max_cached_frames
        self.seed = seed
        self.sam = BorrowedModel(partial(load_sam2, folder))

    def weight_files(self) -> list[Path]:
        """Config and weights of SAM 2."""
        return weight_files(self.folder)

    @torch.no_grad()
    def forward(
        self, frames: FrameReader, rles: Sequence[Sequence[Rle]], context: RefineContext
    ) -> list[list[Rle]]:
        """Refines the masks of a video."""
        prompted = [
            (row, place)
            for row, track in enumerate(rles)
            for place in choose_prompt_frames(track, self.num_prompt_frames)
        ]
        refined: list[list[Rle]] = [list(track) for track in rles]
        if not prompted:
            return refined
        models = self.sam.on(self.device)
        num_frames = len(context.frame_names)
        video = FramesOnDemand(frames, num_frames, models.processor)
        features = SharedFeatures(self.device, self.max_cached_frames)
        spans = [(place.frame, place.first, place.last) for _, place in prompted]
        tracks: dict[int, Track] = {}
        for frame, index, last_use in in_both_directions(spans, num_frames):
            row = prompted[index][0]
            if index not in tracks:
                mask = decode_rle([rles[row][frame]], context.size, context.video)[0]
                prompt = self._prompt(models, mask, frame, context, row, video)
                tracks[index] = Track(models, video, context.size, features, frame, prompt)
            found = tracks[index].step(frame) > 0
            refined[row][frame] = encode_rle(found[None].cpu().numpy())[0]
            if last_use:
                features.forget(frame)
        return refined

    def refine_chunk(self, images: np.ndarray, masks: Tensor, context: RefineContext) -> Tensor:
        """Refines (E, t, H, W) bool masks of t frames, as if they were a whole video."""
        rles = [encode_rle(track) for track in masks.cpu().numpy()]
        refined = self(lambda positions: images[list(positions)], rles, context)
        return torch.from_numpy(
            np.stack([decode_rle(track, context.size, context.video) for track in refined])
        ).to(masks.device)

    def _prompt(
        self,
        models: Sam2Models,
        mask: np.ndarray,
        frame: int,
        context: RefineContext,
        row: int,
        video: FramesOnDemand,
    ) -> dict[str, Any]:
        """The prompt as transformers takes it."""
        if self.prompt == 'mask':
            return {'input_masks': mask}
        name = context.frame_names[frame]
        rng = prompt_generator(context.video, context.exp_ids[row], name, self.seed)
        drawn = sample_prompts(mask, self.num_inside, self.num_outside, rng)
        assert drawn is not None, 'a frame without a mask is no prompt'
        if self.prompt == 'points':
            return _nested(drawn, box=False)
        if self.prompt == 'box':
            return {'input_boxes': [[drawn.box.tolist()]]}
        mended = self._mended(models, video[frame], drawn, context.size)
        return {'input_masks': mended if mended.any() else mask}

    def _mended(
        self, models: Sam2Models, pixels: Tensor, drawn: PointPrompts, size: tuple[int, int]
    ) -> np.ndarray:
        """The best mask of the image model, (H, W) bool."""
        processor = models.processor
        inputs = processor(original_sizes=[list(size)], return_tensors='pt', **_nested(drawn))
        prompt = {key: inputs[key].to(self.device) for key in _nested(drawn)}
        found = models.image(pixel_values=pixels[None].to(self.device), **prompt)
        best = int(found.iou_scores[0, 0].argmax())
        logits = found.pred_masks[:, 0, best : best + 1]
        masks = processor.post_process_masks([logits], original_sizes=[list(size)])
        return masks[0][0, 0].cpu().numpy()


def _nested(drawn: PointPrompts, box: bool = True) -> dict[str, Any]:
    """Points, and the box, of one object of one image."""
    nested = {
        'input_points': [[drawn.points.tolist()]],
        'input_labels': [[drawn.labels.tolist()]],
    }
    return {**nested, 'input_boxes': [[drawn.box.tolist()]]} if box else nested
