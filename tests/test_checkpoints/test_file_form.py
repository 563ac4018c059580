import os
import pickle

import pytest
import torch
from safetensors.torch import save_file

from mevis.checkpoints.file_form import LEGACY, PICKLE, SAFETENSORS, ZIP, form_of
from mevis.checkpoints.loading import load_weights
from mevis.errors import UserError

STATE = {'weight': torch.ones(3)}


def write(path, form: str) -> None:
    if form == SAFETENSORS:
        save_file(STATE, path)
    elif form == PICKLE:
        path.write_bytes(pickle.dumps({key: value.numpy() for key, value in STATE.items()}))
    else:
        torch.save(STATE, path, _use_new_zipfile_serialization=form == ZIP)


@pytest.mark.parametrize('form', [ZIP, LEGACY, PICKLE, SAFETENSORS])
@pytest.mark.parametrize('name', ['a.pth', 'a.safetensors', 'a.pkl', 'a', 'a.jpg'])
def test_the_name_says_nothing(tmp_path, form, name):
    write(tmp_path / name, form)
    assert form_of(tmp_path / name) == form
    assert torch.equal(load_weights(tmp_path / name).state_dict['weight'], STATE['weight'])


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (b'', 'empty'),
        (b'version https://git-lfs.github.com/spec/v1\noid sha256:ab\n', r'Git LFS .*git lfs pull'),
        (b'\n<!DOCTYPE html><title>404</title>', 'page of the web'),
        (b'{"error": "not found"}', 'text'),
        (b'\x1f\x8b\x08rest', 'gzip; unpack'),
        (b'\0' * 2000, 'zeros'),
        (b'\x89HDF\r\n', 'HDF5'),
        (b'\x93NUMPY\x01', 'numpy'),
        (b'\xff\xfe\xfd\xfc' * 20, 'neither safetensors nor'),
    ],
)
@pytest.mark.parametrize('name', ['a.pth', 'a.safetensors'])
def test_what_is_no_checkpoint_is_told_by_its_first_bytes(tmp_path, content, said, name):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=rf'{name}: not a checkpoint file .*{said}'):
        form_of(tmp_path / name)


def test_a_folder_is_called_one_and_what_is_in_it_is_named(tmp_path):
    with pytest.raises(UserError, match='is a folder.*none in it'):
        form_of(tmp_path)
    (tmp_path / 'global_step5').mkdir()
    (tmp_path / 'global_step5/mp_rank_00_model_states.pt').touch()
    with pytest.raises(UserError, match=r'is a folder.*global_step5/mp_rank_00_model_states\.pt'):
        form_of(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / 'a.pth')
    with pytest.raises(UserError, match='pipe'):
        form_of(tmp_path / 'a.pth')


def test_a_dead_link_and_no_file_are_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        form_of(tmp_path / 'a.pth')
    (tmp_path / 'a.pth').symlink_to(tmp_path / 'gone.pth')
    with pytest.raises(FileNotFoundError):
        form_of(tmp_path / 'a.pth')
