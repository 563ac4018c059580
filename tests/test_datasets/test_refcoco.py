"""RefCOCO: three forms of its files, images as videos of one frame, pseudo-clips."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from mevis.datasets import RefCOCODataset
from mevis.errors import UserError
from mevis.registry import DATASETS
from mevis.structures import decode_rle
from mevis.testing import check_dataset
from mevis.testing.tiny_refcoco import SIZE, write_tiny_refcoco


def build(root: Path, pipeline: list, split: str = 'val', **options) -> RefCOCODataset:
    options = {'test_mode': True, **options}
    return RefCOCODataset(str(root), split, {'type': 'AllFramesSampler'}, pipeline, **options)


@pytest.mark.parametrize('form', ['pickle', 'json', 'converted'])
@pytest.mark.parametrize('name', ['refcoco', 'refcocog'])
def test_all_forms_say_the_same(tmp_path: Path, test_pipeline: list, form: str, name: str):
    truth = write_tiny_refcoco(tmp_path, name, form)
    dataset = build(tmp_path, test_pipeline, name=name)
    check_dataset(dataset)
    assert [record.name for record in dataset.records] == list(truth)
    for record in dataset.records:
        texts = [expression.text for expression in record.expressions]
        assert texts == ['the small square on the left', 'left thing', 'large square']
        wanted = list(truth[record.name].values())
        for expression, mask in zip(record.expressions, wanted, strict=True):
            found = dataset.gt_rles(record.name, expression.exp_id)
            assert (decode_rle(found, SIZE)[0] == mask).all()
        if form != 'converted':  # which numbers its sentences anew
            assert [e.exp_id for e in record.expressions] == list(truth[record.name])


def test_a_test_item_is_an_image_with_all_its_sentences(tmp_path: Path, test_pipeline: list):
    write_tiny_refcoco(tmp_path)
    dataset = build(tmp_path, test_pipeline)
    assert len(dataset) == 2
    item = dataset[0]
    assert len(item['inputs']) == 1
    assert len(item['data_samples'].expressions) == len(item['data_samples'].gt_rles) == 3


def test_the_base_configs_give_pseudo_clips(repo_root: Path, tmp_path: Path):
    for name in ('refcoco', 'refcoco+', 'refcocog'):
        write_tiny_refcoco(tmp_path, name)
    for base, items in (('refcoco', 6), ('refcoco_all', 18)):
        config = Config.fromfile(repo_root / f'configs/_base_/datasets/{base}.py')
        dataset = config.train_dataloader.dataset
        for part in dataset.get('datasets', [dataset]):
            part.data_root = str(tmp_path)
        built = DATASETS.build(dataset)
        assert len(built) == items
        sample = built[items - 1]['data_samples']
        assert built[0]['inputs'].shape[0] == len(sample.frame_names) == 5
        assert sample.gt_masks.any()
        config.val_dataloader.dataset.data_root = str(tmp_path)
        assert DATASETS.build(config.val_dataloader.dataset).test_mode


def test_unknown_splits_and_datasets(tmp_path: Path):
    write_tiny_refcoco(tmp_path)
    with pytest.raises(UserError, match=r"no split 'testA'; it has train, val"):
        build(tmp_path, [], 'testA')
    with pytest.raises(UserError, match=r"name='coco': one of refcoco, refcoco\+, refcocog"):
        build(tmp_path, [], name='coco')
    with pytest.raises(UserError, match=r'refcocog/refs\(umd\)\.p: no such file'):
        build(tmp_path, [], name='refcocog')


def change(path: Path, function) -> None:
    content = json.loads(path.read_text())
    function(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ('function', 'said'),
    [
        (lambda c: c['annotations'].pop(4), 'object 31 of image 3 is not in'),
        (lambda c: c['images'].pop(2), 'object 31 of image 3 is not in'),
        (lambda c: c['annotations'][4].update(segmentation=[[1, 2]]), 'annotation 31: a polygon'),
        (lambda c: c['images'][2].update(file_name='../x.jpg'), r"image 3: the name '\.\./x"),
        (lambda c: c['images'][2].update(height=0), r'images\[2\]\.height'),
        (
            lambda c: c['images'][2].update(file_name=c['images'][3]['file_name'][:-3] + 'png'),
            'two',
        ),
    ],
)
def test_damaged_instances(tmp_path: Path, function, said: str):
    write_tiny_refcoco(tmp_path)
    change(tmp_path / 'refcoco/instances.json', function)
    with pytest.raises(UserError, match=said):
        build(tmp_path, [])


def test_damaged_refs(tmp_path: Path):
    write_tiny_refcoco(tmp_path)
    path = tmp_path / 'refcoco/refs(unc).p'
    refs = pickle.loads(path.read_bytes())  # noqa: S301 - written above
    refs[-1]['sentences'][0]['sent'] = ' '
    path.write_bytes(pickle.dumps(refs))
    with pytest.raises(UserError, match='sentence 4200 has no text'):
        build(tmp_path, [])
    refs[-1]['sentences'] = 2 * [{**refs[-1]['sentences'][0], 'sent': 'a'}]
    path.write_bytes(pickle.dumps(refs))
    with pytest.raises(UserError, match=r'refs\(unc\)\.p: .*has two sentences 4200'):
        build(tmp_path, [])
    del refs[-1]['image_id']
    path.write_bytes(pickle.dumps(refs))
    with pytest.raises(UserError, match=r'refs\(unc\)\.p: .*image_id'):
        build(tmp_path, [])
    sentences = [{'sent_id': 1, 'sent': 'a'}] * 100
    path.write_bytes(pickle.dumps([{'sentences': sentences}] * 1000))
    with pytest.raises(UserError, match='more entries than bytes'):
        build(tmp_path, [])
    path.write_bytes(pickle.dumps([np.float64(1)]))
    with pytest.raises(UserError, match='refused, since loading it would run code'):
        build(tmp_path, [])


def test_a_caption_is_needed_in_the_converted_form(tmp_path: Path):
    write_tiny_refcoco(tmp_path, form='converted')
    path = tmp_path / 'refcoco/instances_refcoco_val.json'
    change(path, lambda content: content['images'][0].pop('caption'))
    with pytest.raises(UserError, match='annotation 1: image 1 is not in the file, or has no "cap'):
        build(tmp_path, [])


def test_images_and_annotations_of_two_sizes(tmp_path: Path, train_pipeline: list):
    write_tiny_refcoco(tmp_path)
    change(tmp_path / 'refcoco/instances.json', lambda c: [i.update(width=63) for i in c['images']])
    dataset = build(tmp_path, train_pipeline, 'train', test_mode=False)
    with pytest.raises(UserError, match='RLE is of size'):
        dataset[0]
