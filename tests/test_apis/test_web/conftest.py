"""A clip of two squares that move apart, and the server of the page."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from mevis.testing.moving_squares import film
from mevis.visualization import write_video


@pytest.fixture(scope='session')
def clip(tmp_path_factory) -> Path:
    """16 frames: one square moves left, below another that moves right."""
    path = tmp_path_factory.mktemp('clip') / 'squares.mp4'
    scene = film([lambda t: (165 - 6 * t, 80), lambda t: (10 + 6 * t, 20)], num_frames=16)
    with write_video(path, fps=8) as writer:
        for frame in scene.frames:
            writer.write(frame)
    return path


@pytest.fixture(scope='session')
def server(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Address and folder of a server that runs; skips where Gradio is missing."""
    pytest.importorskip('gradio', reason='needs Gradio: pip install "mevis[web]"')
    from mevis.apis.web.limits import WebLimits
    from mevis.apis.web.server import WebSettings, serving

    limits = WebLimits(max_sentences=4, max_frames=60)
    with serving(WebSettings(port=0, limits=limits, device='cpu')) as address:
        yield SimpleNamespace(address=address, root=Path(os.environ['GRADIO_TEMP_DIR']).parent)
