"""Ref-DAVIS17 scored in both conventions."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mevis.apis.scoring.ref_davis_scores import score_ref_davis
from mevis.errors import UserError
from mevis.testing.tiny_davis import write_tiny_davis


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Perfect answers, but annotator 1 finds the cars of each other, and 3 finds nothing."""
    for video, maps in write_tiny_davis(tmp_path).items():
        num_objects = 2 if video == 'classic-car' else 1
        for index in range(num_objects):
            for annotator in range(4):
                wanted = num_objects - index if annotator == 1 else index + 1
                folder = tmp_path / f'predictions/{video}/{4 * index + annotator}'
                folder.mkdir(parents=True)
                for frame, ids in enumerate(maps):
                    mask = (ids == wanted) & (annotator != 3)
                    Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f'{frame:05d}.png')
    return tmp_path


def test_both_conventions(root: Path):
    scored = score_ref_davis(root, root / 'predictions')
    figures = scored.figures()
    assert figures['J&F/Davis17_annot1'] == figures['J&F/Davis17_annot2'] == 100
    assert figures['J&F/Davis17_annot1_full_video'] == 100  # matched whatever their order
    assert figures['J&F/Davis17_annot2_full_video'] == 0
    assert figures['J&F'] == figures['J'] == figures['F'] == 75
    assert list(scored.sentences)[:9] == [
        *(('classic-car', str(number)) for number in range(8)),
        ('tennis', '0'),
    ]
    found = {key: score.similarity for key, score in scored.sentences.items()}
    assert found['classic-car', '1'] == found['classic-car', '5'] == 0  # on its own it is wrong
    assert found['classic-car', '2'] == found['tennis', '1'] == 1


def test_a_missing_video_is_an_error(root: Path):
    (root / 'predictions/tennis').rename(root / 'predictions/football')
    with pytest.raises(UserError, match='1 of 2 videos have no predictions, such as tennis'):
        score_ref_davis(root, root / 'predictions')


def test_an_object_that_no_annotation_shows_is_an_error(root: Path):
    for path in (root / 'davis_text_annotations').iterdir():
        path.write_bytes(path.read_bytes().replace(b'tennis 1', b'tennis 9'))
    with pytest.raises(UserError, match=r'tennis, expression 0: object 9 is in no annotation'):
        score_ref_davis(root, root / 'predictions')


def test_annotations_of_several_sizes_are_an_error(root: Path):
    path = root / 'DAVIS/Annotations_unsupervised/480p/tennis/00001.png'
    Image.new('L', (30, 40)).save(path)
    with pytest.raises(UserError, match=r'00001\.png: size \(40, 30\), others of its video'):
        score_ref_davis(root, root / 'predictions')
