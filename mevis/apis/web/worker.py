"""A process of its own that answers, so that it can be ended and that its end is not the server's.

A model that runs in a thread cannot be stopped, and a file that makes a decoder crash, or a video
that takes all memory, would take the server with it.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from mevis.apis.web.limits import WebLimits
from mevis.apis.web.question import Answer, OnProgress, Question
from mevis.boundary.pictures import LIMIT_VARIABLE
from mevis.errors import UserError
from mevis.structures.parent_watch import end_with_parent

_OOM_SCORE = Path('/proc/self/oom_score_adj')
_DEFECT = '{} (this is a fault of mevis; the log of the server shows where)'


class AnsweringProcess:
    """Answers one question at a time in another process, which is started again when it has ended.

    Args:
        limits: What a question may cost.
        serve: What the other process does.
        start_method: Of multiprocessing; only ``spawn`` may be used with a GPU.
    """

    def __init__(
        self,
        limits: WebLimits,
        serve: Callable[..., None] | None = None,
        start_method: str = 'spawn',
    ) -> None:
        self._limits = limits
        self._serve = serve or serve_questions
        self._context: Any = multiprocessing.get_context(start_method)
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection

    def start(self) -> None:
        """Starts the process, so that the first visitor need not wait for it."""
        if self._process is not None and self._process.is_alive():
            return
        self.close()
        self._connection, other = self._context.Pipe()
        self._process = self._context.Process(
            target=self._serve, args=(other, os.getpid(), self._limits.max_pixels), daemon=True
        )
        self._process.start()
        other.close()

    def ask(self, question: Question, on_progress: OnProgress) -> Answer:
        """Answers; a second question waits for the first.

        Raises:
            UserError: If the question is wrong in the words of the command line, takes longer than
                is allowed, or the process ended.
        """
        with self._lock:
            self.start()
            try:
                self._connection.send(question)
                return self._wait(question, on_progress)
            except (EOFError, OSError) as error:
                self.close()
                raise UserError(
                    f'{question.video.name}: the process that answered has ended, for want of'
                    ' memory as a rule. Choose a shorter or smaller clip.'
                ) from error

    def close(self) -> None:
        """Ends the process, whatever it does."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.join()
        self._connection.close()

    def _wait(self, question: Question, on_progress: OnProgress) -> Answer:
        deadline = time.monotonic() + self._limits.max_seconds
        while (left := deadline - time.monotonic()) > 0 and self._connection.poll(left):
            kind, *content = self._connection.recv()
            if kind == 'progress':
                on_progress(*content)
            elif kind == 'error':
                raise UserError(content[0])
            else:
                return content[0]
        self.close()
        raise UserError(
            f'{question.video.name}: the answer takes longer than {self._limits.max_seconds}'
            ' seconds, the limit of this server. Choose a shorter clip, fewer sentences or a larger'
            ' step between frames.'
        )


def serve_questions(connection: Connection, parent: int, max_pixels: int) -> None:
    """What the process does until its server ends: answers what comes.

    Args:
        connection: To the server.
        parent: Process id of the server.
        max_pixels: Of a frame; larger ones are refused.
    """
    end_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the server ends this
    os.environ[LIMIT_VARIABLE] = str(max_pixels)
    with suppress(OSError):
        _OOM_SCORE.write_text('1000')  # where memory ends, this process is to end and no other
    answer = _loaded_answer()
    while True:
        try:
            question = connection.recv()
        except EOFError:
            return
        connection.send(
            _reply(question, answer, lambda share, what: connection.send(('progress', share, what)))
        )


def _loaded_answer() -> Callable[[Question, OnProgress], Answer]:
    """Answers with models that stay loaded; the last two."""
    from mevis.apis.inference.answering import Answerer
    from mevis.apis.web.question import answer

    loaded: list[tuple[Any, Answerer]] = []

    def answer_with_loaded(question: Question, on_progress: OnProgress) -> Answer:
        found = next((pair for pair in loaded if pair[0] == question.choice), None)
        if found is None:
            on_progress(0.0, 'loading the model')
            found = (question.choice, Answerer(question.choice))
            loaded[:] = [found, *loaded[:1]]
        return answer(question, found[1], on_progress)

    return answer_with_loaded


def _reply(
    question: Question,
    answer: Callable[[Question, OnProgress], Answer],
    on_progress: OnProgress,
) -> tuple[str, Any]:
    import traceback

    from mevis.apis.explanation import explain, one_line

    try:
        found = answer(question, on_progress)
        return 'answer', replace(found, notes=[_without_folders(n, question) for n in found.notes])
    except Exception as error:
        message = explain(error)
        if message is None:
            traceback.print_exc()
            message = _DEFECT.format(f'{type(error).__name__}: {error}'[:500])
        return 'error', one_line(_without_folders(message, question))


def _without_folders(text: str, question: Question) -> str:
    """Files by their names: where they lie on the server is nobody's business."""
    choice = question.choice
    named = map(Path, filter(None, (choice.tracks, choice.config, choice.checkpoint)))
    known = {question.video, question.video.parent, question.out_dir, *named}
    for path in sorted(known, key=lambda path: -len(str(path))):  # files before their folders
        text = text.replace(str(path), path.name)
    return text
