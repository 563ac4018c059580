"""Items of MeViS: clips for training, whole videos for testing."""

import json
import pickle
from pathlib import Path

import pytest
import torch

from mevis.errors import UserError
from mevis.structures import ClipTracks, InstanceMasks, decode_rle

META, MASKS = 'meta_expressions.json', 'mask_dict.json'


def same(first: dict, second: dict) -> bool:
    one, two = first['data_samples'], second['data_samples']
    return (
        torch.equal(first['inputs'], second['inputs'])
        and torch.equal(one.gt_masks, two.gt_masks)
        and one.metainfo == two.metainfo
    )


def test_training_items(train):
    dataset = train()
    assert len(dataset) == 5
    assert dataset.item_costs() == [1] * 5
    assert dataset.metainfo['split'] == 'train'
    for index in range(5):
        item = dataset[index]
        sample = item['data_samples']
        assert item['inputs'].dtype == torch.uint8
        assert item['inputs'].shape == (3, 3, *sample.img_shape)
        assert sample.gt_masks.shape == (3, *sample.img_shape)
        assert len(sample.expressions) == 1
        assert sample.frame_indices == sorted(sample.frame_indices)
        assert sample.frame_names == [f'{frame:05d}' for frame in sample.frame_indices]
        assert sample.num_video_frames == {'bird': 6, 'cat': 3}[sample.video]
        assert 'read_frames' not in sample
        no_target = not sample.expressions[0].anno_ids
        assert sample.gt_masks.any() != no_target
    assert dataset[3]['data_samples'].expressions[0].text == 'the square that jumps'


def test_item_follows_from_seed_and_serial_number(train):
    dataset = train()
    assert same(dataset[0, 7], dataset[0, 7])
    assert same(dataset[0, 7], train()[0, 7])
    assert same(dataset[2], dataset[2, 2])
    draws = [dataset[0, serial]['inputs'] for serial in range(8)]
    assert len({(tuple(draw.shape), int(draw.long().sum())) for draw in draws}) > 4
    assert not same(dataset[0, 7], train(seed=1)[0, 7])


def test_workers_and_their_number_do_not_matter(train):
    dataset = train()
    serials = [(index % 5, index) for index in range(10)]
    direct = [dataset[item] for item in serials]
    for num_workers in (1, 2):
        loader = torch.utils.data.DataLoader(
            dataset, batch_size=None, sampler=serials, num_workers=num_workers
        )
        assert all(same(*pair) for pair in zip(direct, loader, strict=True))


def test_clip_without_visible_object_is_replaced(train):
    # Object 1 is absent in the last two of six frames.
    dataset = train(frame_sampler={'type': 'LocalFrameSampler', 'num_frames': 1}, videos=['bird'])
    kept = 0
    for serial in range(30):
        sample = dataset[1, serial]['data_samples']
        no_target = not sample.expressions[0].anno_ids
        assert no_target or sample.gt_masks.any()
        kept += sample.expressions[0].exp_id == '1'
    assert 10 < kept < 30


def test_clip_whose_object_was_cut_away_is_replaced(train, train_pipeline: list):
    crop = {'type': 'RandomCropClip', 'min_size': 12, 'max_size': 12}
    dataset = train(pipeline=[*train_pipeline[:4], crop, train_pipeline[-1]], videos=['cat'])
    for serial in range(20):
        assert dataset[0, serial]['data_samples'].gt_masks.any()


def test_frames_keep_the_order_of_the_file_which_is_that_of_the_masks(mevis_root, testing, change):
    """Sorted as text, 10 comes before 2, and frame 10 gets the mask of frame 2."""
    names = ['0', '1', '2', '10', '11', '100']
    folder = mevis_root / 'train' / 'JPEGImages' / 'bird'
    for old, new in zip(sorted(folder.iterdir()), names, strict=True):
        old.rename(folder / f'{new}.jpg')
    change(mevis_root / 'train' / META, lambda videos: videos['bird'].update(frames=names))
    assert testing()[0]['data_samples'].frame_names == names


@pytest.mark.parametrize('name', ['../../x', '/abs', 'a/../b', 'a\x00b', '..', 'x' * 300])
@pytest.mark.parametrize('kind', ['video', 'expression', 'frame'])
def test_a_name_that_leads_out_of_its_folder_is_refused(mevis_root, testing, name, kind, change):
    def rename(videos):
        bird = videos['bird']
        if kind == 'video':
            videos[name] = videos.pop('bird')
        elif kind == 'expression':
            bird['expressions'][name] = bird['expressions'].pop('0')
        else:
            bird['frames'][0] = name

    change(mevis_root / 'train' / META, rename)
    with pytest.raises(UserError, match=f'meta_expressions.json: .*{kind}:? ?.* the name'):
        testing()


