"""What MTI's video query starts from."""

from mevis.models.query_initializers.base import ImageEncoder, QueryInitializer
from mevis.models.query_initializers.random_query import RandomQueryInitializer

__all__ = ['ImageEncoder', 'QueryInitializer', 'RandomQueryInitializer']
