import numpy as np
import pytest
from mmengine.config import Config

from mevis.datasets.motion_tracks.facts import TURNS
from mevis.datasets.motion_tracks.sayings import MOTIONS, UNKNOWN, sentence, vocabulary
from mevis.datasets.transforms.expression import swap_left_right


@pytest.mark.parametrize('motion', [*MOTIONS, *TURNS])
def test_every_word_of_a_sentence_is_in_the_vocabulary(motion):
    rng = np.random.default_rng(0)
    texts = {sentence(rng, motion) for _ in range(200)}
    assert len(texts) > 50
    words = {word for text in texts for word in text.replace(',', ' , ').split()}
    assert words - set(vocabulary()) == {UNKNOWN}


def test_the_shipped_selector_knows_this_vocabulary(repo_root):
    encoder = Config.fromfile(
        str(repo_root / 'configs/track_selector_trajectory.py')
    ).model.text_encoder
    words = encoder.words.split()
    assert words == vocabulary()
    assert set(encoder.empty_words.split()) < set(words)
    assert not {'left', 'walks', 'still', 'moving'} & set(encoder.empty_words.split())


def test_left_and_right_are_said_alike():
    rng, again = (np.random.default_rng(1) for _ in range(2))
    left = {sentence(rng, 'left', 0) for _ in range(3000)}
    right = {swap_left_right(sentence(again, 'right', 0)) for _ in range(3000)}
    assert len(left & right) > 0.6 * len(left)
