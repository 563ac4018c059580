import argparse
import contextlib
import os
import pickle

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from safetensors.torch import save_file

from mevis.checkpoints.safe_unpickling import read_file
from mevis.errors import UserError


class _RunsACommand:
    """A plain malicious pickle."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def _getattr_chain(path, command: str) -> None:
    """A file that reaches os.system through an allowlisted ``getattr`` alone.

    HistoryBuffer is on the engine's allowlist; its methods lead to their globals, and so to
    everything that the module has imported.
    """

    class Chain:
        def __reduce__(self):
            class Globals:
                def __reduce__(self):
                    return getattr, (HistoryBuffer.update, '__globals__')

            return getattr, (Globals(), 'get')

    torch.save({'state_dict': {'weight': torch.ones(1)}, 'x': Chain(), 'c': command}, path)


def test_a_pickle_that_runs_a_command_is_refused(tmp_path):
    path, proof = tmp_path / 'evil.pth', tmp_path / 'proof'
    torch.save(
        {'state_dict': {'weight': torch.ones(1)}, 'x': _RunsACommand(f'touch {proof}')}, path
    )
    with pytest.raises(UserError, match=r'evil\.pth: refused, .*(posix|nt)\.system.*safetensors'):
        read_file(path)
    assert not proof.exists()


def test_the_pickle_is_a_real_attack(tmp_path):
    path, proof = tmp_path / 'evil.pth', tmp_path / 'proof'
    torch.save({'x': _RunsACommand(f'touch {proof}')}, path)
    read_file(path, unsafe=True)
    assert proof.exists()


def test_getattr_of_an_allowlist_leads_nowhere(tmp_path):
    path = tmp_path / 'chain.pth'
    _getattr_chain(path, 'true')
    with pytest.raises(UserError, match=r'chain\.pth: refused, .*getattr'):
        read_file(path)


def test_the_getattr_chain_gets_past_the_engines_allowlist(tmp_path):
    from mmengine.runner.checkpoint import get_torch_safe_globals

    path = tmp_path / 'chain.pth'
    _getattr_chain(path, 'true')
    with torch.serialization.safe_globals(get_torch_safe_globals()):
        loaded = torch.load(path, weights_only=True)
    assert loaded['x']('np') is np


def test_what_the_engine_writes_is_read(tmp_path):
    path = tmp_path / 'engine.pth'
    history = HistoryBuffer([1.0, 2.0], [1, 1])
    saved = {
        'state_dict': {'weight': torch.ones(2)},
        'message_hub': {'log_scalars': {'loss': history}, 'lr': np.float64(0.1)},
    }
    torch.save(saved, path)
    hub = read_file(path)['message_hub']
    assert hub['log_scalars']['loss'].data[0].tolist() == [1.0, 2.0]
    assert hub['log_scalars']['loss'].statistics('mean') == 1.5
    assert hub['lr'] == 0.1


def test_a_command_line_is_read_as_plain_data(tmp_path):
    path = tmp_path / 'release.pth'
    torch.save({'model': {}, 'args': argparse.Namespace(backbone='resnet50')}, path)
    assert read_file(path)['args'].backbone == 'resnet50'


def test_a_file_of_before_zip_archives_is_held_to_the_same_rules(tmp_path):
    path = tmp_path / 'old.pth'
    torch.save({'x': _RunsACommand('true')}, path, _use_new_zipfile_serialization=False)
    with pytest.raises(UserError, match='refused'):
        read_file(path)


@pytest.mark.parametrize('name', ['weights.pth', 'weights.safetensors'])
@pytest.mark.parametrize('content', [b'', b'not weights', b'\x80\x02}q\x00', b'PK\x03\x04rest'])
def test_a_damaged_file_is_named(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf'{name}: .*(again|refused)'):
        read_file(path)


def test_the_page_of_a_failed_download_is_no_attack(tmp_path):
    path = tmp_path / 'weights.pth'
    path.write_text('<html>404 Not Found</html>')
    with pytest.raises(UserError, match=r'weights\.pth: not a checkpoint file .*download it again'):
        read_file(path)


def test_a_truncated_file_is_named(tmp_path):
    path = tmp_path / 'weights.pth'
    torch.save({'state_dict': {'weight': torch.ones(1000)}}, path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(UserError, match='not a whole checkpoint'):
        read_file(path)


def test_a_missing_file_is_an_os_error_with_its_name(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        read_file(tmp_path / 'absent.pth')
    assert caught.value.filename.endswith('absent.pth')


def test_pickle_of_a_plain_dict_without_torch_is_not_run(tmp_path):
    path, proof = tmp_path / 'raw.pth', tmp_path / 'proof'
    path.write_bytes(pickle.dumps(_RunsACommand(f'touch {proof}')))
    with pytest.raises(UserError):
        read_file(path)
    assert not proof.exists()


def small_checkpoint(path, legacy=False):
    state = {'weight': torch.arange(40.0).reshape(8, 5), 'counter': torch.tensor(3)}
    torch.save({'state_dict': state}, path, _use_new_zipfile_serialization=not legacy)
    return path.read_bytes()


@pytest.mark.parametrize('legacy', [False, True], ids=['zip', 'legacy'])
def test_a_file_cut_at_any_byte_is_named(tmp_path, legacy):
    path = tmp_path / 'weights.pth'
    data = small_checkpoint(path, legacy)
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(UserError, match=r'weights\.pth: .*again'):
            read_file(path)


def test_safetensors_cut_at_any_byte_are_named(tmp_path):
    path = tmp_path / 'weights.safetensors'
    save_file({'weight': torch.arange(40.0)}, path)
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(UserError, match=r'weights\.safetensors: .*again'):
            read_file(path)


def test_no_bit_of_an_archive_changes_unnoticed(tmp_path):
    path = tmp_path / 'weights.pth'
    data = small_checkpoint(path)
    found = intact = read_file(path)['state_dict']
    for place in range(0, len(data), 11):
        path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        with contextlib.suppress(UserError):
            found = read_file(path)['state_dict']
        # Padding, times and rights of entries are not part of the weights.
        assert found.keys() == intact.keys()
        assert all(torch.equal(found[key], intact[key]) for key in intact)


def test_an_archive_that_was_written_without_sums_is_read(tmp_path):
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        small_checkpoint(tmp_path / 'weights.pth')
    finally:
        torch.serialization.set_crc32_options(before)
    assert read_file(tmp_path / 'weights.pth')['state_dict']['counter'] == 3


def test_the_refusal_names_the_tool_that_has_the_option(tmp_path):
    path = tmp_path / 'evil.pth'
    torch.save({'x': _RunsACommand('true')}, path)
    with pytest.raises(UserError, match=r'tools/test\.py with --unsafe-unpickle'):
        read_file(path)


def test_zip_archives_of_others_are_told_apart(tmp_path):
    np.savez(tmp_path / 'arrays.npz', a=np.ones(2))
    with pytest.raises(UserError, match='a zip archive, but none of torch.save'):
        read_file(tmp_path / 'arrays.npz')
    torch.jit.trace(torch.nn.Linear(1, 1), torch.ones(1, 1)).save(str(tmp_path / 'program.pth'))
    with pytest.raises(UserError, match='TorchScript; save its state_dict'):
        read_file(tmp_path / 'program.pth')
