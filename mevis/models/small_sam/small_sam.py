"""A promptable segmentor small enough to be trained on one CPU core.

Shapes: M images, n masks, (H, W) frames, S the side of the square that frames are squeezed to.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from torch import Tensor

from mevis.models.small_sam.image_encoder import ImageFeatures, SmallImageEncoder
from mevis.models.small_sam.mask_decoder import PromptedDecoder
from mevis.models.small_sam.mask_noise import degrade_mask
from mevis.models.small_sam.prompts import PromptBatch, prompt_batch, squeezed
from mevis.registry import MODELS
from mevis.structures import ExpressionPrediction, RefVidSegDataSample, decode_rle, encode_rle
from mevis.structures.point_prompts import prompt_generator


@MODELS.register_module()
class SmallSAM(BaseModel):
    """Draws the mask that points, a box and a coarse mask mean.

    Prompt encoder and mask decoder are those of SAM 2 in transformers at a small size; the image
    encoder is a convolutional pyramid.  It learns from annotated objects: their true masks are
    degraded, the degraded ones are the prompts.  In testing it refines degraded masks, so its
    J&F measures refinement, not localisation.

    Args:
        data_preprocessor: Config of the preprocessor.
        image_size: Side S of the square that frames are squeezed to, a multiple of 16.
        embed_dims: Channels, a multiple of 16.
        num_heads: Attention heads of the decoder.
        num_layers: Its layers.
        num_inside: Points drawn inside of a mask.
        num_outside: Points drawn outside of it, within its box.
        mask_logit: Logit of a pixel of the mask that prompts.
        masks_per_image: Masks that are learnt from one frame.
        union_share: Share of those that are the union of several objects.
        init_cfg: Of mmengine.

    Source: Ravi et al., "SAM 2: Segment Anything in Images and Videos", 2024; prompts: MeViS
    challenge report (arXiv 2406.13939), Sec. 2.4.
    """

    def __init__(
        self,
        data_preprocessor: Mapping[str, Any],
        image_size: int = 128,
        embed_dims: int = 48,
        num_heads: int = 4,
        num_layers: int = 2,
        num_inside: int = 10,
        num_outside: int = 5,
        mask_logit: float = 4.0,
        masks_per_image: int = 3,
        union_share: float = 0.3,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(data_preprocessor=dict(data_preprocessor), init_cfg=init_cfg)
        self.image_size = image_size
        self.num_inside = num_inside
        self.num_outside = num_outside
        self.mask_logit = mask_logit
        self.masks_per_image = masks_per_image
        self.union_share = union_share
        self.image_encoder = SmallImageEncoder(embed_dims)
        self.decoder = PromptedDecoder(image_size, embed_dims, num_heads, num_layers)

    def encode(self, images: Tensor) -> ImageFeatures:
        """Encodes images (M, 3, H, W), normalised or uint8."""
        if images.dtype == torch.uint8:
            images = self.data_preprocessor.normalize(images)
        size = (self.image_size, self.image_size)
        return self.image_encoder(
            F.interpolate(images, size, mode='bilinear', align_corners=False, antialias=True)
        )

    def prompts(self, masks: np.ndarray, generators: Sequence[np.random.Generator]) -> PromptBatch:
        """Draws prompts from masks (n, H, W) bool, none of them empty."""
        return prompt_batch(
            masks,
            generators,
            self.image_size,
            self.num_inside,
            self.num_outside,
            self.mask_logit,
        ).to(next(self.parameters()).device)

    @torch.no_grad()
    def mend(
        self,
        image: ImageFeatures,
        masks: np.ndarray,
        generators: Sequence[np.random.Generator],
    ) -> Tensor:
        """Masks of one image as the prompts drawn from them mean.

        Each is drawn on its own, so that it does not depend on the others.

        Args:
            image: Features of one image.
            masks: (n, H, W) bool, none of them empty.
            generators: n generators that draw the points.

        Returns:
            (n, H, W) bool.
        """
        drawn = [
            self.decoder(image, self.prompts(mask[None], [rng]))[0]
            for mask, rng in zip(masks, generators, strict=True)
        ]
        logits = F.interpolate(
            torch.cat(drawn)[:, None], masks.shape[1:], mode='bilinear', align_corners=False
        )
        return logits[:, 0] > 0

    def forward(
        self,
        inputs: Any,
        data_samples: Sequence[RefVidSegDataSample],
        padding_mask: Tensor | None = None,
        mode: str = 'predict',
    ) -> Any:
        """Runs the model as the engine asks.

        Args:
            inputs: ``loss``: clips (B, T, 3, h, w), normalised; ``predict``: videos, each
                (T, 3, h, w) uint8.
            data_samples: With ``gt_instances`` in training, with ``gt_rles`` in testing.
            padding_mask: Unused.
            mode: ``loss`` or ``predict``.

        Returns:
            Losses by name, or the samples with ``predictions``: their ground-truth masks, degraded
            and refined.

        Raises:
            ValueError: If the mode is another one.
        """
        if mode == 'loss':
            return self.loss(inputs, data_samples)
        if mode != 'predict':
            raise ValueError(f'mode {mode!r} is neither "loss" nor "predict".')
        for video, sample in zip(inputs, data_samples, strict=True):
            sample.predictions = self._mended_truth(video, sample)
        return list(data_samples)

    def loss(self, clips: Tensor, samples: Sequence[RefVidSegDataSample]) -> dict[str, Tensor]:
        """Losses of B clips (B, T, 3, h, w), of some objects of each frame."""
        # Of PyTorch's generator, which the engine seeds and restores.
        rng = np.random.default_rng(int(torch.randint(2**31, ())))
        rows, masks = [], []
        canvas = tuple(clips.shape[-2:])
        for index, sample in enumerate(samples):
            objects = sample.gt_instances.masks.cpu().numpy()
            for t in range(objects.shape[1]):
                for mask in self._some_masks(objects[:, t], rng):
                    rows.append(index * clips.shape[1] + t)
                    padded = np.zeros(canvas, bool)
                    padded[: mask.shape[0], : mask.shape[1]] = mask
                    masks.append(padded)
        true = np.stack(masks)
        coarse = np.stack([degrade_mask(mask, rng) for mask in true])
        features = self.encode(clips.flatten(0, 1)).of(torch.tensor(rows, device=clips.device))
        logits, quality = self.decoder(features, self.prompts(coarse, [rng] * len(coarse)))
        target = squeezed(torch.from_numpy(true), self.image_size)[:, 0].to(logits.device)
        return mask_losses(logits, quality, target)

    def _some_masks(self, objects: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
        """Objects (K, h, w) of a frame, and unions of them."""
        seen = objects[objects.any((1, 2))]
        if not len(seen):
            return []
        chosen = []
        for _ in range(self.masks_per_image):
            several = len(seen) > 1 and rng.random() < self.union_share
            count = int(rng.integers(2, min(3, len(seen)) + 1)) if several else 1
            chosen.append(seen[rng.choice(len(seen), count, replace=False)].any(0))
        return chosen

    def _mended_truth(
        self, video: Tensor, sample: RefVidSegDataSample
    ) -> list[ExpressionPrediction]:
        size = tuple(sample.ori_shape)
        truths = {
            expression: decode_rle(
                [rle or _empty(size) for rle in sample.gt_rles[expression.exp_id]], size
            )
            for expression in sample.expressions
            if expression.exp_id in sample.gt_rles
        }
        mended = {expression: np.zeros_like(truth) for expression, truth in truths.items()}
        for t, name in enumerate(sample.frame_names):
            image = self.encode(video[t : t + 1])
            for expression, truth in truths.items():
                if truth[t].any():
                    rng = prompt_generator(sample.video, expression.exp_id, name)
                    coarse = degrade_mask(truth[t], rng)
                    mended[expression][t] = self.mend(image, coarse[None], [rng])[0].cpu().numpy()
        return [
            ExpressionPrediction(
                expression.exp_id,
                expression.text,
                encode_rle(mended.get(expression, np.zeros((len(video), *size), bool))),
                1.0,
            )
            for expression in sample.expressions
        ]


def mask_losses(logits: Tensor, quality: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Cross-entropy and dice of masks, and the error of the estimated IoU.

    Args:
        logits: (n, S, S).
        quality: (n,) estimated IoU in [0, 1].
        target: (n, S, S) shares in [0, 1].
    """
    probability = logits.sigmoid()
    crossed = (probability * target).sum((1, 2))
    dice = 1 - (2 * crossed + 1) / (probability.sum((1, 2)) + target.sum((1, 2)) + 1)
    # Per pixel of the object, or else small objects would not count.
    entropy = F.binary_cross_entropy_with_logits(logits, target, reduction='none').sum((1, 2))
    drawn, true = logits.detach() > 0, target > 0.5
    union = (drawn | true).sum((1, 2)).clamp(min=1)
    overlap = (drawn & true).sum((1, 2)) / union
    return dict(
        loss_mask=(entropy / target.sum((1, 2)).clamp(min=16)).mean(),
        loss_dice=dice.mean(),
        loss_quality=F.mse_loss(quality, overlap),
        mask_iou=overlap.mean(),
    )


def _empty(size: tuple[int, int]) -> dict[str, Any]:
    return encode_rle(np.zeros((1, *size), bool))[0]
