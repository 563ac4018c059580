"""Scenes and a small split, made once."""

from pathlib import Path

import numpy as np
import pytest

from mevis.datasets.moving_shapes import (
    Arena,
    Recipe,
    Scene,
    Sentence,
    build_scene,
    compose_sentences,
    write_split,
)

ARENA = Arena(128, 192, 24)


def make_scenes(count: int, arena: Arena = ARENA) -> list[tuple[Scene, list[Sentence]]]:
    """Scenes with sentences, as the writer makes them but for the drawing."""
    made = []
    for seed in range(count):
        rng = np.random.default_rng([seed, 11])
        scene = build_scene(rng, arena)
        made.append((scene, compose_sentences(rng, scene)))
    return made


@pytest.fixture(scope='session')
def scenes() -> list[tuple[Scene, list[Sentence]]]:
    return make_scenes(3000)


@pytest.fixture(scope='session')
def small_recipe() -> Recipe:
    return Recipe(num_videos=6, seed=3, height=64, width=96, num_frames=12)


@pytest.fixture(scope='session')
def small_split(tmp_path_factory: pytest.TempPathFactory, small_recipe: Recipe) -> Path:
    return write_split(tmp_path_factory.mktemp('shapes'), 'train', small_recipe)
