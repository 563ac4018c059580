"""The public functions and classes; each is imported when it is first asked for."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mevis.apis.configs.loading import load_config
    from mevis.apis.inference.inferencer import RefVidSegInferencer
    from mevis.apis.inference.output import write_overlay, write_result
    from mevis.apis.inference.result import InferenceResult
    from mevis.apis.inference.track_inferencer import TrackInferencer, TrackInferenceResult
    from mevis.apis.inference.video_source import open_video
    from mevis.apis.streaming.streaming_inferencer import StreamingInferencer
    from mevis.apis.streaming.video_stream import StreamedFrame, VideoStream

_MODULES = {
    'InferenceResult': 'inference.result',
    'RefVidSegInferencer': 'inference.inferencer',
    'StreamedFrame': 'streaming.video_stream',
    'StreamingInferencer': 'streaming.streaming_inferencer',
    'TrackInferenceResult': 'inference.track_inferencer',
    'TrackInferencer': 'inference.track_inferencer',
    'VideoStream': 'streaming.video_stream',
    'load_config': 'configs.loading',
    'open_video': 'inference.video_source',
    'write_overlay': 'inference.output',
    'write_result': 'inference.output',
}

__all__ = [
    'InferenceResult',
    'RefVidSegInferencer',
    'StreamedFrame',
    'StreamingInferencer',
    'TrackInferenceResult',
    'TrackInferencer',
    'VideoStream',
    'load_config',
    'open_video',
    'write_overlay',
    'write_result',
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    value = getattr(importlib.import_module(f'{__name__}.{_MODULES[name]}'), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
