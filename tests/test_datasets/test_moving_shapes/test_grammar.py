"""Sentences and their truth."""

from collections import Counter

import numpy as np
import pytest

from mevis.datasets.moving_shapes import KINDS, compose_sentences
from mevis.datasets.moving_shapes.motions import about
from mevis.datasets.moving_shapes.reading import read_sentence


def test_every_kind_and_every_subject_appears(scenes):
    kinds = Counter(sentence.tags[0] for _, sentences in scenes for sentence in sentences)
    assert set(kinds) == set(KINDS)
    # Balanced: none is twice as frequent as if all were equally so, none half as frequent.
    assert max(kinds.values()) < 2 * sum(kinds.values()) / len(KINDS)
    assert min(kinds.values()) > 0.5 * sum(kinds.values()) / len(KINDS)
    tags = {tag for _, sentences in scenes for sentence in sentences for tag in sentence.tags}
    subjects = {tag for tag in tags if tag.startswith('about:')}
    assert len(subjects) == 14
    assert tags == {*KINDS, 'motion-only', *subjects}


def test_beside_the_target_of_a_motion_only_sentence_stands_one_of_the_same_appearance(scenes):
    count = 0
    for scene, sentences in scenes:
        for sentence in sentences:
            if 'motion-only' not in sentence.tags:
                assert sentence.tags[0] not in ('motion', 'order')
                continue
            (target,) = sentence.targets
            twins = [i for i in scene.look_alikes(target) if i not in sentence.targets]
            assert twins
            assert all(scene.objects[i].look == scene.objects[target].look for i in twins)
            # No word of the sentence is about appearance.
            assert read_sentence(sentence.text).look == frozenset()
            count += 1
    assert count > 5000


def test_both_members_of_a_pair_are_asked_for_equally_often(scenes):
    lower = []
    for scene, sentences in scenes:
        for sentence in sentences:
            if sentence.tags[0] == 'order':
                (target,) = sentence.targets
                lower.append(target < scene.look_alikes(target)[0])
    assert abs(np.mean(lower) - 0.5) < 0.04


def test_tags_say_what_the_sentence_is_about(scenes):
    for _, sentences in scenes[:500]:
        for sentence in sentences:
            motion = read_sentence(sentence.text).motion
            expected = () if motion is None else (f'about:{about(motion)}',)
            assert sentence.tags == (
                sentence.tags[0],
                *(('motion-only',) if sentence.tags[0] in ('motion', 'order') else ()),
                *expected,
            )


def test_sentences_of_a_video_differ_and_are_as_many_as_wanted(scenes):
    scene, _ = scenes[0]
    for count in ((1, 1), (3, 5)):
        sentences = compose_sentences(np.random.default_rng(1), scene, count=count)
        assert count[0] <= len(sentences) <= count[1]
    lengths = []
    for _, sentences in scenes:
        texts = [sentence.text for sentence in sentences]
        assert len(set(texts)) == len(texts) > 0
        lengths.append(len(texts))
    assert max(lengths) == 8
    assert np.mean(np.array(lengths) >= 6) > 0.99


@pytest.mark.parametrize('kind', KINDS)
def test_kinds_can_be_chosen(scenes, kind):
    made = [
        sentence
        for scene, _ in scenes[:100]
        for sentence in compose_sentences(np.random.default_rng(0), scene, kinds=(kind,))
    ]
    assert {sentence.tags[0] for sentence in made} == {kind}


def test_hidden_fillers_get_no_static_sentence(scenes):
    for scene, _ in scenes[:100]:
        visible = [0.1 if item.part == 'filler' else 1.0 for item in scene.objects]
        for sentence in compose_sentences(np.random.default_rng(0), scene, visible):
            if sentence.tags[0] == 'static':
                assert scene.objects[sentence.targets[0]].part != 'filler'


def test_sentences_about_nothing_fit_no_object(scenes):
    count = 0
    for scene, _ in scenes[:200]:
        for sentence in compose_sentences(np.random.default_rng(0), scene, no_target=0.5):
            if sentence.tags == ('no-target',):
                assert sentence.targets == ()
                words = read_sentence(sentence.text).look
                assert len(words) == 2
                assert not any(
                    words <= {item.look.colour, item.look.shape} for item in scene.objects
                )
                count += 1
    assert 400 < count < 900
