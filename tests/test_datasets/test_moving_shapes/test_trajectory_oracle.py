"""An oracle that sees the trajectories picks every target, and nothing else."""

import copy
from collections import Counter

import numpy as np
import pytest

from mevis.datasets.moving_shapes import Arena, build_scene, compose_sentences
from mevis.datasets.moving_shapes.trajectory_oracle import answer
from mevis.datasets.moving_shapes.writer import scene_record


def test_it_picks_all_of_them_right(scenes):
    counts: Counter[str] = Counter()
    for scene, sentences in scenes[:600]:
        record = scene_record(scene)
        for item in record['objects']:
            del item['motion'], item['part']  # the labels of the generator
        del record['relation'], record['depth']
        for sentence in sentences:
            assert answer(sentence.text, record) == sentence.targets, sentence
            counts.update(sentence.tags)
    assert counts['motion-only'] > 1000
    assert min(counts.values()) >= 30


@pytest.mark.parametrize('size', [(48, 48, 12), (192, 128, 24), (64, 300, 16), (128, 192, 90)])
def test_it_does_so_in_other_sizes_and_lengths(size):
    for seed in range(60):
        rng = np.random.default_rng([seed, 2])
        scene = build_scene(rng, Arena(*size))
        record = scene_record(scene)
        for sentence in compose_sentences(rng, scene):
            assert answer(sentence.text, record) == sentence.targets, sentence


def test_exchanged_trajectories_exchange_its_answer(scenes):
    # It goes by what it sees: the look-alikes change their ways, and it changes its mind.
    count = 0
    for scene, sentences in scenes[:150]:
        for sentence in sentences:
            if 'motion-only' not in sentence.tags:
                continue
            (target,) = sentence.targets
            (twin,) = scene.look_alikes(target)
            record = copy.deepcopy(scene_record(scene))
            for key in ('centres', 'diameters'):
                one, two = record['objects'][target], record['objects'][twin]
                one[key], two[key] = two[key], one[key]
            assert answer(sentence.text, record) == (twin,)
            count += 1
    assert count > 200
