"""DVIS in the same process gives what an extraction writes."""

import pytest
import torch
from mmengine.config import Config

from mevis.errors import UserError
from mevis.registry import TRACK_SOURCES, TRANSFORMS
from mevis.structures import InstanceMasks
from mevis.structures.streaming import StreamFrame
from mevis.testing.small_dvis import build_small_dvis, small_dvis_config, write_small_dvis


@pytest.fixture
def files(tmp_path) -> tuple[str, str]:
    return write_small_dvis(tmp_path)


@pytest.fixture
def config(files) -> str:
    return files[0]


@pytest.fixture
def weights(files) -> str:
    return files[1]


def source(**arguments):
    return TRACK_SOURCES.build(dict(type='DVISTracks', **arguments))


def test_equals_an_extraction(tmp_path, config, weights, make_video):
    from PIL import Image

    paths = []
    for index, frame in enumerate(make_video(7).read(range(7))):
        paths.append(str(tmp_path / f'{index}.png'))
        Image.fromarray(frame).save(paths[-1])
    loader = TRANSFORMS.build(Config.fromfile(config).test_dataloader.dataset.pipeline[0])
    loaded = loader({'frame_paths': paths})
    inputs = torch.from_numpy(loaded['frames']).permute(0, 3, 1, 2).contiguous()
    model = build_small_dvis('online')
    expected = model.segment(inputs.split(model.window_size), (50, 70))
    tracks = source(config=config, checkpoint=weights)(make_video(7))
    assert tracks == expected
    assert tracks.decode(range(7)).flatten(1).any(1).sum() > 2


def test_weights_are_nobodys_parameters(config, weights, make_video):
    plug = source(config=config, checkpoint=weights, options={'model.num_instances': 2})
    assert len(plug(make_video(7))) == 2
    assert not plug.state_dict()
    assert not list(plug.parameters())


def test_a_config_without_a_file(config, weights, make_video):
    content = Config.fromfile(config)
    in_file = source(config=config, checkpoint=weights)(make_video(7))
    assert source(config=content, checkpoint=weights)(make_video(7)) == in_file


def test_what_is_missing_is_named_when_it_is_asked_for(config, weights, make_video):
    for arguments, message in (
        (dict(config='absent.py', checkpoint=weights), r'absent\.py: no such file'),
        (dict(config=config, checkpoint='absent.pth'), r'absent\.pth: no such file'),
        (dict(config={'model': small_dvis_config('online')}, checkpoint=weights), 'no test_data'),
        (
            dict(config=config, checkpoint=weights, options={'model.num_classes': 3}),
            'does not fit',
        ),
    ):
        plug = source(**arguments)
        with pytest.raises(UserError, match=message):
            plug(make_video(7))


def test_files_that_tracks_depend_on(files):
    config, weights = files
    assert [str(file) for file in source(config=config, checkpoint=weights).weight_files()] == [
        config,
        weights,
    ]
    content = Config.fromfile(config)
    assert len(source(config=content, checkpoint=weights).weight_files()) == 1


def test_the_shipped_one_is_named_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = 'dvis_tiny_moving_shapes_minvis'
    plug = source(config=f'mevis::{name}.py', checkpoint=f'mevis::weights/{name}.safetensors')
    assert all(path.is_file() for path in plug.weight_files())
    model, _ = plug.load()
    assert model.num_instances == 20


def test_frame_by_frame_is_the_whole_video(config, weights, make_video):
    video = make_video(5)
    plug = source(config=config, checkpoint=weights, options={'model.window_size': 1})
    wanted, stream = plug(video), plug.stream()
    found = []
    for index, image in enumerate(video.read(range(5))):
        found.append(stream.push(StreamFrame(index, (50, 70), torch.empty(0), image)))
    ranking = stream.ranking()
    assert ranking.scores == wanted.scores
    rles = [[frame[query] for frame in found] for query in ranking.queries]
    masks = InstanceMasks(rles, wanted.scores, wanted.categories, wanted.size).decode(range(5))
    # Kernels of all queries are multiplied at once, of the best ones in the whole video.
    assert (masks != wanted.decode(range(5))).float().mean() < 1e-3
    assert masks.any()


def test_a_stream_of_an_offline_model_is_refused(tmp_path):
    offline, weights = write_small_dvis(tmp_path, 'offline')
    with pytest.raises(UserError, match='DVIS online or MinVIS'):
        source(config=offline, checkpoint=weights).stream()
