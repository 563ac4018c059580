"""The page, made of Gradio's components."""

import html
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mevis.apis.inference.answering import ModelChoice
from mevis.apis.web.choices import FROM_FILE, model_choice, refiners, track_sources
from mevis.apis.web.examples import Example
from mevis.apis.web.limits import WebLimits, check_upload, sentences_of
from mevis.apis.web.question import Answer, OnProgress, Question
from mevis.errors import UserError
from mevis.visualization import colour_of

_TITLE = 'mevis: segment a video by sentences'
_INTRO = """
# Segment a video by sentences

Upload a clip, or click on an example, and write what is meant, one sentence per line: *the one that
walks to the left*. With automatic tracks, sentences about motion are answered from what moves in
any video; looks and names count for nothing.
"""
MAX_STRIDE = 30
Ask = Callable[[Question, OnProgress], Answer]


class Visit:
    """What the page does with a request: checks it, asks, and shows the answer.

    Args:
        ask: Answers a question.
        limits: What a request may cost.
        folder: Where the answer is written that is being given.
        servers: The model that the server was started with, if any.
        device: Of the other models.
    """

    def __init__(
        self,
        ask: Ask,
        limits: WebLimits,
        folder: Path,
        servers: ModelChoice | None = None,
        device: str | None = None,
    ) -> None:
        self._ask, self._limits, self._folder = ask, limits, folder
        self.servers, self._device = servers, device

    def __call__(
        self,
        video: str | None,
        sentences: str,
        source: str,
        tracks_file: str | None,
        refiner: str,
        stride: float,
        on_progress: OnProgress,
    ) -> tuple[str, str, str | None, list[str]]:
        """Answers a request.

        Returns:
            The overlay video, a table in HTML, the video of the tracks, and the files to download.

        Raises:
            UserError: What is wrong with the request.
        """
        file = check_upload(video, self._limits)
        texts = sentences_of(sentences, self._limits)
        if not 1 <= stride <= MAX_STRIDE:
            raise UserError(f'step between frames {stride}: must be from 1 to {MAX_STRIDE}.')
        choice = model_choice(source, tracks_file, refiner, self.servers, self._device)
        self.forget()
        self._folder.mkdir(parents=True)
        out_dir = Path(tempfile.mkdtemp(dir=self._folder))
        question = Question(file, texts, choice, int(stride), self._limits.max_frames, out_dir)
        answer = self._ask(question, on_progress)
        tracks = str(answer.tracks) if answer.tracks else None
        return str(answer.overlay), table(answer), tracks, [str(answer.masks), str(answer.result)]

    def forget(self) -> None:
        """Removes the files of the last answer."""
        shutil.rmtree(self._folder, ignore_errors=True)


def table(answer: Answer) -> str:
    """The sentences with their colours, scores and tracks, and the notes, in HTML."""
    rows = [
        f'<tr><td style="color: rgb{colour_of(index)}">&#9632;</td>'
        f'<td>{html.escape(one.text)}</td><td>{one.score:.2f}</td>'
        f'<td>{html.escape(one.tracks) or "-"}</td>'
        f'<td>{one.frames} of {answer.num_frames}</td></tr>'
        for index, one in enumerate(answer.sentences)
    ]
    notes = [f'<p>Note: {html.escape(note)}</p>' for note in answer.notes]
    head = '<tr><th></th><th>sentence</th><th>score</th><th>tracks</th><th>frames</th></tr>'
    return f'<table class="mevis-answers">{head}{"".join(rows)}</table>{"".join(notes)}'


def build_page(visit: Visit, limits: WebLimits, examples: Sequence[Example]) -> Any:
    """The page.

    Args:
        visit: Answers a request.
        limits: What is said of them, and how many requests wait.
        examples: Videos with sentences.

    Returns:
        ``gradio.Blocks``, to be launched.
    """
    import gradio as gr

    def segment(video, sentences, source, tracks_file, refiner, stride, progress=gr.Progress()):  # noqa: B008 - as Gradio wants it
        """Answers sentences about a video."""
        try:
            yield visit(
                video,
                sentences,
                source,
                tracks_file,
                refiner,
                stride,
                lambda share, what: progress(share, desc=what),
            )
        except UserError as error:
            message = html.escape(str(error))
            raise gr.Error(message, duration=None, print_exception=False) from error
        finally:
            visit.forget()  # Gradio has copies by now, which it deletes when they are old

    sources, names = track_sources(visit.servers), refiners()
    seconds = limits.keep_minutes * 60
    with gr.Blocks(
        title=_TITLE, analytics_enabled=False, delete_cache=(min(seconds, 300), seconds)
    ) as page:
        gr.Markdown(_INTRO)
        with gr.Row():
            with gr.Column():
                video = gr.Video(
                    label=f'Video, at most {limits.max_mb} MB', sources=['upload'], elem_id='video'
                )
                sentences = gr.Textbox(
                    label=f'Sentences, one per line, at most {limits.max_sentences}',
                    lines=3,
                    elem_id='sentences',
                )
                source = gr.Dropdown(sources, value=sources[0], label='Tracks', elem_id='source')
                tracks_file = gr.File(
                    label='A file of tracks', type='filepath', visible=False, height=120
                )
                refiner = gr.Dropdown(names, value=names[0], label='Refiner of the masks')
                stride = gr.Slider(1, MAX_STRIDE, 1, step=1, label='Step between frames')
                ask = gr.Button('Segment', variant='primary', elem_id='segment')
            with gr.Column():
                overlay = gr.Video(
                    label='Answer', autoplay=True, loop=True, interactive=False, elem_id='overlay'
                )
                answers = gr.HTML(elem_id='answers')
                tracks = gr.Video(label='Tracks', loop=True, interactive=False, elem_id='tracks')
                files = gr.File(
                    label='Masks and JSON',
                    file_count='multiple',
                    interactive=False,
                    elem_id='files',
                )
        if examples:
            gr.Examples([[str(path), text] for path, text in examples], [video, sentences])
        gr.Markdown(_limits_in_words(limits))
        source.change(
            lambda chosen: gr.update(visible=chosen == FROM_FILE),
            source,
            tracks_file,
            api_visibility='private',
        )
        outputs = [overlay, answers, tracks, files]
        # What is shown is of the last question, also where the new one is refused.
        ask.click(
            lambda: (None, '', None, None), None, outputs, queue=False, api_visibility='private'
        ).then(
            segment,
            [video, sentences, source, tracks_file, refiner, stride],
            outputs,
            api_name='segment',
            concurrency_limit=1,
        )
    page.queue(max_size=limits.max_waiting, default_concurrency_limit=4)
    return page


def _limits_in_words(limits: WebLimits) -> str:
    return (
        f'One request is answered at a time and {limits.max_waiting} wait. At most'
        f' {limits.max_frames} frames are processed, in at most {limits.max_seconds} seconds. Files'
        f' are deleted after {limits.keep_minutes} minutes.'
    )
