"""When each frame was, for the parts of MUTR that mix frames."""

from dataclasses import dataclass

from torch import Tensor, nn

from mevis.models.layers import TemporalPositionEncoding

_PARTS = ('temporal_aggregation', 'temporal_interaction', 'pixel_decoder')


@dataclass(frozen=True)
class TimeCodes:
    """Codes (B, T, C), one projection per part.

    Attributes:
        temporal_aggregation: Added to MTA's keys.
        temporal_interaction: Added to the queries and keys of MTI's encoder, the keys of its
            decoder.
        pixel_decoder: Added to queries and keys of the self-attention over all frames.
    """

    temporal_aggregation: Tensor
    temporal_interaction: Tensor
    pixel_decoder: Tensor

    @staticmethod
    def encoder(embed_dims: int) -> nn.ModuleDict:
        """The module that makes the codes."""
        return nn.ModuleDict({part: TemporalPositionEncoding(embed_dims) for part in _PARTS})

    @classmethod
    def of(cls, encoder: nn.ModuleDict, frame_times: Tensor) -> 'TimeCodes':
        """Codes of times (B, T), unit: frames of the video."""
        return cls(**{part: encoder[part](frame_times) for part in _PARTS})
