import numpy as np
import pytest
import torch
from PIL import Image

from mevis.registry import VISUALIZERS
from mevis.structures import Expression, ExpressionPrediction, RefVidSegDataSample, encode_rle
from mevis.visualization import colour_of
from mevis.visualization.ref_vid_seg_visualizer import RefVidSegVisualizer

SIZE, NUM_FRAMES = (40, 60), 12


def make_sample(num_expressions: int = 2, answered: bool = True) -> RefVidSegDataSample:
    """A test video: the answer is the left half, always."""
    masks = np.zeros((NUM_FRAMES, *SIZE), bool)
    masks[:, :, :30] = True
    expressions = [Expression(str(index), f'sentence {index}') for index in range(num_expressions)]
    sample = RefVidSegDataSample(
        metainfo=dict(
            video='bird',
            frame_names=[f'{index:05d}' for index in range(NUM_FRAMES)],
            frame_indices=list(range(NUM_FRAMES)),
            ori_shape=SIZE,
            expressions=expressions,
        )
    )
    sample.read_frames = lambda positions: np.full((len(positions), *SIZE, 3), 90, np.uint8)
    if answered:
        rles = encode_rle(masks)
        sample.predictions = [
            ExpressionPrediction(item.exp_id, item.text, rles, 0.5) for item in expressions
        ]
    return sample


def coloured(picture: np.ndarray, index: int) -> int:
    return int((picture == colour_of(index)).all(-1).sum())


@pytest.fixture(scope='module')
def visualizer() -> RefVidSegVisualizer:
    return RefVidSegVisualizer(num_columns=3, cell_width=120)


def test_each_sentence_has_its_colour(visualizer):
    picture = visualizer.draw(make_sample())
    assert picture.dtype == np.uint8
    assert coloured(picture, 0) > 300
    assert coloured(picture, 1) > 300
    assert not coloured(visualizer.draw(make_sample(), max_expressions=1), 1)


def test_the_truth_stands_beside_the_answer(visualizer):
    sample = make_sample(1)
    alone = visualizer.draw(sample)
    sample.gt_rles = {'0': [None] * NUM_FRAMES}
    both = visualizer.draw(sample)
    assert both.shape[0] > alone.shape[0]
    assert np.array_equal(both[: alone.shape[0]], alone)
    truth_only = visualizer.draw(sample, draw_pred=False)
    # The truth is empty: nothing but the square of the caption.
    assert coloured(truth_only, 0) < 300 < coloured(alone, 0)
    assert np.array_equal(visualizer.draw(sample, draw_gt=False), alone)


def test_a_training_clip_is_drawn_with_its_masks(visualizer):
    sample = make_sample(1, answered=False)
    sample.gt_masks = torch.ones(NUM_FRAMES, 20, 30, dtype=torch.bool)
    picture = visualizer.draw(sample, np.zeros((NUM_FRAMES, 20, 30, 3), np.uint8))
    assert coloured(picture, 0) > 300


def test_a_sample_without_masks_shows_its_frames(visualizer):
    sample = make_sample(1, answered=False)
    assert not coloured(visualizer.draw(sample), 0)


def build(tmp_path, backend: str) -> RefVidSegVisualizer:
    return VISUALIZERS.build(
        dict(
            type='RefVidSegVisualizer',
            name=str(tmp_path),
            vis_backends=[dict(type=backend)],
            save_dir=str(tmp_path),
            num_columns=3,
        )
    )


def test_files_are_written_under_the_name(tmp_path):
    visualizer = build(tmp_path, 'LocalVisBackend')
    visualizer.add_datasample('val/bird', None, make_sample(), step=70)
    written = Image.open(tmp_path / 'vis_data/vis_image/val_bird_70.png')
    assert np.array_equal(np.asarray(written), visualizer.draw(make_sample()))


def test_tensorboard_gets_the_picture(tmp_path):
    accumulator = pytest.importorskip('tensorboard.backend.event_processing.event_accumulator')
    visualizer = build(tmp_path, 'TensorboardVisBackend')
    visualizer.add_datasample('val/bird', None, make_sample(), step=70)
    visualizer.close()
    events = accumulator.EventAccumulator(str(tmp_path / 'vis_data'))
    events.Reload()
    [image] = events.Images('val/bird')
    assert (image.step, image.width) == (70, visualizer.draw(make_sample()).shape[1])
