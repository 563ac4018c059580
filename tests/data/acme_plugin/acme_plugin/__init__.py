"""A third party's plugs, one per slot; configs reach them by ``custom_imports``."""

from acme_plugin.backbone import AcmeBackbone
from acme_plugin.dataset import AcmeTableDataset
from acme_plugin.frame_sampler import AcmeEvenFrameSampler
from acme_plugin.metric import AcmeCoverageMetric
from acme_plugin.query_initializer import AcmePooledQueryInitializer
from acme_plugin.refiner import AcmeGrowingRefiner
from acme_plugin.text_encoder import AcmeLetterTextEncoder
from acme_plugin.track_selector import AcmeTrackSelector
from acme_plugin.track_source import AcmeHalvesTracks

__all__ = [
    'AcmeBackbone',
    'AcmeCoverageMetric',
    'AcmeEvenFrameSampler',
    'AcmeGrowingRefiner',
    'AcmeHalvesTracks',
    'AcmeLetterTextEncoder',
    'AcmePooledQueryInitializer',
    'AcmeTableDataset',
    'AcmeTrackSelector',
]
