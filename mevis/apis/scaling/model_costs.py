"""What a trained model costs beside its size: seconds per frame and sentence, and memory."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from mevis.testing.peak_memory import measure


@dataclass(frozen=True)
class ModelCosts:
    """Costs of one model on one video; loading it does not count.

    Attributes:
        parameters: Of its weights file; what finds tracks for it is another model.
        frames: Frames of the video.
        first_sentence: Processor seconds of an answer to one sentence, masks drawn.
        further_sentence: Processor seconds that each further sentence adds.
        own_mib: What the peak of the answer to all sentences adds to the loaded model.
        peak_mib: The peak of the whole process.
    """

    parameters: int
    frames: int
    first_sentence: float
    further_sentence: float
    own_mib: float
    peak_mib: float


def model_costs_apart(
    config: str, checkpoint: str, video: str | Path, texts: Sequence[str]
) -> ModelCosts:
    """:func:`model_costs` in a process of its own, where no other model has left memory behind."""
    with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool:
        return pool.submit(model_costs, config, checkpoint, video, texts).result()


def model_costs(
    config: str, checkpoint: str, video: str | Path, texts: Sequence[str]
) -> ModelCosts:
    """Loads a model, warms it up, and answers one sentence and then all.

    Args:
        config: Its config.
        checkpoint: Its weights.
        video: Whatever ``open_video`` opens.
        texts: Two sentences or more.

    Raises:
        UserError: If config, weights and video do not fit; see :class:`RefVidSegInferencer`.
    """
    from mevis.apis.inference.inferencer import RefVidSegInferencer

    inferencer = RefVidSegInferencer(config, checkpoint, device='cpu')

    def answer(asked: Sequence[str]) -> Any:
        result = inferencer(video, asked)
        for index in range(len(asked)):
            result.masks(index)
        return result

    frames = len(answer(texts[:1]).frame_names)
    one = measure(lambda: answer(texts[:1])).cpu_seconds
    every = measure(lambda: answer(texts))
    return ModelCosts(
        parameters=sum(parameter.numel() for parameter in inferencer.model.parameters()),
        frames=frames,
        first_sentence=one,
        further_sentence=max(0.0, every.cpu_seconds - one) / (len(texts) - 1),
        own_mib=every.own_mib,
        peak_mib=every.peak_mib,
    )
