"""What is damaged, missing or does not fit in MeViS is named, file and key."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.errors import UserError
from mevis.registry import UnknownModuleError
from mevis.structures import InstanceMasks

META, MASKS = 'meta_expressions.json', 'mask_dict.json'


def test_no_such_folder_or_file(train, tmp_path: Path):
    with pytest.raises(UserError, match=r'absent.*data_root'):
        train(data_root=str(tmp_path / 'absent'))
    with pytest.raises(UserError, match=r'train_u.meta_expressions\.json: no such file'):
        train(split='train_u')
    with pytest.raises(UnknownModuleError, match='GlobalFrameSampler'):
        train(frame_sampler={'type': 'GlobalSampler', 'num_frames': 3})


DAMAGES = [
    (META, r'video cat has no frames', lambda videos: videos['cat'].update(frames=[])),
    (
        META,
        r'video cat, expression 0 has no text',
        lambda videos: videos['cat']['expressions']['0'].update(exp='  '),
    ),
    (META, r'videos.cat.frames: expected array, got int', lambda v: v['cat'].update(frames=3)),
    (META, r'videos.cat.expressions: expected object', lambda v: v['cat'].update(expressions=[])),
    (
        META,
        r'video cat, expression 0: the id of an object is .x., not a number',
        lambda videos: videos['cat']['expressions']['0'].update(anno_id=['x']),
    ),
    (MASKS, r'no masks for anno_id 2', lambda masks: masks.pop('2')),
    (MASKS, r'anno_id 2 has 2 entries.*cat has 3', lambda masks: masks['2'].pop()),
    (
        MASKS,
        r'cat.*anno_id 2.*\(24, 128\).*\(48, 64\)',
        lambda masks: [rle.update(size=[24, 128]) for rle in masks['2']],
    ),
]


@pytest.mark.parametrize(('name', 'words', 'damage'), DAMAGES)
def test_damaged_annotations(mevis_root: Path, train, name: str, words: str, damage, change):
    change(mevis_root / 'train' / name, damage)
    with pytest.raises(UserError, match=words):
        train(videos=['cat'])[0]


@pytest.mark.parametrize('ending', ['.png', '.jpeg'])
def test_frames_of_another_format(mevis_root: Path, testing, ending: str):
    for path in (mevis_root / 'train/JPEGImages/bird').iterdir():
        Image.open(path).save(path.with_suffix(ending))
        path.unlink()
    assert testing(videos=['bird'])[0]['inputs'].shape[0] == 6


def test_a_split_without_any_sentence_is_refused(mevis_root: Path, train, testing, change):
    change(mevis_root / 'train' / META, lambda videos: videos['bird'].pop('expressions'))
    assert len(testing()) == 1
    change(mevis_root / 'train' / META, lambda videos: videos['cat'].pop('expressions'))
    for build in (train, testing):
        with pytest.raises(UserError, match='no video of split .train. has expressions'):
            build()


def test_missing_masks(mevis_root: Path, train):
    (mevis_root / 'train' / MASKS).unlink()
    with pytest.raises(UserError, match=r'mask_dict\.json: no such file'):
        train()


@pytest.mark.parametrize('text', ['', '{"videos": ', '[]', '{"videos": []}'])
def test_malformed_expressions(mevis_root: Path, train, text: str):
    (mevis_root / 'train' / META).write_text(text)
    with pytest.raises(UserError, match=r'meta_expressions\.json'):
        train()


@pytest.mark.parametrize('damage', ['missing', 'truncated', 'empty', 'size'])
def test_damaged_frame(mevis_root: Path, testing, train, damage: str):
    path = mevis_root / 'train/JPEGImages/cat/00001.jpg'
    if damage == 'missing':
        path.unlink()
    elif damage == 'size':
        Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(path)
    else:
        path.write_bytes(path.read_bytes()[: 400 if damage == 'truncated' else 0])
    for dataset in (testing(videos=['cat']), train(videos=['cat'])):
        with pytest.raises(UserError, match=r'cat.00001\.jpg.*again'):
            dataset[0]


def test_instance_masks_of_two_models_are_refused(mevis_root: Path, testing):
    folder = mevis_root / 'instances'
    folder.mkdir()
    content = InstanceMasks([], [], [], (48, 64)).to_dict()
    for video, weights in (('bird', 'first'), ('cat', 'second')):
        origin = {'made_of': {'checkpoint': weights}, **content}
        (folder / f'{video}.json').write_text(json.dumps(origin) + '\n')
    assert len(testing(instance_masks_dir=str(folder), videos=['cat'])) == 1
    with pytest.raises(UserError, match=r'bird\.json and cat\.json.*checkpoint'):
        testing(instance_masks_dir=str(folder))


def test_a_pipeline_that_does_not_fit_together_is_named(train, testing, train_pipeline):
    with pytest.raises(UserError, match=r"split 'train': it packs no item"):
        train(pipeline=train_pipeline[:-1])[0]
    with pytest.raises(UserError, match=r'PackRefVidSegInputs needs .*, which no transform before'):
        testing(pipeline=train_pipeline[-1:])[0]
