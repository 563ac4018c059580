"""Any image backbone of timm."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from mevis.errors import UserError
from mevis.registry import MODELS


@MODELS.register_module()
class TimmBackbone(nn.Module):
    """A timm model as a feature pyramid of strides 4, 8, 16 and 32.

    Nothing is downloaded; trained weights come from a checkpoint.

    Args:
        model_name: Name in timm.
        options: Further arguments of the timm model, such as ``img_size``.

    Raises:
        UserError: If timm does not know the name or the model has no level of one of the strides.
    """

    def __init__(self, model_name: str, options: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        import timm

        if not timm.is_model(model_name):
            close = timm.list_models(f'*{model_name.split("_")[0]}*')[:5]
            raise UserError(f'{model_name!r} is not a model of timm. Close: {", ".join(close)}.')
        self.body = timm.create_model(
            model_name, pretrained=False, features_only=True, **(options or {})
        )
        info = self.body.feature_info
        strides = list(info.reduction())
        missing = [stride for stride in (4, 8, 16, 32) if stride not in strides]
        if missing:
            raise UserError(
                f'{model_name}: levels of strides {strides}; MUTR needs 4, 8, 16 and 32.'
            )
        self.levels = [strides.index(stride) for stride in (4, 8, 16, 32)]
        self.out_channels = tuple(info.channels()[level] for level in self.levels)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Images (M, 3, H, W) to four levels (M, C, h, w)."""
        features = self.body(images)
        chosen = [features[level] for level in self.levels]
        return tuple(
            level if level.shape[1] == channels else level.permute(0, 3, 1, 2).contiguous()
            for level, channels in zip(chosen, self.out_channels, strict=True)
        )
