"""The server of the page: temporary files, the answering process, and the end of all of them."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mevis.apis.inference.answering import ModelChoice
from mevis.apis.web.disk_quota import DiskQuota
from mevis.apis.web.examples import Example, copied_examples, write_examples
from mevis.apis.web.limits import WebLimits
from mevis.apis.web.page import Visit, build_page
from mevis.apis.web.worker import AnsweringProcess
from mevis.errors import UserError

# Gradio asks its makers for the newest version and counts starts unless it is told not to.
_SETTINGS = {
    'GRADIO_ANALYTICS_ENABLED': 'False',
    'GRADIO_SHARE': 'False',
    'GRADIO_SSR_MODE': 'False',
    'HF_HUB_OFFLINE': '1',
}


@dataclass(frozen=True)
class WebSettings:
    """How the page is served.

    Attributes:
        host: The address to listen on; ``127.0.0.1`` is reached from this machine only.
        port: The port; 0: any that is free.
        limits: What a request may cost.
        model: The model that visitors get if they choose nothing; None: the demo's.
        device: Of the other models.
        with_examples: Whether to offer the examples that come with mevis.
        own_examples: Others, offered before them.
    """

    host: str = '127.0.0.1'
    port: int = 7860
    limits: WebLimits = field(default_factory=WebLimits)
    model: ModelChoice | None = None
    device: str | None = None
    with_examples: bool = True
    own_examples: Sequence[Example] = ()


@contextmanager
def serving(settings: WebSettings) -> Iterator[str]:
    """Serves the page within the block; yields its address.

    Afterwards the process that answers has ended and all temporary files are removed.

    Args:
        settings: How.

    Raises:
        UserError: If Gradio is not installed or the port is in use.
    """
    # Gradio makes its folder of uploads by this variable; everything of the server lies below.
    root = Path(tempfile.mkdtemp(prefix='mevis-web-'))
    os.environ.update(_SETTINGS, GRADIO_TEMP_DIR=str(root / 'gradio'))
    limits, worker = settings.limits, AnsweringProcess(settings.limits)
    page: Any = None
    try:
        gradio_version()
        worker.start()
        examples = [
            *copied_examples(settings.own_examples, root / 'own_examples'),
            *(write_examples(root / 'examples') if settings.with_examples else []),
        ]
        visit = Visit(worker.ask, limits, root / 'answers', settings.model, settings.device)
        page = build_page(visit, limits, examples)
        yield _launch(page, settings, root)
    finally:
        if page is not None and getattr(page, 'is_running', False):
            page.close(verbose=False)
        worker.close()
        shutil.rmtree(root, ignore_errors=True)


def serve(settings: WebSettings) -> None:
    """Serves the page until the process is interrupted."""
    with serving(settings) as address:
        print(f'{address} (Ctrl-C ends it)', flush=True)
        threading.Event().wait()


def gradio_version() -> str:
    """The installed version of Gradio.

    Raises:
        UserError: If there is none, or one that is too old.
    """
    try:
        import gradio
    except ImportError as error:
        raise UserError(
            f'the page needs Gradio, which cannot be imported ({error}): pip install "mevis[web]".'
        ) from error
    if int(gradio.__version__.split('.')[0]) < 6:
        raise UserError(
            f'Gradio {gradio.__version__} is too old: pip install "mevis[web]" brings 6 or newer.'
        )
    return gradio.__version__


def _launch(page: Any, settings: WebSettings, root: Path) -> str:
    import gradio as gr
    from starlette.middleware import Middleware

    limits = settings.limits
    quota = Middleware(DiskQuota, folder=root, max_bytes=limits.max_disk_mb * 1_000_000)
    try:
        _, address, _ = page.launch(
            server_name=settings.host,
            server_port=settings.port or _free_port(settings.host),
            max_file_size=f'{limits.max_mb}mb',
            share=False,
            ssr_mode=False,
            quiet=True,
            prevent_thread_lock=True,
            show_error=True,
            footer_links=['api'],
            theme=gr.themes.Default(),
            css=_CSS,
            allowed_paths=[],
            app_kwargs={'middleware': [quota]},
        )
    except OSError as error:
        raise UserError(
            f'--host {settings.host} --port {settings.port}: cannot listen there ({error}). Name'
            ' another port.'
        ) from error
    return address


_CSS = '.mevis-answers td, .mevis-answers th {padding: 0.2em 0.6em; text-align: left}'


def _free_port(host: str) -> int:
    import socket

    with socket.socket() as listener:
        listener.bind((host, 0))
        return listener.getsockname()[1]
