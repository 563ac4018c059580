"""Sound from outside: one channel at a wanted rate, or one line about what is wrong."""

from pathlib import Path

import numpy as np

from mevis.boundary.files import regular_file
from mevis.errors import UserError

LONGEST_SECONDS = 600
"""Of a recording; a spoken sentence takes a few."""


def read_audio(path: str | Path, rate: int) -> np.ndarray:
    """Decodes a recording of any format that FFmpeg knows.

    Args:
        path: WAV, FLAC, MP3, Ogg, M4A, or a film with a sound track.
        rate: Samples per second.

    Returns:
        (N,) float32 in [-1, 1], the mean of its channels.

    Raises:
        UserError: If it is missing, damaged, without sound, not finite or longer than
            ``LONGEST_SECONDS``.
    """
    import av

    mend = 'Download or record it again.'
    pieces, length = [], 0
    # Packed: PyAV reads planes of no more than eight channels.
    resampler = av.AudioResampler('flt', rate=rate)
    try:
        # An open file and no protocols, so that a playlist cannot make FFmpeg open others.
        options = {'protocol_whitelist': 'none'}
        with regular_file(path).open('rb') as file, av.open(file, options=options) as container:
            if not container.streams.audio:
                raise UserError(f'{path}: it contains no audio. {mend}')
            for frame in (*container.decode(audio=0), None):
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray().reshape(-1, piece.layout.nb_channels).mean(1))
                    length += len(pieces[-1])
                if length > LONGEST_SECONDS * rate:
                    raise UserError(
                        f'{path}: longer than {LONGEST_SECONDS} s. One recording is one sentence.'
                    )
    except FileNotFoundError as error:
        raise UserError(f'{path}: no such recording. Check the pattern.') from error
    except av.error.FFmpegError as error:
        raise UserError(
            f'{path}: the recording cannot be read ({error.strerror}). {mend}'
        ) from error
    if not length:
        raise UserError(f'{path}: it contains no audio. {mend}')
    sound = np.concatenate(pieces)
    if not np.isfinite(sound).all():
        raise UserError(f'{path}: the recording holds NaN or infinite samples. {mend}')
    return sound
