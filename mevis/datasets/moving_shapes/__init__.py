"""MovingShapes: a procedural dataset in MeViS format whose sentences are about motion."""

from mevis.datasets.moving_shapes.grammar import KINDS, Sentence, compose_sentences
from mevis.datasets.moving_shapes.looks import Look
from mevis.datasets.moving_shapes.paths import Arena
from mevis.datasets.moving_shapes.render import render_scene
from mevis.datasets.moving_shapes.scene import Scene, SceneObject, build_scene
from mevis.datasets.moving_shapes.writer import Recipe, write_split

__all__ = [
    'KINDS',
    'Arena',
    'Look',
    'Recipe',
    'Scene',
    'SceneObject',
    'Sentence',
    'build_scene',
    'compose_sentences',
    'render_scene',
    'write_split',
]
