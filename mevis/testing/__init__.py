"""Contract checks for modules, built-in or third-party, and comparison with recorded tensors."""

from mevis.testing.contracts import (
    ContractError,
    check_backbone,
    check_constructor,
    check_frame_sampler,
    check_query_initializer,
    check_refiner,
    check_text_encoder,
    check_track_source,
)
from mevis.testing.engine_contracts import check_dataset, check_metric, check_segmentor
from mevis.testing.transcriber_contract import check_transcriber

__all__ = [
    'ContractError',
    'check_backbone',
    'check_constructor',
    'check_dataset',
    'check_frame_sampler',
    'check_metric',
    'check_query_initializer',
    'check_refiner',
    'check_segmentor',
    'check_text_encoder',
    'check_track_source',
    'check_transcriber',
]
