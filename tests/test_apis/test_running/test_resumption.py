import os

import pytest
import torch
from mmengine.config import Config

from mevis.apis.running.resumption import latest_checkpoint, set_resume, whole_checkpoint
from mevis.errors import UserError


def save(path) -> None:
    torch.save({'state_dict': {'a': torch.ones(1000)}}, path)


def cut(path) -> None:
    path.write_bytes(path.read_bytes()[:-700])


def test_the_latest_checkpoint_is_found_in_a_moved_folder(tmp_path):
    assert latest_checkpoint(tmp_path) is None
    (tmp_path / 'iter_90.pth').touch()
    (tmp_path / 'iter_100.pth').touch()
    assert latest_checkpoint(tmp_path).name == 'iter_100.pth'
    (tmp_path / 'last_checkpoint').write_text('/elsewhere/iter_90.pth')
    assert latest_checkpoint(tmp_path).name == 'iter_90.pth'
    (tmp_path / 'iter_90.pth').unlink()
    assert latest_checkpoint(tmp_path).name == 'iter_100.pth'


def test_a_training_that_was_killed_before_it_named_its_checkpoint_resumes_from_it(tmp_path):
    for second, name in enumerate(['iter_14.pth', 'last_checkpoint', 'iter_15.pth']):
        (tmp_path / name).write_text('iter_14.pth' if name == 'last_checkpoint' else '')
        os.utime(tmp_path / name, ns=(second * 10**9,) * 2)
    assert latest_checkpoint(tmp_path).name == 'iter_15.pth'
    os.utime(tmp_path / 'iter_15.pth', ns=(0, 0))  # what another training left, long before
    assert latest_checkpoint(tmp_path).name == 'iter_14.pth'
    (tmp_path / 'last_checkpoint').write_text('mine.pth')
    (tmp_path / 'mine.pth').touch()
    os.utime(tmp_path / 'last_checkpoint', ns=(0, 0))  # what a user named counts
    assert latest_checkpoint(tmp_path).name == 'mine.pth'


def test_a_file_that_was_damaged_later_does_not_come_first(tmp_path):
    for number in (8, 9, 10):
        save(tmp_path / f'iter_{number}.pth')
    (tmp_path / 'last_checkpoint').write_text('iter_10.pth')
    os.utime(tmp_path / 'last_checkpoint', ns=(0, 0))
    assert latest_checkpoint(tmp_path).name == 'iter_10.pth'


@pytest.mark.parametrize(
    'name',
    ['iter_12_backup.pth', 'iter_best.pth', 'best_J&F_iter_12.pth', 'iter_².pth', 'iter_-3.pth']
    + ['iter_' + '9' * 100 + '.pth', '.iter_12.pth.partial'],
)
def test_files_of_other_names_do_not_count(tmp_path, name):
    (tmp_path / name).touch()
    assert latest_checkpoint(tmp_path) is None
    (tmp_path / 'iter_3.pth').touch()
    assert latest_checkpoint(tmp_path).name == 'iter_3.pth'


@pytest.mark.parametrize(
    'pointer', [b'', b'\xff\xfe\xfd', b'a' * 5000, b'\0', b'..', b'/', b'x/iter_9.pth\nmore', b'\n']
)
def test_a_pointer_that_points_nowhere_is_passed_over(tmp_path, pointer):
    (tmp_path / 'last_checkpoint').write_bytes(pointer)
    assert latest_checkpoint(tmp_path) is None
    (tmp_path / 'iter_3.pth').touch()
    assert latest_checkpoint(tmp_path).name == 'iter_3.pth'


def test_a_pointer_may_be_a_folder(tmp_path):
    (tmp_path / 'last_checkpoint').mkdir()
    assert latest_checkpoint(tmp_path) is None


def test_a_cut_checkpoint_falls_back_to_the_whole_one_before_and_says_so(tmp_path, capsys):
    for number in (8, 9, 10):
        save(tmp_path / f'iter_{number}.pth')
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'iter_10.pth'))
    assert whole_checkpoint(tmp_path).name == 'iter_10.pth'
    assert not capsys.readouterr().out
    cut(tmp_path / 'iter_10.pth')
    assert whole_checkpoint(tmp_path).name == 'iter_9.pth'
    said = capsys.readouterr().out
    assert 'iter_10.pth: not whole' in said
    assert 'from the one before, iter_9.pth' in said
    (tmp_path / 'iter_9.pth').write_bytes(b'')
    cfg = Config(dict(work_dir=str(tmp_path)))
    set_resume(cfg, 'auto')
    assert cfg.load_from == str(tmp_path / 'iter_8.pth')


def test_no_whole_checkpoint_at_all_is_one_line(tmp_path):
    save(tmp_path / 'iter_8.pth')
    cut(tmp_path / 'iter_8.pth')
    with pytest.raises(UserError, match=r'iter_8\.pth: not whole .*another --work-dir'):
        set_resume(Config(dict(work_dir=str(tmp_path))), 'auto')


def test_what_resume_means(tmp_path, capsys):
    cfg = Config(dict(work_dir=str(tmp_path)))
    set_resume(cfg, 'auto')
    assert 'resume' not in cfg
    assert 'starts from the beginning' in capsys.readouterr().out
    save(tmp_path / 'iter_3.pth')
    with pytest.raises(UserError, match='--resume'):
        set_resume(cfg, None)
    set_resume(cfg, 'auto')
    assert (cfg.resume, cfg.load_from) == (True, str(tmp_path / 'iter_3.pth'))
    set_resume(cfg, 'other.pth')
    assert cfg.load_from == 'other.pth'
