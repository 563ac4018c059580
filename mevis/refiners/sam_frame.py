"""One frame in front of SAM: encoded once, asked for as many masks as there are expressions."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, pad

from mevis.refiners.sam_weights import sam_package
from mevis.structures.point_prompts import PointPrompts


class SamFrame:
    """The package's predictor, without computing again for a second mask what the frame decides.

    What it answers is bit for bit what ``SamPredictor.predict`` of the package answers; that one
    recomputes the HQ features of the frame for each mask.

    Args:
        sam: SAM or HQ-SAM.
        image: (H, W, 3) uint8 RGB.
    """

    @torch.no_grad()
    def __init__(self, sam: nn.Module, image: np.ndarray) -> None:
        self.sam: Any = sam
        self.predictor = sam_package().SamPredictor(sam)
        self.predictor.set_image(image)
        decoder = self.sam.mask_decoder
        self._image = {
            'image_embeddings': self.predictor.features,
            'image_pe': self.sam.prompt_encoder.get_dense_pe(),
        }
        self.has_hq = hasattr(decoder, 'hf_token')
        if self.has_hq:
            early = self.predictor.interm_features[0].permute(0, 3, 1, 2)
            hq_features = decoder.embedding_encoder(self.predictor.features)
            self._image['hq_features'] = hq_features + decoder.compress_vit_feat(early)

    @property
    def mask_side(self) -> int:
        """Side of a mask prompt; 256 for SAM."""
        return self.sam.prompt_encoder.mask_input_size[0]

    @torch.no_grad()
    def mask(
        self,
        prompts: PointPrompts,
        use_box: bool = False,
        mask_input: np.ndarray | None = None,
        multimask_output: bool = True,
        hq_token_only: bool = False,
    ) -> Tensor:
        """The mask that prompts mean.

        Args:
            prompts: Points and box; no points at all are fine beside a box or a mask.
            use_box: Whether the box is a prompt too.
            mask_input: (1, side, side) logits of a first guess, as :func:`mask_prompt` makes them.
            multimask_output: The best of three masks by SAM's own estimate, instead of its single
                one.
            hq_token_only: The mask of the HQ token alone, instead of its sum with SAM's.

        Returns:
            (H, W) bool.
        """
        sparse, dense = self.sam.prompt_encoder(
            points=self._points(prompts),
            boxes=self._box(prompts) if use_box else None,
            masks=None if mask_input is None else self._tensor(mask_input)[None],
        )
        masks, quality = self.sam.mask_decoder.predict_masks(
            sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense, **self._image
        )
        chosen = masks[:, :1]
        if multimask_output:
            several = slice(1, -1 if self.has_hq else None)
            # The estimate has one entry less than there are masks: none for the HQ token.
            best = int(quality[0, 1:].argmax())
            chosen = masks[:, several][:, best : best + 1]
        if self.has_hq:
            chosen = masks[:, -1:] if hq_token_only else chosen + masks[:, -1:]
        size = self.predictor.input_size, self.predictor.original_size
        return self.sam.postprocess_masks(chosen, *size)[0, 0] > self.sam.mask_threshold

    def _points(self, prompts: PointPrompts) -> tuple[Tensor, Tensor] | None:
        if not len(prompts.points):
            return None
        size = self.predictor.original_size
        points = self._tensor(self.predictor.transform.apply_coords(prompts.points, size))
        labels = torch.as_tensor(prompts.labels, dtype=torch.int, device=self.predictor.device)
        return points[None], labels[None]

    def _box(self, prompts: PointPrompts) -> Tensor:
        size = self.predictor.original_size
        return self._tensor(self.predictor.transform.apply_boxes(prompts.box, size))

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.as_tensor(array, dtype=torch.float, device=self.predictor.device)


def mask_prompt(mask: np.ndarray, logit: float = 10.0, side: int = 256) -> np.ndarray:
    """A mask as SAM takes it for a first guess.

    Args:
        mask: (H, W) bool.
        logit: Logit of a pixel of the mask; those outside have the negative.
        side: Side of SAM's low-resolution masks.

    Returns:
        (1, side, side) float32 logits; the longer side of the frame fills the square, the rest is
        outside.
    """
    height, width = mask.shape
    scale = side / max(height, width)
    size = max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))
    share = interpolate(
        torch.from_numpy(mask)[None, None].float(), size, mode='bilinear', antialias=True
    )
    padding = (0, side - size[1], 0, side - size[0])
    return ((pad(share, padding) * 2 - 1) * logit)[0].numpy()
