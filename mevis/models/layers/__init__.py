"""Building blocks that several models share."""

from mevis.models.layers.attention import CrossAttentionBlock, FeedForwardBlock, SelfAttentionBlock
from mevis.models.layers.deformable_attention import TableDeformableAttention
from mevis.models.layers.deformable_encoder import DeformableEncoder, DeformableEncoderLayer
from mevis.models.layers.frame_chunks import over_frames
from mevis.models.layers.mlp import MLP
from mevis.models.layers.position_encoding import sine_encoding_1d
from mevis.models.layers.temporal_position import TemporalPositionEncoding

__all__ = [
    'MLP',
    'CrossAttentionBlock',
    'DeformableEncoder',
    'DeformableEncoderLayer',
    'FeedForwardBlock',
    'SelfAttentionBlock',
    'TableDeformableAttention',
    'TemporalPositionEncoding',
    'over_frames',
    'sine_encoding_1d',
]
