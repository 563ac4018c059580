"""The graphs of a track selector, run by onnxruntime, choose as the model does."""

import re

import numpy as np
import pytest
import torch

from mevis.apis.running.export_selector import check_selector, write_selector_graphs
from mevis.errors import UserError
from mevis.structures import InstanceMasks, RefVidSegDataSample, Trajectories, encode_rle
from mevis.structures.clip_tracks import ClipTracks
from mevis.testing.small_selector import build_small_selector

SIZE = (40, 56)


def selector(**changes):
    model = build_small_selector(num_steps=6, num_decoder_layers=1, **changes)
    for parameter in model.parameters():  # words say nothing at the start
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def squares(count, frames):
    """Squares that move; the last of several tracks is never there."""
    tracks = []
    for k in range(count):
        masks = np.zeros((frames, *SIZE), bool)
        for t in range(frames if k + 1 < max(count, 2) else 0):
            left = (5 * t + 9 * k) % (SIZE[1] - 12)
            masks[t, 3 * k : 3 * k + 11, left : left + 9] = True
        tracks.append(
            [
                rle if mask.any() else None
                for rle, mask in zip(encode_rle(masks), masks, strict=True)
            ]
        )
    return InstanceMasks(tracks, [0.9] * count, [-1] * count, SIZE)


@pytest.fixture
def documented(repo_root):
    """The function of docs/guides/export.md that chooses without PyTorch."""
    pytest.importorskip('onnxruntime')
    page = (repo_root / 'docs/guides/export.md').read_text()
    (code,) = re.findall(r'```python\n(import onnxruntime as ort\n.*?)```', page, re.DOTALL)
    names = {}
    exec(code, names)
    return names['choose']


@pytest.mark.slow
@pytest.mark.parametrize(
    'appearance', [None, dict(type='CroppedAppearance', num_frames=3, channels=(4, 8, 8, 8))]
)
def test_onnxruntime_chooses_as_the_model(appearance, tmp_path, documented):
    model = selector(appearance=appearance)
    write_selector_graphs(model, tmp_path)
    for count, frames, text in ((1, 1, 'left'), (4, 9, 'the thing moving left'), (2, 40, 'up up')):
        instances = squares(count, frames)
        video = torch.randint(0, 256, (frames, 3, *SIZE), dtype=torch.uint8)
        meta = dict(frame_indices=list(range(frames)), num_video_frames=frames)
        sample = RefVidSegDataSample(metainfo=meta | dict(img_shape=SIZE, ori_shape=SIZE))
        sample.instances = instances
        with torch.no_grad():
            encoded = model.encode_video(video, sample)
            expected = model.answer(encoded, text)
        tracks = Trajectories.from_instances(instances, range(frames), frames)
        inputs = dict(boxes=tracks.boxes, areas=tracks.areas, times=tracks.times)
        inputs['size'] = torch.tensor(SIZE).float()
        if appearance:
            number = min(frames, 3)
            places = torch.linspace(0, frames - 1, number).round().int().tolist()
            clip = ClipTracks.of(instances, places, frames, SIZE, SIZE)
            covers = [[clip.cover(k, a, SIZE) for a in range(number)] for k in range(count)]
            inputs['frames'] = video[places]
            inputs['masks'] = torch.stack([torch.stack(one) for one in covers])
            inputs['look_times'] = clip.times
        ids = np.array(model.text_encoder.tokenize(text))
        given = {name: value.numpy() for name, value in inputs.items()}
        scores, presence = documented(tmp_path, given, ids)
        there = tracks.visible.any(1).numpy()  # the others have no meaning
        np.testing.assert_allclose(scores[there], expected.scores.numpy()[there], atol=1e-4)
        assert presence == pytest.approx(expected.presence, abs=1e-4)


def test_looks_by_a_backbone_are_refused():
    check_selector(selector(), 'c.py')
    backbone = dict(type='MotionConvBackbone')
    looks = dict(type='MaskPooledAppearance', backbone=backbone, in_channels=[8], levels=[0])
    with pytest.raises(UserError, match=r'c\.py: model\.appearance is MaskPooledAppearance'):
        check_selector(selector(appearance=looks), 'c.py')
