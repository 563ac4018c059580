import json

import mmengine.registry
import pytest
import torch
from mmengine.config import Config
from PIL import Image

from mevis.apis.running.evaluation_job import fingerprint
from mevis.apis.running.refinement import prepare_refinement, run_refinement
from mevis.boundary.shard import Shard
from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore
from mevis.refiners import MaskRefiner
from mevis.registry import REFINERS
from mevis.structures import ExpressionPrediction, decode_rle, encode_rle
from mevis.testing.tiny_mevis import TINY_SIZE, write_tiny_mevis


@REFINERS.register_module()
class FrameBrightnessRefiner(MaskRefiner):
    """Leaves the bright pixels of a mask."""

    def refine_chunk(self, images, masks, context):
        return masks & torch.from_numpy(images[..., 0] > 128)


@pytest.fixture
def cfg(tmp_path) -> Config:
    mmengine.registry.init_default_scope('mevis')
    write_tiny_mevis(tmp_path / 'data')
    dataset = dict(
        type='MeViSDataset',
        data_root=str(tmp_path / 'data'),
        split='train',
        test_mode=True,
        frame_sampler=dict(type='AllFramesSampler'),
        pipeline=[dict(type='LoadClipFrames'), dict(type='PackRefVidSegInputs')],
    )
    model = dict(type='MUTR', refiner=dict(type='FrameBrightnessRefiner'))
    return Config(dict(model=model, test_dataloader=dict(dataset=dataset)))


FRAMES = {'bird': [f'{t:05d}' for t in range(6)], 'cat': [f'{t:05d}' for t in range(3)]}
SENTENCES = {'bird': '0123', 'cat': '0'}


def write_predictions(root, frames=FRAMES, size=TINY_SIZE, sentences=SENTENCES, **made_of):
    """Everything is everywhere."""
    store = PredictionStore(root, {'config': 'a', **made_of})
    for video, names in frames.items():
        whole = encode_rle(torch.ones(len(names), *size, dtype=torch.bool).numpy())
        answers = [ExpressionPrediction(i, f'text {i}', whole, 0.25) for i in sentences[video]]
        store.write(video, names, answers)
    return root


