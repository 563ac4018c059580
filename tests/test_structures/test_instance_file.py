import json

import numpy as np
import pytest

from mevis.errors import UserError
from mevis.structures import InstanceMasks, encode_rle
from mevis.structures.instance_file import read_instance_file

RLES = [encode_rle(np.ones((2, 3, 4), bool)), [None, *encode_rle(np.ones((1, 3, 4), bool))]]


def write(path, **changes):
    content = InstanceMasks(RLES, [0.9, 0.4], [0, -1], (3, 4), ids=[3, 'b']).to_dict()
    path.write_text(json.dumps({**content, **changes}))
    return path


def test_a_sound_file_is_read(tmp_path):
    found = read_instance_file(write(tmp_path / 'bird.json'))
    assert found.instances.rles == RLES
    assert found.instances.ids == [3, 'b']
    assert found.num_frames == 2
    assert read_instance_file(write(tmp_path / 'bird.json', ids=None)).instances.ids is None


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        (dict(ids=[]), 'ids differ in length'),
        (dict(ids=[1]), 'ids differ in length'),
        (dict(scores=[0.5]), 'differ in length'),
        (dict(ids=[3, 3]), 'two tracks have one id'),
        (dict(rles=[RLES[0], RLES[1][:1]]), 'track 1'),
        (dict(size=[3, 5]), 'track 0'),
        (dict(frames=['0', '1', '2']), 'track 0'),
        (dict(scores=['a', 'b']), r'scores\[0\]'),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path, changes, said):
    with pytest.raises(UserError, match=rf'bird\.json: .*{said}'):
        read_instance_file(write(tmp_path / 'bird.json', **changes))