@pytest.mark.parametrize('name', ['my video: 50%', '%03d', '~', '-v', '视频/子', '🎬'])
def test_an_unusual_name_works(mevis_root, testing, name, change):
    folder = mevis_root / 'train' / 'JPEGImages'
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / 'bird').rename(folder / name)
    change(mevis_root / 'train' / META, lambda videos: videos.update({name: videos.pop('bird')}))
    assert testing(videos=[name])[0]['data_samples'].video == name


def test_a_frame_listed_twice_is_refused(mevis_root, testing, change):
    change(mevis_root / 'train' / META, lambda videos: videos['bird']['frames'].append('00001'))
    with pytest.raises(UserError, match='video bird: frame 00001 is listed twice'):
        testing()


def test_nothing_visible_at_all_is_an_error(train, mevis_root: Path, change):
    change(mevis_root / 'train' / MASKS, lambda masks: masks.update({'2': [None] * 3}))
    with pytest.raises(UserError, match='check_dataset'):
        train(videos=['cat'])[0]


def test_centre_stride_makes_long_videos_count_more(train):
    assert len(train(centre_stride=3)) == 4 * 2 + 1
    assert len(train(centre_stride=1)) == 4 * 6 + 3


def tag_all_but_one(videos: dict) -> None:
    for exp_id in '012':
        videos['bird']['expressions'][exp_id]['tags'] = ['motion', 'about:speed']
    videos['cat']['expressions']['0']['tags'] = ['motion', 'about:turn']


def test_balance_repeats_sentences_of_rare_tags(train, mevis_root, change):
    change(mevis_root / 'train' / META, tag_all_but_one)
    dataset = train(balance='about')
    assert dataset.item_videos() == ['bird'] * 4 + ['cat'] * 3
    plain = train()
    assert same(dataset[4, 9], plain[4, 9])  # repeated items are told apart by the draw
    assert same(dataset[6, 9], plain[4, 9])
    assert dataset[5, 0]['data_samples'].expressions[0].text == 'a square'


def test_balance_leaves_test_items_alone(testing, mevis_root, change):
    change(mevis_root / 'train' / META, tag_all_but_one)
    assert len(testing(balance='about')) == 2


def test_balance_without_tags_is_refused(train):
    with pytest.raises(UserError, match="balance='about': no sentence has a tag about:"):
        train(balance='about')


def test_test_items(testing):
    dataset = testing()
    assert len(dataset) == 2
    assert dataset.item_costs() == [6 * 4, 3]
    assert dataset.item_videos() == ['bird', 'cat']
    item = dataset[0]
    sample = item['data_samples']
    assert item['inputs'].shape == (6, 3, 36, 48)
    assert sample.ori_shape == (48, 64)
    assert [expression.exp_id for expression in sample.expressions] == ['0', '1', '2', '3']
    assert sample.frame_indices == list(range(6))
    assert 'gt_masks' not in sample
    reader = pickle.loads(pickle.dumps(sample.read_frames))
    assert len(pickle.dumps(sample.read_frames)) < 2000  # paths, no pixels
    assert reader([4, 0]).shape == (2, 48, 64, 3)
    assert (reader([4])[0] == sample.read_frames([0, 4])[1]).all()


def test_split_without_truth(testing, train):
    dataset = testing(split='valid')
    assert len(dataset[0]['data_samples'].expressions) == 4
    assert dataset.gt_rles('bird', '0') is None
    assert 'gt_rles' not in dataset[0]['data_samples']
    with pytest.raises(UserError, match="'valid' has no masks to train on"):
        train(split='valid')[0]


def test_truth(testing):
    dataset = testing()
    both = decode_rle(dataset.gt_rles('bird', '2'), (48, 64))
    one = decode_rle(dataset.gt_rles('bird', '0'), (48, 64))
    other = decode_rle(dataset.gt_rles('bird', '1'), (48, 64))
    assert (both == (one | other)).all()
    assert dataset.gt_rles('bird', '3') == [None] * 6
    with pytest.raises(KeyError):
        dataset.gt_rles('dog', '0')
    truth = dataset[0]['data_samples'].gt_rles
    assert truth == {exp_id: dataset.gt_rles('bird', exp_id) for exp_id in '0123'}


