"""Any model of transformers for automatic speech recognition."""

from functools import cached_property
from typing import Any

import numpy as np

from mevis.boundary.files import expanded
from mevis.errors import UserError
from mevis.registry import TRANSCRIBERS
from mevis.transcribers.base import Transcriber


@TRANSCRIBERS.register_module()
class SpeechRecognitionTranscriber(Transcriber):
    """The ``automatic-speech-recognition`` pipeline of transformers on a folder.

    Nothing is downloaded; the constructor loads nothing, the first use does.

    Args:
        weights: Folder of a model such as Whisper or Wav2Vec 2.0: ``config.json``,
            ``model.safetensors`` and the files of its tokenizer and feature extractor.
        device: Where it runs.
    """

    def __init__(self, weights: str, device: str = 'cpu') -> None:
        self.weights = weights
        self.device = device

    @property
    def sample_rate(self) -> int:
        """That of its feature extractor."""
        return int(self._pipeline.feature_extractor.sampling_rate)

    def __call__(self, audio: np.ndarray) -> str:
        """Writes down what is said."""
        return str(self._pipeline({'raw': audio, 'sampling_rate': self.sample_rate})['text'])

    @cached_property
    def _pipeline(self) -> Any:
        folder = expanded(self.weights)
        absent = [name for name in ('config.json', '*.safetensors') if not any(folder.glob(name))]
        if absent:
            raise UserError(
                f'{self.weights}: no {" and no ".join(absent)} in it. Download a model for'
                ' automatic speech recognition to a folder, and name it in `weights`.'
            )
        from transformers import pipeline

        try:
            return pipeline(
                'automatic-speech-recognition',
                model=str(folder),
                device=self.device,
                model_kwargs={'use_safetensors': True},  # nothing that must be unpickled
            )
        # Of damaged files anything is raised, some of it by compiled code.
        except Exception as error:
            said = (str(error).splitlines() or [type(error).__name__])[0]
            raise UserError(
                f'{self.weights}: {said} (a model for automatic speech'
                ' recognition is needed, with tokenizer and feature extractor).'
            ) from error
