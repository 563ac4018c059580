import numpy as np
import pytest

from mevis.errors import UserError
from mevis.evaluation.expression_score import no_answer, score_expression, score_frame
from mevis.structures import encode_rle
from mevis.testing.parity.davis_reference import reference_boundary_accuracy, reference_similarity


def blobs(seed: int, size=(90, 130), num_frames: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: size[0], : size[1]]
    centres = rng.uniform(20, 70, (num_frames, 2))
    return np.stack([np.hypot(y - a, x - b) < 25 for a, b in centres])


def test_is_the_mean_over_all_frames():
    prediction, truth = blobs(0), blobs(1)
    truth[1] = False
    prediction[2] = truth[2] = False
    rles = [rle if mask.any() else None for rle, mask in zip(encode_rle(truth), truth, strict=True)]
    assert rles[1] is None
    score = score_expression(prediction, rles)
    pairs = list(zip(prediction, truth, strict=True))
    assert score.similarity == pytest.approx(
        np.mean([reference_similarity(*pair) for pair in pairs]), abs=1e-12
    )
    assert score.accuracy == pytest.approx(
        np.mean([reference_boundary_accuracy(*pair) for pair in pairs]), abs=1e-12
    )


def test_frames_are_scored_as_the_plain_algorithm_does():
    for seed in range(20):
        prediction, truth = blobs(seed, (61, 200), 1)[0], blobs(seed + 50, (61, 200), 1)[0]
        score = score_frame(prediction, truth)
        expected = (
            reference_similarity(prediction, truth),
            reference_boundary_accuracy(prediction, truth),
        )
        assert score == pytest.approx(expected, abs=1e-12)


def test_says_whether_something_is_meant_and_answered():
    empty = np.zeros((2, 9, 9), bool)
    some = empty.copy()
    some[1, 3, 3] = True
    assert score_expression(empty, [None, None], has_target=False).is_empty
    assert score_expression(empty, [None, None], has_target=False).similarity == 1
    assert not score_expression(some, [None, None], has_target=False).is_empty
    assert score_expression(some, encode_rle(some)).has_target
    assert no_answer(has_target=True).is_empty is None
    assert (no_answer(True).similarity, no_answer(True).accuracy) == (0, 0)


def test_what_does_not_fit_is_refused():
    mask = np.zeros((1, 5, 6), bool)
    with pytest.raises(UserError, match=r'video bird: the RLE is of size \(9, 9\).*check_dataset'):
        score_expression(mask, encode_rle(np.zeros((1, 9, 9), bool)), name='video bird')
    with pytest.raises(ValueError, match='zip'):
        score_expression(mask, [None, None])
    with pytest.raises(ValueError, match='no frames'):
        score_expression([], [])
    with pytest.raises(ValueError, match='sizes differ'):
        score_frame(mask[0], mask[0, :4])
