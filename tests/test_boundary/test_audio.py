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
