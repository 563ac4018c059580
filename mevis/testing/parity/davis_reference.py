"""J and F of one frame as DAVIS defines them, without any shortcut: what ours is held against."""

import cv2
import numpy as np


def reference_similarity(prediction: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union of two (H, W) masks; 1 where both are empty."""
    prediction, truth = prediction.astype(bool), truth.astype(bool)
    no_void = np.ones_like(truth)
    intersection = np.sum((prediction & truth) & no_void)
    union = np.sum((prediction | truth) & no_void)
    return 1.0 if union == 0 else float(intersection / union)


def reference_boundary_accuracy(prediction: np.ndarray, truth: np.ndarray) -> float:
    """F-measure of the boundaries of two (H, W) masks, by dilating both whole maps."""
    radius = int(np.ceil(0.008 * np.linalg.norm(truth.shape)))
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disk = (x**2 + y**2 <= radius**2).astype(np.uint8)
    found = reference_boundary_map(prediction).astype(np.uint8)
    wanted = reference_boundary_map(truth).astype(np.uint8)
    near_found, near_wanted = cv2.dilate(found, disk), cv2.dilate(wanted, disk)
    num_found, num_wanted = np.sum(found), np.sum(wanted)
    if num_found == 0 or num_wanted == 0:
        precision, recall = float(num_found == 0), float(num_wanted == 0)
    else:
        precision = np.sum(found * near_wanted) / num_found
        recall = np.sum(wanted * near_found) / num_wanted
    if precision + recall == 0:
        return 0.0
    return float(2 * precision * recall / (precision + recall))


def reference_boundary_map(mask: np.ndarray) -> np.ndarray:
    """Boundary pixels of a (H, W) mask, half a pixel towards the origin, as bool."""
    mask = mask.astype(bool)
    right, below, diagonal = (np.zeros_like(mask) for _ in range(3))
    right[:, :-1] = mask[:, 1:]
    below[:-1] = mask[1:]
    diagonal[:-1, :-1] = mask[1:, 1:]
    boundary = (mask ^ right) | (mask ^ below) | (mask ^ diagonal)
    boundary[-1] = mask[-1] ^ right[-1]
    boundary[:, -1] = mask[:, -1] ^ below[:, -1]
    boundary[-1, -1] = False
    return boundary
