"""Prompt encoder and mask decoder of SAM 2 at a small size."""

from typing import Any

import torch
from torch import Tensor, nn

from mevis.models.small_sam.image_encoder import ImageFeatures
from mevis.models.small_sam.prompts import PromptBatch


class PromptedDecoder(nn.Module):
    """Features and prompts of n masks -> their logits.

    The parts are transformers' ``Sam2PromptEncoder`` and ``Sam2MaskDecoder``, with one mask per
    prompt; the image embedding has stride 4, so that masks have the resolution of the image.

    Args:
        image_size: Side S of the images.
        embed_dims: Channels C, a multiple of 16.
        num_heads: Attention heads.
        num_layers: Layers of the two-way transformer.
    """

    def __init__(
        self, image_size: int, embed_dims: int, num_heads: int = 4, num_layers: int = 2
    ) -> None:
        super().__init__()
        # Importing it takes seconds.
        from transformers import Sam2MaskDecoderConfig, Sam2PromptEncoderConfig
        from transformers.models.sam2.modeling_sam2 import Sam2MaskDecoder, Sam2PromptEncoder

        prompts = Sam2PromptEncoderConfig(
            hidden_size=embed_dims, image_size=image_size, patch_size=4, mask_input_channels=16
        )
        decoder = Sam2MaskDecoderConfig(
            hidden_size=embed_dims,
            mlp_dim=2 * embed_dims,
            num_hidden_layers=num_layers,
            num_attention_heads=num_heads,
            num_multimask_outputs=0,
            iou_head_hidden_dim=embed_dims,
            dynamic_multimask_via_stability=False,
        )
        # Read where a configured model would have set it.
        decoder._attn_implementation = 'sdpa'
        self.prompt_encoder: Any = Sam2PromptEncoder(prompts)
        self.mask_decoder: Any = Sam2MaskDecoder(decoder)
        # The encoder gives fine features as they are needed; whether there is an object is known.
        del self.mask_decoder.conv_s0, self.mask_decoder.conv_s1
        self.mask_decoder.pred_obj_score_head = _NoScore()
        self.grid = image_size // 4
        for name, value in self.named_parameters():
            if 'embed' in name or 'token' in name:
                nn.init.normal_(value, std=0.02)

    def forward(self, image: ImageFeatures, prompts: PromptBatch) -> tuple[Tensor, Tensor]:
        """Logits (n, S, S) and estimated IoU (n,); features of n images, or of one for all."""
        sparse, dense = self.prompt_encoder(
            prompts.points[:, None], prompts.labels[:, None], prompts.boxes[:, None], prompts.masks
        )
        count = len(prompts.points)
        if len(image.embedding) != count:
            image = image.of(torch.zeros(count, dtype=torch.long, device=dense.device))
        masks, quality, *_ = self.mask_decoder(
            image_embeddings=image.embedding,
            image_positional_embeddings=self._position().expand(count, -1, -1, -1),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=False,
            high_resolution_features=[image.fine, image.middle],
        )
        return masks[:, 0, 0], quality[:, 0, 0]

    def _position(self) -> Tensor:
        """Code (1, C, S / 4, S / 4) of the place of each cell, by the encoder of the points."""
        embedding = self.prompt_encoder.shared_embedding
        centre = (torch.arange(self.grid, device=embedding.positional_embedding.device) + 0.5) / (
            self.grid
        )
        rows, columns = torch.meshgrid(centre, centre, indexing='ij')
        return embedding(torch.stack([columns, rows], -1)).permute(2, 0, 1)[None]


class _NoScore(nn.Module):
    """In the place of the head that says whether there is an object."""

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens[..., :1]
