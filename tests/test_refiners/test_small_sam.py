from contextlib import contextmanager

import numpy as np
import pytest
import torch
from mmengine.config import Config

from mevis.errors import UserError
from mevis.models.small_sam import SmallSAM
from mevis.refiners import RefineContext, SmallSAMRefiner
from mevis.refiners.borrowed_model import BorrowedModel
from mevis.refiners.small_sam import WEIGHTS, load_small_sam
from mevis.registry import REFINERS
from mevis.structures import decode_rle, encode_rle
from mevis.testing import check_refiner

SIZE = (40, 60)
NAMES = ['00000', '00005', '00010']
MODEL = dict(
    type='SmallSAM',
    data_preprocessor=dict(type='mevis.RefVidSegDataPreprocessor', pad_size_divisor=1),
    image_size=32,
    embed_dims=32,
)


def random_sam():
    torch.manual_seed(0)
    return SmallSAM(**{key: value for key, value in MODEL.items() if key != 'type'})


def refiner_of_random_sam(**options):
    refiner = SmallSAMRefiner(**options)
    refiner.sam = BorrowedModel(random_sam)
    return refiner


def masks_of(num_expressions):
    masks = np.zeros((num_expressions, len(NAMES), *SIZE), bool)
    for row in range(num_expressions):
        masks[row, :, 5 + row : 20 + row, 10 : 30 + 2 * row] = True
    masks[-1, 1] = False
    return masks


def refine(refiner, masks, names=NAMES):
    video = np.random.default_rng(0).integers(0, 256, (3, *SIZE, 3), dtype=np.uint8)
    context = RefineContext('v', [str(i) for i in range(len(masks))], names, SIZE)
    rles = refiner(lambda i: video[i], [encode_rle(track) for track in masks], context)
    return np.stack([decode_rle(track, SIZE) for track in rles])


@contextmanager
def counted(refiner):
    calls = []
    encoder = refiner.sam.on(torch.device('cpu')).image_encoder
    handle = encoder.register_forward_hook(lambda *args: calls.append(1))
    yield calls
    handle.remove()


def test_it_holds_the_contract():
    check_refiner(refiner_of_random_sam())


def test_a_frame_is_encoded_once_for_all_sentences():
    refiner = refiner_of_random_sam()
    for count in (1, 4):
        with counted(refiner) as calls:
            refine(refiner, masks_of(count))
        assert len(calls) == 2 if count == 1 else len(calls) == 3  # one frame shows nothing


def test_empty_masks_stay_empty_and_others_change():
    masks = masks_of(2)
    refined = refine(refiner_of_random_sam(), masks)
    assert not refined[1, 1].any()
    assert (refined != masks).any()


def test_the_seed_and_the_name_of_a_frame_draw_the_points():
    masks = masks_of(1)
    one = refine(refiner_of_random_sam(), masks)
    assert (one == refine(refiner_of_random_sam(), masks)).all()
    assert (one != refine(refiner_of_random_sam(seed=1), masks)).any()
    assert (one != refine(refiner_of_random_sam(), masks, ['a', 'b', 'c'])).any()


def test_its_weights_are_no_part_of_a_checkpoint():
    assert refiner_of_random_sam().state_dict() == {}


def test_config_and_weights_are_read_from_files(tmp_path):
    config, weights = tmp_path / 'c.py', tmp_path / 'w.pth'
    Config(dict(model=MODEL)).dump(str(config))
    torch.save(random_sam().state_dict(), weights)
    refiner = REFINERS.build(
        dict(type='SmallSAMRefiner', config=str(config), checkpoint=str(weights))
    )
    assert refiner.weight_files() == [config, weights]
    masks = masks_of(2)
    assert (refine(refiner, masks) == refine(refiner_of_random_sam(), masks)).all()


def test_missing_files_and_other_models_are_named(tmp_path):
    with pytest.raises(UserError, match=r'no\.py: no such file.*model\.refiner\.config'):
        SmallSAMRefiner(config='no.py').weight_files()
    config = tmp_path / 'c.py'
    Config(dict(model=MODEL)).dump(str(config))
    with pytest.raises(UserError, match=r'no\.pth: no such file.*model\.refiner\.checkpoint'):
        SmallSAMRefiner(str(config), 'no.pth').weight_files()
    other = tmp_path / 'other.pth'
    torch.save({'weight': torch.zeros(3)}, other)
    with pytest.raises(UserError, match=r'other\.pth'):
        refine(SmallSAMRefiner(str(config), str(other)), masks_of(1))


def test_another_model_mends_nothing(tmp_path):
    config, weights = tmp_path / 'c.py', tmp_path / 'w.pth'
    model = dict(type='mevis.RefVidSegDataPreprocessor')
    Config(dict(model=model)).dump(str(config))
    torch.save({}, weights)
    with pytest.raises(UserError, match='refines no masks'):
        refine(SmallSAMRefiner(str(config), str(weights)), masks_of(1))


def test_the_shipped_one_is_found_from_any_folder(repo_root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert SmallSAMRefiner().weight_files() == [
        repo_root / 'configs/small_sam_moving_shapes.py',
        repo_root / 'weights/small_sam_moving_shapes.safetensors',
    ]


def test_a_config_may_inherit_from_one_that_comes_with_mevis(tmp_path):
    """Read as every config is: bases by ``mevis::``, and nothing of YAML is run."""
    child = tmp_path / 'child.py'
    child.write_text("_base_ = 'mevis::small_sam_moving_shapes.py'\n")
    assert isinstance(load_small_sam(str(child), WEIGHTS), SmallSAM)
    mark, evil = tmp_path / 'ran', tmp_path / 'evil.yaml'
    evil.write_text(f'model: !!python/object/apply:os.mkdir [{mark}]\n')
    with pytest.raises(UserError, match='evil.yaml'):
        load_small_sam(str(evil), WEIGHTS)
    assert not mark.exists()
