"""A and R of ReVOS: is what is predicted in the right place?"""

import numpy as np


def pixel_accuracy(prediction: np.ndarray, truth: np.ndarray) -> float:
    """A of a frame: the share of pixels on which two (H, W) bool masks agree."""
    return float((prediction == truth).mean())


def robustness(prediction: np.ndarray, truth: np.ndarray, foreground: int) -> float:
    """R of a frame: 1 minus the pixels predicted outside of the ground truth, by the foreground.

    Args:
        prediction: (H, W) bool.
        truth: (H, W) bool.
        foreground: Pixels of all objects of the frame; where two overlap, both count, as in the
            official script.

    Returns:
        From 0 to 1; 1 if nothing is predicted outside of the ground truth.
    """
    outside = int((prediction & ~truth).sum())
    return max(0.0, 1.0 - outside / (foreground + 1e-6))
