"""What MTI's video query starts from."""

from mevis.models.query_initializers.base import ImageEncoder, QueryInitializer
from mevis.models.query_initializers.dvis_instance import DVISInstanceQueryInitializer
from mevis.models.query_initializers.instance_query import InstanceQueryInitializer
from mevis.models.query_initializers.mask_pooled import MaskPooledInstanceQueryInitializer
from mevis.models.query_initializers.random_query import RandomQueryInitializer
from mevis.models.query_initializers.trajectory import TrajectoryQueryInitializer

__all__ = [
    'DVISInstanceQueryInitializer',
    'ImageEncoder',
    'InstanceQueryInitializer',
    'MaskPooledInstanceQueryInitializer',
    'QueryInitializer',
    'RandomQueryInitializer',
    'TrajectoryQueryInitializer',
]