def test_masks_are_refined_by_the_frames_of_the_data_set(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain')
    job = prepare_refinement(cfg, source, tmp_path / 'out')
    assert run_refinement(job).startswith('2 videos refined (0 were done already)')
    found = PredictionStore(tmp_path / 'out').read('bird')
    assert found.frame_names == tuple(FRAMES['bird'])
    assert list(found.answers) == list(SENTENCES['bird'])
    assert (found.answers['3'].text, found.answers['3'].score) == ('text 3', 0.25)
    for t, rle in enumerate(found.answers['3'].rles):
        path = tmp_path / f'data/train/JPEGImages/bird/{t:05d}.jpg'
        with Image.open(path) as image:
            red = torch.tensor(list(image.getdata()))[:, 0].view(TINY_SIZE)
        mask = torch.from_numpy(decode_rle([rle], TINY_SIZE)[0])
        assert torch.equal(mask, red > 128)
        assert 0 < mask.sum() < mask.numel()


def test_videos_that_are_done_are_left_alone(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain')
    run_refinement(prepare_refinement(cfg, source, tmp_path / 'out'))
    whole = {path: path.read_bytes() for path in (tmp_path / 'out').rglob('*.json')}
    (tmp_path / 'out/videos/cat.json').unlink()
    (tmp_path / 'out/videos/.half.json').write_text('{')
    job = prepare_refinement(cfg, source, tmp_path / 'out')
    assert run_refinement(job).startswith('1 videos refined (1 were done already)')
    assert {path: path.read_bytes() for path in (tmp_path / 'out').rglob('*.json')} == whole


def test_some_videos_can_be_refined(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain', {'cat': FRAMES['cat']})
    cfg.test_dataloader.dataset.videos = ['cat']
    run_refinement(prepare_refinement(cfg, source, tmp_path / 'out'))
    assert PredictionStore(tmp_path / 'out').videos_done() == {'cat'}


def test_shards_refine_what_one_job_does(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain')
    run_refinement(prepare_refinement(cfg, source, tmp_path / 'whole'))
    for number in (1, 2, 3):
        job = prepare_refinement(cfg, source, tmp_path / 'out', Shard(number, 3))
        found = 0 if number == 3 else 1
        assert run_refinement(job).startswith(f'{found} videos refined (0 were done already)')
    last = run_refinement(prepare_refinement(cfg, source, tmp_path / 'out'))
    assert last.startswith('0 videos refined (2 were done already)')
    written = [
        {path.name: path.read_bytes() for path in (tmp_path / name / 'videos').iterdir()}
        for name in ('whole', 'out')
    ]
    assert written[0] == written[1]


def test_a_shard_needs_the_predictions_of_its_own_videos_only(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain', {'cat': FRAMES['cat']})
    job = prepare_refinement(cfg, source, tmp_path / 'out', Shard(2, 2))
    assert run_refinement(job).startswith('1 videos refined')
    assert PredictionStore(tmp_path / 'out').videos_done() == {'cat'}


def refuse(cfg, source, out, text):
    with pytest.raises(UserError, match=text):
        run_refinement(prepare_refinement(cfg, source, out))


def test_a_config_without_a_refiner_is_refused(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain')
    cfg.model.refiner = dict(type='IdentityRefiner')
    refuse(cfg, source, tmp_path / 'out', r'IdentityRefiner, which changes nothing.*type=HQSAM')
    assert not (tmp_path / 'out').exists()


def test_missing_weights_are_missed_before_anything_is_done(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain')
    cfg.model.refiner = dict(type='HQSAMRefiner', checkpoint=str(tmp_path / 'none.pth'))
    refuse(cfg, source, tmp_path / 'out', r'none\.pth: no such file.*sam_hq_vit_l\.pth')
    assert not (tmp_path / 'out').exists()
    weights = tmp_path / 'mutr.pth'
    weights.write_bytes(b'')
    with pytest.raises(UserError, match=r'none\.pth'):
        fingerprint(cfg, weights)


def test_masks_of_other_weights_are_not_mixed_in(cfg, tmp_path):
    """Neither by tools/refine.py nor by tools/test.py."""
    source = write_predictions(tmp_path / 'plain')
    sam, weights = tmp_path / 'sam.pth', tmp_path / 'mutr.pth'
    sam.write_bytes(b'one')
    weights.write_bytes(b'')
    cfg.model.refiner = dict(type='HQSAMRefiner', checkpoint=str(sam))
    prepare_refinement(cfg, source, tmp_path / 'out')
    before = fingerprint(cfg, weights)
    sam.write_bytes(b'two')
    refuse(cfg, source, tmp_path / 'out', r'another refiner weights sam\.pth .*another --out')
    after = fingerprint(cfg, weights)
    assert {key for key in before if before[key] != after[key]} == {'refiner weights sam.pth'}


def test_masks_of_other_predictions_are_not_mixed_in(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain')
    prepare_refinement(cfg, source, tmp_path / 'out')
    (source / 'made_of.json').write_text(json.dumps({'config': 'b'}))
    refuse(cfg, source, tmp_path / 'out', 'another predictions')


def test_predictions_are_not_overwritten(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain')
    refuse(cfg, source, source, 'is the folder of the predictions')


def test_videos_without_predictions_are_missed_before_anything_is_done(cfg, tmp_path):
    source = write_predictions(tmp_path / 'plain', {'cat': FRAMES['cat']})
    refuse(cfg, source, tmp_path / 'out', r'1 videos .* no predictions, such as bird')
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('changes', 'text'),
    [
        ({'frames': {**FRAMES, 'cat': ['00000']}}, r'cat: .* 1 frames, the dataset has 3'),
        ({'size': (20, 30)}, r'bird, expression 0: a mask is \(20, 30\).* frames are \(48, 64\)'),
        ({'sentences': {**SENTENCES, 'bird': '01'}}, 'bird: no prediction for expression 2'),
        ({'data_root': '/elsewhere'}, "expression 0: predicted for 'text 0', but the sentence is"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(cfg, tmp_path, changes, text):
    refuse(cfg, write_predictions(tmp_path / 'plain', **changes), tmp_path / 'out', text)


def test_a_folder_of_something_else_is_no_predictions(cfg, tmp_path):
    refuse(cfg, tmp_path, tmp_path / 'out', 'no predictions of tools/test.py')
