"""What every transcriber must hold, ours or a third party's."""

from typing import Any

import numpy as np

from mevis.testing.contracts import ContractError, check_constructor

_RATES = (4_000, 384_000)


def check_transcriber(transcriber: Any) -> None:
    """``(N,) float32 in [-1, 1] -> str``, the same each time, at a fixed ``sample_rate``.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(transcriber))
    rate = getattr(transcriber, 'sample_rate', None)
    if type(rate) is not int or not _RATES[0] <= rate <= _RATES[1]:
        raise ContractError(
            f'{_name(transcriber)}: sample_rate is {rate!r}, not a whole number of samples per'
            f' second from {_RATES[0]} to {_RATES[1]}'
        )
    for what, audio in _recordings(rate).items():
        given = audio.copy()
        text = transcriber(given)
        if type(text) is not str:
            raise ContractError(f'{_name(transcriber)}: gives no str of {what}, but {text!r:.60}')
        if not np.array_equal(given, audio):
            raise ContractError(f'{_name(transcriber)}: changes the samples that it is given')
        again = transcriber(audio.copy())
        if again != text:
            raise ContractError(
                f'{_name(transcriber)}: a second run gives another text of {what}:'
                f' {again!r:.60} instead of {text!r:.60}'
            )
    if transcriber.sample_rate != rate:
        raise ContractError(f'{_name(transcriber)}: sample_rate changes after a call')


def _recordings(rate: int) -> dict[str, np.ndarray]:
    """Samples by name: what a user's recordings may be."""
    times = np.arange(2 * rate) / rate
    noise = np.random.default_rng(0).uniform(-1, 1, rate)
    samples = {
        'two seconds of a tone': np.sin(2 * np.pi * 220 * times),
        'a second of noise': noise,
        'silence': np.zeros(rate),
        'a tenth of a second': noise[: rate // 10],
    }
    return {what: audio.astype(np.float32) for what, audio in samples.items()}


def _name(transcriber: Any) -> str:
    return type(transcriber).__name__
