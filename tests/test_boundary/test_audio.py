import struct

import numpy as np
import pytest

from mevis.boundary import audio
from mevis.boundary.audio import read_audio
from mevis.errors import UserError
from mevis.testing.audio_files import write_tone


@pytest.mark.parametrize(('rate', 'channels'), [(16000, 1), (8000, 2), (44100, 2)])
def test_one_channel_at_the_wanted_rate(tmp_path, rate, channels):
    samples = read_audio(write_tone(tmp_path / 'a.wav', 0.5, rate, channels), 16000)
    assert samples.dtype == np.float32
    assert samples.shape == (pytest.approx(8000, abs=50),)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.05)
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() * 16000 / len(samples) == pytest.approx(440, abs=5)


def test_what_is_no_recording_is_refused(tmp_path, monkeypatch):
    with pytest.raises(UserError, match=r'a\.wav: no such recording'):
        read_audio(tmp_path / 'a.wav', 16000)
    (tmp_path / 'b.wav').write_bytes(b'RIFF and then nothing')
    with pytest.raises(UserError, match=r'b\.wav: the recording cannot be read'):
        read_audio(tmp_path / 'b.wav', 16000)
    with pytest.raises(UserError, match='is a folder'):
        read_audio(tmp_path, 16000)
    monkeypatch.setattr(audio, 'LONGEST_SECONDS', 1)
    with pytest.raises(UserError, match='longer than 1 s'):
        read_audio(write_tone(tmp_path / 'c.wav', 1.5), 16000)


def write_wave(path, samples: np.ndarray, channels: int = 1):
    """A WAV of float32, which the module of Python does not write."""
    data = np.repeat(samples.astype('<f4'), channels).tobytes()
    form = struct.pack('<IHHIIHH', 16, 3, channels, 8000, 32000 * channels, 4 * channels, 32)
    chunks = b'WAVEfmt ' + form + b'data' + struct.pack('<I', len(data)) + data
    path.write_bytes(b'RIFF' + struct.pack('<I', len(chunks)) + chunks)
    return path


@pytest.mark.parametrize('channels', [1, 9, 64])
def test_any_number_of_channels(tmp_path, channels):
    ramp = np.linspace(-0.5, 0.5, 800)
    samples = read_audio(write_wave(tmp_path / 'a.wav', ramp, channels), 8000)
    np.testing.assert_allclose(samples, ramp, atol=1e-4)


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(tmp_path, value):
    with pytest.raises(UserError, match=r'a\.wav: the recording holds NaN'):
        read_audio(write_wave(tmp_path / 'a.wav', np.full(800, value)), 8000)


def test_a_playlist_opens_no_other_file(tmp_path, monkeypatch):
    write_tone(tmp_path / 'other.wav', 0.5)
    (tmp_path / 'a.wav').write_text('ffconcat version 1.0\nfile other.wav\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r'a\.wav: the recording cannot be read'):
        read_audio('a.wav', 8000)
