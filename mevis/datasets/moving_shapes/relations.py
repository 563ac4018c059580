"""Objects that follow or overtake one another."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mevis.datasets.moving_shapes.looks import Look
from mevis.datasets.moving_shapes.paths import AXES, Arena, Path, place


@dataclass(frozen=True)
class Relation:
    """Who does what to whom.

    Attributes:
        name: 'follow' or 'overtake'.
        subject: Index of the object that follows or overtakes.
        target: Index of the other one.
    """

    name: str
    subject: int
    target: int

    def reversed(self) -> 'Relation':
        """In reversed time the leader follows; who overtook overtakes again, the other way."""
        if self.name == 'follow':
            return Relation(self.name, self.target, self.subject)
        return self

    def renumbered(self, place_of: Mapping[int, int]) -> 'Relation':
        """With other indices."""
        return Relation(self.name, place_of[self.subject], place_of[self.target])


def build_relation(
    rng: np.random.Generator,
    arena: Arena,
    name: str,
    axis: str,
    look: Look,
    other_look: Look,
    first: int,
) -> tuple[list[tuple[Look, Path]], Relation]:
    """Three objects: subject, target, and a look-alike of the subject on a way of its own.

    Args:
        rng: Where chance comes from.
        arena: The video.
        name: 'follow' or 'overtake'.
        axis: Along which they move.
        look: Of the subject and its look-alike.
        other_look: Of the target.
        first: Index that the first of them will have.
    """
    diameter = max(look.diameter, other_look.diameter)
    time = arena.time
    along, across = AXES[axis], AXES['y' if axis == 'x' else 'x']
    sign = rng.choice((-1.0, 1.0))
    way = 1.5 * diameter * time
    if name == 'follow':
        subject, lane = way - 1.25 * diameter, 0.0
    else:
        subject, lane = -0.7 * diameter + 2.9 * diameter * time, rng.choice((-1.0, 1.0)) * 1.05
    pair = np.stack([subject, way], 1)[..., None] * sign * along
    pair[:, 0] += lane * diameter * across
    low, high = pair.min((0, 1)), pair.max((0, 1))
    corner = place(rng, arena, diameter, np.stack([low, high]))[0] - low
    pair = pair + corner
    lanes = pair[0] @ across
    centres = _alone(rng, arena, diameter, np.outer(way * sign, along), across, lanes)
    tracks = [(look, pair[:, 0]), (other_look, pair[:, 1]), (look, centres)]
    still = np.ones(arena.num_frames)
    # The leader may be the one with a look-alike: else who has one would tell time's arrow.
    if name == 'follow' and rng.random() < 0.5:
        tracks = [(other_look, pair[:, 0]), (look, pair[:, 1]), (look, centres)]
    return [(own, Path(way, still)) for own, way in tracks], Relation(name, first, first + 1)


def _alone(
    rng: np.random.Generator,
    arena: Arena,
    diameter: float,
    offsets: np.ndarray,
    across: np.ndarray,
    lanes: np.ndarray,
) -> np.ndarray:
    """A place as far from the lanes of the others as chance offers in some tries."""
    tries = [place(rng, arena, diameter, offsets) for _ in range(8)]
    gaps = [np.abs(centres[0] @ across - lanes).min() for centres in tries]
    return tries[int(np.argmax(gaps))]
