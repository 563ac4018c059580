"""Pictures of objects and backgrounds."""

from functools import lru_cache

import cv2
import numpy as np

from mevis.datasets.moving_shapes.looks import COLOURS, Look

SPRITE = 128
"""Side of a sprite before it is scaled; the shape fills it but for the margin."""
MARGIN = 8


@lru_cache(maxsize=256)
def sprite(colour: str, shape: str, texture: str) -> np.ndarray:
    """(SPRITE, SPRITE, 4) float32: colour times opacity in [0, 255], opacity in [0, 1]."""
    alpha = _shape_mask(shape)
    base = np.array(COLOURS[colour], np.float32)
    second = base * 0.45 if base.mean() > 90 else base * 0.4 + 150
    pattern = _pattern(texture)[..., None]
    rgb = base * (1 - pattern) + second * pattern
    y, x = np.mgrid[:SPRITE, :SPRITE].astype(np.float32) / SPRITE
    rgb = rgb * (1.1 - 0.22 * y - 0.08 * x)[..., None]
    distance = cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    rim = np.clip((7 - distance) / 2, 0, 1)[..., None]
    rgb = np.clip(rgb * (1 - 0.62 * rim), 0, 255)
    return np.concatenate([rgb * alpha[..., None], alpha[..., None]], 2).astype(np.float32)


def sprite_of(look: Look) -> np.ndarray:
    """The sprite of a look."""
    return sprite(look.colour, look.shape, look.texture)


def _shape_mask(shape: str) -> np.ndarray:
    """(SPRITE, SPRITE) float32 opacity with smooth edges; drawn four times as large."""
    side = 4 * SPRITE
    mask = np.zeros((side, side), np.uint8)
    centre, radius = side / 2, side / 2 - 4 * MARGIN
    if shape == 'circle':
        cv2.circle(mask, (side // 2, side // 2), int(radius * 0.96), 1, -1)
    elif shape == 'cross':
        arm = int(radius * 0.36)
        low, high, mid = int(centre - radius), int(centre + radius), side // 2
        mask[low:high, mid - arm : mid + arm] = 1
        mask[mid - arm : mid + arm, low:high] = 1
    elif shape == 'heart':
        turn = np.linspace(0, 2 * np.pi, 200)
        x = 16 * np.sin(turn) ** 3
        y = 13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)
        points = np.stack([x, -y - 2.5], 1) / 15.5
        cv2.fillPoly(mask, [(centre + radius * points).astype(np.int32)], 1)
    else:
        cv2.fillPoly(mask, [(centre + radius * _corners(shape)).astype(np.int32)], 1)
    return cv2.resize(mask.astype(np.float32), (SPRITE, SPRITE), interpolation=cv2.INTER_AREA)


def _corners(shape: str) -> np.ndarray:
    if shape == 'square':
        return 0.86 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float)
    if shape == 'triangle':
        return np.array([(0, -0.95), (1, 0.85), (-1, 0.85)])
    angles = np.arange(10) * np.pi / 5 - np.pi / 2
    radii = np.where(np.arange(10) % 2, 0.5, 1.05)
    return radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)


def _pattern(texture: str) -> np.ndarray:
    y, x = np.mgrid[:SPRITE, :SPRITE].astype(np.float32)
    period = SPRITE / 4
    if texture == 'striped':
        return (np.mod(x + y, period * 1.2) < period * 0.55).astype(np.float32)
    if texture == 'checkered':
        return np.logical_xor(np.mod(x, period) < period / 2, np.mod(y, period) < period / 2) * 1.0
    if texture == 'dotted':
        u, v = np.mod(x, period) - period / 2, np.mod(y, period) - period / 2
        return (u * u + v * v < (0.3 * period) ** 2).astype(np.float32)
    return np.zeros((SPRITE, SPRITE), np.float32)


def background(seed: int, height: int, width: int) -> np.ndarray:
    """(height, width, 3) uint8: soft clouds of two muted colours with some grain."""
    rng = np.random.default_rng(seed)
    clouds = np.zeros((height, width), np.float32)
    for cells, weight in ((3, 0.55), (7, 0.3), (20, 0.15)):
        grid = rng.random((cells, max(2, cells * width // height)), np.float32)
        clouds += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    clouds = np.clip((clouds - 0.25) * 2, 0, 1)[..., None]
    dark = rng.uniform(55, 105) + rng.uniform(-14, 14, 3)
    light = rng.uniform(135, 180) + rng.uniform(-14, 14, 3)
    grain = rng.normal(0, 5, (height, width, 1)).astype(np.float32)
    canvas = dark * (1 - clouds) + light * clouds + grain
    return np.clip(canvas, 0, 255).astype(np.uint8)
