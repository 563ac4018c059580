"""The contract of a transcriber."""

from abc import ABC, abstractmethod

import numpy as np


class Transcriber(ABC):
    """A recording in, its text out."""

    @property
    @abstractmethod
    def sample_rate(self) -> int:
        """Samples per second that it wants."""

    @abstractmethod
    def __call__(self, audio: np.ndarray) -> str:
        """Writes down what is said.

        Args:
            audio: (N,) float32 in [-1, 1], one channel at :attr:`sample_rate`.

        Returns:
            The text; empty where nothing is understood.
        """
