"""A split on disk: fixed by its recipe, resumable, and consistent with itself."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.datasets.integrity import check_split
from mevis.datasets.moving_shapes import Recipe, write_split
from mevis.datasets.moving_shapes import writer as writer_module
from mevis.datasets.moving_shapes.trajectory_oracle import answer
from mevis.datasets.transforms.expression import swap_left_right
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import decode_rle

ANNOTATIONS = ('meta_expressions.json', 'mask_dict.json', 'scenes.json', 'recipe.json')


def read(folder: Path, name: str) -> dict:
    return json.loads((folder / name).read_text())


def files_of(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob('*') if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_seed_fixes_every_byte_with_any_number_of_workers(
    small_split: Path, small_recipe: Recipe, tmp_path: Path
):
    again = write_split(tmp_path, 'train', small_recipe, workers=2)
    assert files_of(again) == files_of(small_split)
    assert set(ANNOTATIONS) <= set(files_of(again))


def test_another_seed_or_split_is_other_data(small_split, small_recipe, tmp_path):
    meta = (small_split / 'meta_expressions.json').read_text()
    other = write_split(tmp_path / 'a', 'train', replace(small_recipe, seed=4))
    assert (other / 'meta_expressions.json').read_text() != meta
    valid = write_split(tmp_path / 'b', 'valid_u', small_recipe)
    assert (valid / 'meta_expressions.json').read_text().replace('valid_u', 'train') != meta


def test_a_longer_split_begins_with_the_shorter_one(small_split, small_recipe, tmp_path):
    short = write_split(tmp_path, 'train', replace(small_recipe, num_videos=2))
    videos, longer = (
        read(folder, 'meta_expressions.json')['videos'] for folder in (short, small_split)
    )
    assert videos == {name: longer[name] for name in videos}


@pytest.mark.parametrize('cut_after', [0, 3])
def test_a_run_that_was_cut_off_goes_on(
    small_split, small_recipe, tmp_path, monkeypatch, cut_after
):
    real, made = writer_module.make_video, []

    def cut(split, recipe, index):
        if len(made) == cut_after:
            raise KeyboardInterrupt
        made.append(index)
        return real(split, recipe, index)

    monkeypatch.setattr(writer_module, 'make_video', cut)
    with pytest.raises(KeyboardInterrupt):
        write_split(tmp_path, 'train', small_recipe)
    assert not (tmp_path / 'train/meta_expressions.json').exists()

    def count(split, recipe, index):
        made.append(index)
        return real(split, recipe, index)

    monkeypatch.setattr(writer_module, 'make_video', count)
    folder = write_split(tmp_path, 'train', small_recipe)
    assert made == list(range(small_recipe.num_videos))
    assert files_of(folder) == files_of(small_split)


def test_a_whole_split_is_not_made_again(small_split, small_recipe, monkeypatch):
    monkeypatch.setattr(writer_module, 'make_video', None)
    done = []
    assert write_split(small_split.parent, 'train', small_recipe, on_video=done.append)
    assert done == [6]


@pytest.mark.parametrize(
    ('key', 'value'), [('seed', 9), ('num_videos', 7), ('height', 80), ('kinds', ('static',))]
)
def test_another_recipe_in_the_same_folder_is_refused(small_split, small_recipe, key, value):
    with pytest.raises(UserError, match=rf'train: was made with {key}=.*choose another folder'):
        write_split(small_split.parent, 'train', replace(small_recipe, **{key: value}))


@pytest.mark.parametrize('name', ['holiday.jpg', 'valid/meta_expressions.json', 'valid_u/a/b'])
def test_the_folder_of_somebody_else_is_not_filled(small_recipe, tmp_path, name):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(UserError, match=f'holds {name.split("/")[0]}, files that are not of'):
        write_split(tmp_path, 'train', small_recipe)
    assert not (tmp_path / 'train').exists()


def test_what_users_add_beside_splits_of_ours_is_theirs(small_recipe, tmp_path):
    recipe = replace(small_recipe, num_videos=1)
    write_split(tmp_path, 'valid', recipe)
    (tmp_path / 'tracks').mkdir()
    assert write_split(tmp_path, 'train', recipe).is_dir()


def test_a_folder_with_something_else_is_refused(small_recipe, tmp_path):
    (tmp_path / 'train').mkdir()
    (tmp_path / 'train/holiday.jpg').touch()
    with pytest.raises(UserError, match='holds train, files that are not of MovingShapes'):
        write_split(tmp_path, 'train', small_recipe)
    assert [path.name for path in (tmp_path / 'train').iterdir()] == ['holiday.jpg']
    (tmp_path / 'test').mkdir()
    (tmp_path / 'test/recipe.json').write_text('{')
    with pytest.raises(UserError, match=r'recipe\.json: no complete JSON.*Delete the folder'):
        write_split(tmp_path, 'test', small_recipe)


@pytest.mark.parametrize(
    ('key', 'value', 'words'),
    [
        ('kinds', ('static', 'dance'), 'dance; known: static, motion'),
        ('kinds', (), 'none; known'),
        ('height', 47, 'from 48 to 2048'),
        ('width', 4000, 'from 48 to 2048'),
        ('num_frames', 11, 'need 12 frames'),
        ('sentences', (3, 2), 'fewest and most'),
        ('sentences', (0, 2), 'fewest and most'),
        ('no_target', 1.0, 'no_target=1.0'),
        ('num_videos', 0, 'at least 1'),
    ],
)
def test_what_cannot_be_made_is_refused(key, value, words):
    with pytest.raises(UserError, match=words):
        Recipe(**{'num_videos': 1, key: value})


def test_an_unknown_split_is_refused(small_recipe, tmp_path):
    with pytest.raises(UserError, match='validation: no such split; known: train, valid_u'):
        write_split(tmp_path, 'validation', small_recipe)


@pytest.mark.parametrize('split', ['valid', 'test'])
def test_splits_without_truth_carry_none(small_recipe, tmp_path, split):
    folder = write_split(tmp_path, split, replace(small_recipe, num_videos=2), youtube_vis=True)
    assert {path.name for path in folder.iterdir()} == {
        'JPEGImages', 'meta_expressions.json', 'recipe.json',
    }  # fmt: skip
    for video in read(folder, 'meta_expressions.json')['videos'].values():
        assert all(set(entry) == {'exp'} for entry in video['expressions'].values())


def test_the_check_of_data_sets_finds_it_sound(small_split):
    report = check_split(small_split)
    assert report.sound
    assert report.problems == []
    assert report.counts['videos'] == 6


def test_targets_can_be_seen_and_masks_agree_with_the_scenes(small_split):
    meta, masks, scenes = (read(small_split, name) for name in ANNOTATIONS[:3])
    used = set()
    for name, video in meta['videos'].items():
        for entry in video['expressions'].values():
            assert entry['obj_id']
            for target, anno_id in zip(entry['obj_id'], entry['anno_id'], strict=True):
                used.add(anno_id)
                item = scenes[name]['objects'][target]
                tube = decode_rle(masks[str(anno_id)], (64, 96))
                assert tube.any()
                assert tube.sum((1, 2)).tolist() == item['pixels']
                # Whatever is seen lies within the object's circle, a corner's breadth more.
                for mask, centre, diameter in zip(
                    tube, item['centres'], item['diameters'], strict=True
                ):
                    rows, columns = np.nonzero(mask)
                    gaps = np.hypot(columns + 0.5 - centre[0], rows + 0.5 - centre[1])
                    assert (gaps <= 0.75 * diameter + 1).all()
    assert len(used) > 12


def test_frames_have_their_size(small_split):
    paths = sorted(small_split.glob('JPEGImages/*/*.jpg'))
    assert len(paths) == 6 * 12
    with Image.open(paths[0]) as picture:
        assert picture.size == (96, 64)


def test_what_is_written_can_be_answered_from_the_trajectories(small_split):
    scenes = read(small_split, 'scenes.json')
    for name, video in read(small_split, 'meta_expressions.json')['videos'].items():
        for entry in video['expressions'].values():
            assert list(answer(entry['exp'], scenes[name])) == entry['obj_id']


def test_a_mirrored_video_with_its_mirrored_sentence_has_the_same_truth(small_recipe, tmp_path):
    recipe = replace(small_recipe, num_videos=40, kinds=('order', 'mixed'))
    changed = 0
    for index in range(recipe.num_videos):
        _, masks, scene, sentences = writer_module.make_video('train', recipe, index)
        record = writer_module.scene_record(scene, masks)
        for item in record['objects']:
            item['centres'] = [[recipe.width - x, y] for x, y in item['centres']]
        for sentence in sentences:
            mirrored = swap_left_right(sentence.text)
            assert answer(mirrored, record) == sentence.targets
            changed += mirrored != sentence.text
    assert changed > 20


def test_the_data_set_reads_it_with_its_tags(small_split):
    dataset = DATASETS.build(
        {
            'type': 'MeViSDataset',
            'data_root': str(small_split.parent),
            'split': 'train',
            'test_mode': True,
            'frame_sampler': {'type': 'AllFramesSampler'},
            'pipeline': [{'type': 'LoadClipFrames'}, {'type': 'PackRefVidSegInputs'}],
        }
    )
    assert len(dataset) == 6
    item = dataset[0]
    assert item['inputs'].shape == (12, 3, 64, 96)
    written = read(small_split, 'meta_expressions.json')['videos']['train_00000']['expressions']
    expressions = item['data_samples'].expressions
    assert [list(e.tags) for e in expressions] == [e['tags'] for e in written.values()]
