"""Recordings for tests."""

import wave
from pathlib import Path

import numpy as np


def write_tone(path: str | Path, seconds: float, rate: int = 8000, channels: int = 1) -> Path:
    """Writes a WAV file of 16 bits with a tone of 440 Hz.

    Args:
        path: The file; its folder is made.
        seconds: Its length.
        rate: Samples per second.
        channels: How many; all alike.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate) / 2
    values = np.repeat((samples * 32767).astype('<i2')[:, None], channels, 1)
    with wave.open(str(path), 'wb') as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(values.tobytes())
    return path
