"""Deformable attention in plain PyTorch, with the signatures of mmcv's compiled operators.

mmcv calls these on a GPU; on a CPU it goes to the PyTorch function by itself.
"""

import torch
from torch import Tensor


def ms_deform_attn_forward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    im2col_step: int,
) -> Tensor:
    """Multi-scale deformable attention (Deformable DETR, Eq. 3).

    Args:
        value: (B, sum h*w, M heads, D).
        value_spatial_shapes: (levels, 2) integer (h, w).
        value_level_start_index: Unused: the shapes say it.
        sampling_locations: (B, N, M, levels, points, 2), normalised (x, y).
        attention_weights: (B, N, M, levels, points).
        im2col_step: Unused: a matter of the compiled kernel.

    Returns:
        (B, N, M*D).
    """
    from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch

    return multi_scale_deformable_attn_pytorch(
        value, value_spatial_shapes, sampling_locations, attention_weights
    )


def ms_deform_attn_backward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    grad_output: Tensor,
    grad_value: Tensor,
    grad_sampling_loc: Tensor,
    grad_attn_weight: Tensor,
    im2col_step: int,
) -> None:
    """Fills the three gradients in place, by recomputing the forward pass."""
    inputs = [t.detach().requires_grad_() for t in (value, sampling_locations, attention_weights)]
    with torch.enable_grad():
        output = ms_deform_attn_forward(
            inputs[0],
            value_spatial_shapes,
            value_level_start_index,
            inputs[1],
            inputs[2],
            im2col_step,
        )
    grads = torch.autograd.grad(output, inputs, grad_output)
    for target, grad in zip((grad_value, grad_sampling_loc, grad_attn_weight), grads, strict=True):
        target.copy_(grad)
