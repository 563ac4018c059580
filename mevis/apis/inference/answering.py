"""Which model answers sentences, what is to be said about that, and what is written of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mevis.apis.drawing.instances import draw_instances
from mevis.apis.explanation import one_line
from mevis.apis.inference.inferencer import RefVidSegInferencer
from mevis.apis.inference.output import OnFrame, write_result
from mevis.apis.inference.result import InferenceResult
from mevis.apis.inference.shipped_model import chosen_model
from mevis.apis.inference.track_inferencer import TrackInferencer, TrackInferenceResult
from mevis.apis.inference.track_selection import TrackChoice

UNSEEN = (
    'these answers are chosen by motion alone. Looks and names count for nothing, and what rests'
    ' all the time is not among the tracks of what moves.'
)
SHAPES_ONLY = (
    'no sentence asks for a motion, so the small MUTR looks at the frames. It knows painted shapes'
    ' only.'
)
NO_MOTION = (
    '{!r} asks for no motion that the selector knows, so nothing is marked for it. Ask it alone,'
    ' and the small MUTR looks at the frames.'
)
_DRAWN = 12
Inferencer = Callable[..., InferenceResult]


@dataclass(frozen=True)
class ModelChoice:
    """What a user says about the model.

    Attributes:
        tracks: ``motion``, ``dvis`` or a file of tracks; None: tracks of what moves, unless
            ``config`` names a model or no sentence asks for a motion.
        config: Of a model that looks at frames, or of a selector among ``tracks``.
        checkpoint: Its weights.
        device: Such as ``cuda``.
        cfg_options: Overrides of its config.
        allow_untrained: Take weights that lack parts of the model.
    """

    tracks: str | None = None
    config: str | None = None
    checkpoint: str | None = None
    device: str | None = None
    cfg_options: Mapping[str, Any] = field(default_factory=dict)
    allow_untrained: bool = False

    @property
    def looks_at_frames(self) -> bool:
        """Whether a model is named that needs no tracks."""
        return self.tracks is None and bool(self.config or self.checkpoint)


class Answerer:
    """The model of a choice, loaded once.

    Args:
        choice: The choice.

    Raises:
        UserError: If there is no such model, or config and weights do not fit.
        FileNotFoundError: If the checkpoint does not exist.
    """

    def __init__(self, choice: ModelChoice) -> None:
        self._choice = choice
        self._model: Any
        self._shapes: RefVidSegInferencer | None = None
        if choice.looks_at_frames:
            config, checkpoint = chosen_model(choice.config, choice.checkpoint)
            self._model = RefVidSegInferencer(
                config,
                checkpoint,
                choice.device,
                choice.cfg_options,
                allow_untrained=choice.allow_untrained,
            )
        else:
            self._model = TrackInferencer(
                choice.tracks or 'motion',
                choice.config,
                choice.checkpoint,
                choice.device,
                choice.cfg_options,
                lenient=choice.tracks is None,
            )

    def inferencer_for(self, texts: Sequence[str]) -> tuple[Inferencer, list[str]]:
        """The inferencer for some sentences.

        Returns:
            A function of a video, sentences, stride and number of frames; and notes, of which
            answers a user should know before the work.
        """
        choice = self._choice
        if choice.tracks is not None or choice.looks_at_frames:
            return self._model, []
        unasked = [text for text in texts if not self._model.asks_for_motion(text)]
        if len(unasked) < len(texts):
            return self._model, [NO_MOTION.format(one_line(text)) for text in unasked]
        if self._shapes is None:
            shipped = chosen_model(None, None)
            self._shapes = RefVidSegInferencer(*shipped, choice.device, choice.cfg_options)
        return self._shapes, [SHAPES_ONLY]


def choices_of(result: InferenceResult) -> Sequence[TrackChoice | None]:
    """What was chosen of the tracks, per sentence; None each for a model without any."""
    if isinstance(result, TrackInferenceResult):
        return result.choices
    return [None] * len(result.predictions)


def describe_choice(choice: TrackChoice | None) -> str:
    """Which tracks a sentence means, in words; nothing for a model without any."""
    if choice is None:
        return ''
    if not choice.chosen:
        best = f', the best track has {max(choice.scores):.2f}' if choice.scores else ''
        return f'nothing is marked: {len(choice.scores)} tracks{best}'
    numbers = ', '.join(map(str, choice.chosen))
    return f'track{"s" if len(choice.chosen) > 1 else ""} {numbers} of {len(choice.scores)}'


def write_tracks(result: InferenceResult, out_dir: str | Path) -> list[Path]:
    """Draws the best tracks that were chosen among, if the model has any.

    Returns:
        ``tracks/overlay.mp4`` and ``tracks/sheet.png``, or nothing.
    """
    if not isinstance(result, TrackInferenceResult) or not result.choices:
        return []
    return draw_instances(result.source, result.tracks.top(_DRAWN), Path(out_dir) / 'tracks')


def write_answers(
    result: InferenceResult, out_dir: str | Path, on_frame: OnFrame = lambda done: None
) -> list[Path]:
    """Writes the files of :func:`write_result` and those of :func:`write_tracks`."""
    return [*write_result(result, out_dir, on_frame), *write_tracks(result, out_dir)]
