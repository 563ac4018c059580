"""SAM 3 of random weights, against the library called by hand."""

import pytest
import torch

from mevis.errors import UserError
from mevis.registry import TRACK_SOURCES
from mevis.track_sources import sam3
from mevis.track_sources.offline_kernels import offline_kernels

PHRASES = ['bird', 'dog']


def source(folder: str, **arguments):
    config = dict(type='SAM3VideoTracks', weights=folder, phrases=PHRASES, num_instances=99)
    return TRACK_SOURCES.build({**config, **arguments})


@pytest.fixture(scope='module')
def library(sam3_folder):
    from transformers import Sam3VideoModel, Sam3VideoProcessor

    model = Sam3VideoModel.from_pretrained(sam3_folder).eval()
    return model, Sam3VideoProcessor.from_pretrained(sam3_folder)


def by_hand(library, video) -> dict[int, torch.Tensor]:
    """Id -> masks (T, H, W) bool."""
    model, processor = library
    session = processor.init_video_session(video=video.read(range(len(video))))
    processor.add_text_prompt(session, PHRASES)
    masks: dict[int, torch.Tensor] = {}
    for output in model.propagate_in_video_iterator(session):
        found = processor.postprocess_outputs(session, output)
        for track, mask in zip(found['object_ids'].tolist(), found['masks'], strict=True):
            empty = torch.zeros(len(video), *video.size, dtype=torch.bool)
            masks.setdefault(track, empty)[output.frame_idx] = mask
    return masks


def first_objects(library, video) -> int:
    """Objects that are followed after the first frame."""
    model, processor = library
    session = processor.init_video_session(video=video.read([0]))
    processor.add_text_prompt(session, PHRASES)
    return len(next(iter(model.propagate_in_video_iterator(session))).object_ids)


def test_tracks_are_the_librarys_with_its_kernel(sam3_folder, library, make_video):
    with offline_kernels():
        expected = by_hand(library, make_video(30))
    video = make_video(30)
    tracks = source(sam3_folder)(video)
    assert len(tracks) == len(expected) > 1
    found = tracks.decode(range(30))
    assert all(any(torch.equal(mine, one) for one in expected.values()) for mine in found)
    assert found.any((1, 2, 3)).all()
    assert set(tracks.categories) <= {0, 1}
    assert list(tracks.scores) == sorted(tracks.scores, reverse=True)
    # Each frame is read once, when its turn comes.
    assert video.read.positions == list(range(30))


def test_without_nms_objects_multiply(library, make_video):
    """What the library does where its kernel cannot be downloaded."""
    from transformers.models.sam3_video import modeling_sam3_video

    before = modeling_sam3_video.cv_utils_kernel
    modeling_sam3_video.cv_utils_kernel = False
    try:
        without = first_objects(library, make_video(1))
    finally:
        modeling_sam3_video.cv_utils_kernel = before
    with offline_kernels():
        assert 0 < 4 * first_objects(library, make_video(1)) < without


def test_forgetting_changes_nothing(sam3_folder, make_video, monkeypatch):
    video = make_video(40)
    tracks = source(sam3_folder)(video)
    monkeypatch.setattr(sam3, '_forget', lambda session, frame: None)
    assert source(sam3_folder)(video) == tracks


def test_few_tracks(sam3_folder, make_video):
    assert len(source(sam3_folder, num_instances=1)(make_video(3))) == 1


def test_files_that_tracks_depend_on(sam3_folder):
    names = {file.name for file in source(sam3_folder).weight_files()}
    assert {'config.json', 'model.safetensors', 'processor_config.json'} <= names


def test_mistakes(tmp_path, make_video):
    with pytest.raises(UserError, match=r'absent: no config\.json.*facebook/sam3'):
        source(str(tmp_path / 'absent'))(make_video(2))
    for phrases in ('bird', []):
        with pytest.raises(ValueError, match='list of noun phrases'):
            source('anywhere', phrases=phrases)