def test_subsets(testing):
    assert testing(videos=['cat']).item_videos() == ['cat']
    assert testing(skip_videos=['cat', 'gone']).item_videos() == ['bird']
    assert len(testing(skip_videos=['cat', 'bird'])) == 0
    with pytest.raises(UserError, match='`videos` is empty'):
        testing(videos=[])
    with pytest.raises(UserError, match='no such video: dog'):
        testing(videos=['dog'])


def test_tags_and_missing_anno_id(mevis_root: Path, testing, change):
    def edit(videos: dict) -> None:
        del videos['bird']['expressions']['3']['anno_id']
        videos['bird']['expressions']['0']['tags'] = ['motion-only']

    change(mevis_root / 'train' / META, edit)
    expressions = testing()[0]['data_samples'].expressions
    assert expressions[0].tags == ('motion-only',)
    assert expressions[3].anno_ids == ()
    assert expressions[3].has_truth


def test_instance_tracks(mevis_root: Path, train, testing):
    folder = mevis_root / 'instances/train'
    folder.mkdir(parents=True)
    dataset = testing()
    tracks = [dataset.gt_rles('bird', exp_id) for exp_id in ('1', '0')]
    instances = InstanceMasks(tracks, [0.2, 0.9], [-1, -1], (48, 64))
    (folder / 'bird.json').write_text(json.dumps(instances.to_dict()))
    for named in (folder, mevis_root / 'instances/{split}'):
        sample = testing(instance_masks_dir=str(named), videos=['bird'])[0]['data_samples']
        assert list(sample.instances.scores) == [0.9, 0.2]
    for serial in range(8):
        item = train(instance_masks_dir=str(folder), videos=['bird'])[0, serial]
        if item['data_samples'].expressions[0].exp_id == '0':
            sample = item['data_samples']
            seen = sample.instances.decode(sample.frame_indices, sample.img_shape)[0]
            assert (seen != sample.gt_masks).float().mean() < 0.03
    # Before work begins, not when its turn comes.
    with pytest.raises(UserError, match=r'cat\.json.*missing, 1 of 2.*extract_instance_masks'):
        testing(instance_masks_dir=str(folder))


def test_tracks_lie_over_a_training_clip_as_its_truth_does(mevis_root: Path, train, testing):
    """Whatever was sampled, mirrored, cut and resized: masks, boxes and times are the clip's."""
    folder = mevis_root / 'instances'
    folder.mkdir()
    tracks = InstanceMasks([testing().gt_rles('bird', '0')], [0.9], [-1], (48, 64))
    (folder / 'bird.json').write_text(json.dumps(tracks.to_dict()))
    flip = dict(type='RandomFlipClip', prob=0.5)
    crop = [
        flip,
        dict(type='RandomResizeClip', short_sides=[60, 70]),
        dict(type='RandomCropClip', min_size=40, max_size=56),
        flip,
        dict(type='RandomResizeClip', short_sides=[48, 64]),
        dict(type='PackRefVidSegInputs'),
    ]
    first = ['LoadClipFrames', 'LoadClipMasks', 'LoadInstanceMasks']
    pipeline = [dict(type=name) for name in first] + crop
    data = train(instance_masks_dir=str(folder), videos=['bird'], pipeline=pipeline)
    flips, num_inside = set(), 0
    for serial in range(12):
        sample = data[0, serial]['data_samples']
        if sample.expressions[0].exp_id != '0':
            continue
        flips.add(sample.flip)
        indices, size = sample.frame_indices, sample.img_shape
        clip = ClipTracks.of(sample.instances, indices, sample.num_video_frames, size, size)
        assert [round(5 * time) for time in clip.times.tolist()] == indices
        shape = clip.trajectories()
        covered = torch.stack([clip.cover(0, frame, size) for frame in range(len(indices))])
        # Two pixels for the rounding of three resizings and a cut.
        truth = sample.gt_masks.float()
        wider = torch.nn.functional.max_pool2d(truth[None], 5, 1, 2)[0]
        inner = 1 - torch.nn.functional.max_pool2d(1 - truth[None], 5, 1, 2)[0]
        assert (covered[wider == 0] < 0.5).all()
        assert (covered[inner == 1] > 0.5).all()
        num_inside += int(inner.sum())
        for frame, truth in enumerate(sample.gt_masks):
            if truth.sum() < 50:
                continue
            rows, columns = truth.nonzero(as_tuple=True)
            box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            scale = torch.tensor([size[1], size[0]] * 2) / torch.tensor([*shape.size[::-1]] * 2)
            got = shape.boxes[0, frame] * scale
            assert (got - torch.tensor(box)).abs().max() < 3
    assert flips == {False, True}
    assert num_inside > 500
