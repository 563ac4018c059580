"""Masks in files of HDF5 and MATLAB, as A2D-Sentences and JHMDB-Sentences store them."""

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from mevis.boundary.files import regular_file
from mevis.boundary.pictures import max_pixels
from mevis.errors import UserError

_AGAIN = 'Download it again.'


def read_object_masks(path: str | Path) -> dict[int, np.ndarray]:
    """The objects of a frame of A2D: ``instance``, their ids, and ``reMask``, masks with x first.

    Args:
        path: ``a2d_annotation_with_instances/<video>/<frame>.h5``.

    Returns:
        Object -> (H, W) bool.

    Raises:
        UserError: If the file is missing or damaged, or h5py is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise UserError(
            f"{path}: HDF5 is read by h5py, which is not installed. Run: pip install 'mevis[a2d]'"
        ) from error
    try:
        with h5py.File(_file(path), 'r') as file:
            ids = [int(key) for key in np.ravel(_checked(path, file, 'instance')[()])]
            masks = np.asarray(_checked(path, file, 'reMask')[()])
    except UserError:
        raise
    except Exception as error:  # damaged bytes raise anything
        raise UserError(f'{path}: no whole HDF5 file ({_reason(error)}). {_AGAIN}') from error
    masks = masks[None] if masks.ndim == 2 else masks
    fits = masks.ndim == 3 and len(masks) == len(ids) == len(set(ids))
    if not fits or masks.dtype.kind not in 'buif':
        raise UserError(
            f'{path}: "reMask" is {masks.dtype} of shape {masks.shape} for {len(ids)} objects in'
            f' "instance"; (objects, W, H) is expected. {_AGAIN}'
        )
    return {key: mask.T > 0 for key, mask in zip(ids, masks, strict=True)}


def read_mask_video(path: str | Path, key: str = 'part_mask') -> np.ndarray:
    """The mask of a video of JHMDB.

    Args:
        path: ``puppet_mask.mat``.
        key: The array in it, (H, W, T).

    Returns:
        (T, H, W) bool.

    Raises:
        UserError: If the file is missing or damaged, or has no such array.
    """
    from scipy.io import loadmat, whosmat

    try:
        # The list first: an array is allocated as large as it says to be.
        shapes = {name: shape for name, shape, _ in whosmat(_file(path))}
        _check_shape(path, key, shapes.get(key))
        masks = loadmat(path, variable_names=[key])[key]
    except UserError:
        raise
    except Exception as error:  # damaged bytes raise anything
        raise UserError(f'{path}: no whole MATLAB file ({_reason(error)}). {_AGAIN}') from error
    masks = masks[..., None] if masks.ndim == 2 else masks
    if masks.ndim != 3 or masks.dtype.kind not in 'buif':
        raise UserError(
            f'{path}: "{key}" is {masks.dtype} of shape {masks.shape}; (H, W, T) is expected.'
            f' {_AGAIN}'
        )
    return masks.transpose(2, 0, 1) > 0


def _file(path: str | Path) -> str:
    try:
        return str(regular_file(path))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f'{path}: no such file. Unpack the annotations again.') from error


def _checked(path: str | Path, file: Any, key: str) -> Any:
    """An array of an HDF5 file, not read yet."""
    entry = file.get(key)
    _check_shape(path, key, getattr(entry, 'shape', None))
    return entry


def _check_shape(path: str | Path, key: str, shape: Sequence[int] | None) -> None:
    if shape is None:
        raise UserError(f'{path}: no array "{key}". {_AGAIN}')
    if prod(shape) > max_pixels():
        raise UserError(f'{path}: "{key}" says to be of shape {tuple(shape)}. {_AGAIN}')


def _reason(error: Exception) -> str:
    return ' '.join(str(error).split()) or type(error).__name__
