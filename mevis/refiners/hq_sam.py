"""Masks refined by HQ-SAM, prompted by points sampled from them."""

from functools import partial
from pathlib import Path

import numpy as np
from torch import Tensor

from mevis.errors import UserError
from mevis.refiners.borrowed_model import BorrowedModel, PretrainedRefiner
from mevis.refiners.sam_frame import SamFrame, mask_prompt
from mevis.refiners.sam_weights import HQ_FILES, build_sam, weight_file
from mevis.registry import REFINERS
from mevis.structures import RefineContext
from mevis.structures.point_prompts import prompt_generator, sample_prompts


@REFINERS.register_module()
class HQSAMRefiner(PretrainedRefiner):
    """Prompts HQ-SAM by points inside and beside each mask, frame by frame.

    A frame is encoded once for all expressions and forgotten before the next.  Empty masks stay
    empty.  Points are drawn by a generator that video, expression and frame name seed, so a rerun
    gives the same masks.  The weights are read when the first mask is refined and are no part of
    the segmentor's checkpoints.

    Args:
        model: Size of SAM: ``vit_l``, ``vit_b``, ``vit_h`` or ``vit_tiny``.
        checkpoint: File with its weights, official HQ-SAM or SAM;
            ``data/weights/sam_hq_<model>.pth`` if None.
        num_inside: Points drawn inside of a mask.
        num_outside: Points drawn outside of it, within its box.
        use_box: Whether the mask's box is a prompt too.
        use_mask: Whether the mask itself is one.
        mask_logit: Logit of the mask's pixels where it is a prompt.
        multimask_output: The best of three masks by SAM's own estimate, instead of its single one.
        hq_token_only: The mask of the HQ token alone, instead of its sum with SAM's.
        seed: Another number draws other points.

    Raises:
        UserError: If there is no such model, or nothing to prompt with.

    Source: MeViS challenge report (arXiv 2406.13939), Sec. 2.4.
    """

    chunk_size = 1

    def __init__(
        self,
        model: str = 'vit_l',
        checkpoint: str | None = None,
        num_inside: int = 10,
        num_outside: int = 5,
        use_box: bool = False,
        use_mask: bool = False,
        mask_logit: float = 10.0,
        multimask_output: bool = True,
        hq_token_only: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if model not in HQ_FILES:
            raise UserError(
                f'model.refiner.model={model}: HQSAMRefiner knows {", ".join(HQ_FILES)}.'
            )
        if num_inside < 1 and not use_box and not use_mask:
            raise UserError(
                'model.refiner: nothing to prompt with. Set num_inside to 1 or more, or use_box or'
                ' use_mask.'
            )
        self.model = model
        self.checkpoint = checkpoint
        self.num_inside = num_inside
        self.num_outside = num_outside
        self.use_box = use_box
        self.use_mask = use_mask
        self.mask_logit = mask_logit
        self.multimask_output = multimask_output
        self.hq_token_only = hq_token_only
        self.seed = seed
        self.sam = BorrowedModel(partial(build_sam, model, checkpoint))

    def weight_files(self) -> list[Path]:
        """The file of SAM's weights."""
        return [weight_file(self.model, self.checkpoint)]

    def refine_chunk(self, images: np.ndarray, masks: Tensor, context: RefineContext) -> Tensor:
        """Refines (E, t, H, W) bool masks of t frames."""
        refined = masks.clone()
        for index, (image, name) in enumerate(zip(images, context.frame_names, strict=True)):
            visible = masks[:, index].flatten(1).any(1).nonzero()[:, 0].tolist()
            if not visible:
                continue
            frame = SamFrame(self.sam.on(self.device), image)
            for row in visible:
                better = self._mended(frame, masks[row, index], context, row, name)
                refined[row, index] = better.to(refined.device)
            del frame  # before the next one is encoded
        return refined

    def _mended(
        self, frame: SamFrame, mask: Tensor, context: RefineContext, row: int, name: str
    ) -> Tensor:
        array = mask.cpu().numpy()
        rng = prompt_generator(context.video, context.exp_ids[row], name, self.seed)
        prompts = sample_prompts(array, self.num_inside, self.num_outside, rng)
        assert prompts is not None, 'an empty mask is not refined'
        return frame.mask(
            prompts,
            self.use_box,
            mask_prompt(array, self.mask_logit, frame.mask_side) if self.use_mask else None,
            self.multimask_output,
            self.hq_token_only,
        )
