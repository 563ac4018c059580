"""Broken transcribers are caught; ours is checked beside its tiny model."""

import numpy as np
import pytest

from mevis.testing import ContractError, check_transcriber


class FaultyTranscriber:
    """Counts loud samples, with a fault."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.calls = 0

    @property
    def sample_rate(self) -> int | None:
        rates = {'no rate': None, 'slow': 1, 'fraction': 16000.0, 'drifting': 8000 + self.calls}
        return rates.get(self.fault, 16000)

    def __call__(self, audio: np.ndarray) -> str | None:
        self.calls += 1
        if self.fault == 'careless':
            audio /= 2
        if self.fault == 'mute' and not audio.any():
            return None
        text = f'{int((audio > 0.5).sum())} loud'
        return f'{text} {self.calls}' if self.fault == 'moody' else text


def test_a_sound_one_passes():
    check_transcriber(FaultyTranscriber('none'))


@pytest.mark.parametrize(
    ('fault', 'message'),
    [
        ('no rate', 'sample_rate is None'),
        ('slow', 'sample_rate is 1,'),
        ('fraction', r'sample_rate is 16000\.0'),
        ('drifting', 'sample_rate changes'),
        ('careless', 'changes the samples'),
        ('mute', 'gives no str of silence, but None'),
        ('moody', 'a second run gives another text'),
    ],
)
def test_a_faulty_one_is_caught(fault, message):
    with pytest.raises(ContractError, match=f'FaultyTranscriber: {message}'):
        check_transcriber(FaultyTranscriber(fault))


class LaxTranscriber(FaultyTranscriber):
    def __init__(self, **options: str) -> None:
        super().__init__('none')


def test_a_constructor_that_takes_anything_is_caught():
    with pytest.raises(ContractError, match='the constructor takes'):
        check_transcriber(LaxTranscriber())
