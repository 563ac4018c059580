"""Where predicted masks come from: PNG files or a store of answers."""

import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from mmengine.logging import print_log

from mevis.boundary.pictures import open_mask
from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore, VideoPredictions
from mevis.evaluation.same_sentences import are_of_other_data, check_same_sentence
from mevis.structures import decode_rle

Size = tuple[int, int]
_LOOKED_AT = 8
_READABLE_MODES = ('1', 'L', 'LA', 'P', 'RGB', 'RGBA')


class PredictionSource(Protocol):
    """Predicted masks by video and expression."""

    def has_video(self, video: str) -> bool:
        """Whether the video was answered; if it was, all its expressions must be there."""

    def masks(
        self,
        video: str,
        exp_id: str,
        frame_names: Sequence[str],
        size: Size | None,
        text: str | None = None,
    ) -> Iterator[np.ndarray]:
        """Yields one (H, W) bool mask per frame.

        Args:
            video: Its name.
            exp_id: The expression.
            frame_names: The frames that are wanted.
            size: (H, W) that the masks must have; None: all the same.
            text: The sentence; None: not compared with that of the predictions.

        Raises:
            UserError: If a mask is missing, cannot be read or has another size, or the sentence
                that was predicted is another; names the file.
        """


def open_predictions(folder: str | Path, annotations: str | Path | None = None) -> PredictionSource:
    """Opens what tools/test.py wrote, or a tree of PNG files.

    Args:
        folder: A work folder of tools/test.py, its ``predictions``, or a folder with
            ``<video>/<expression id>/<frame>.png``.
        annotations: What they are used for.  Predictions of another data root are then held
            against its sentences; None: they are not.

    Raises:
        UserError: If there is nothing of the kind.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f'{folder}: no such folder. It should hold the predictions.')
    for candidate in (folder, folder / 'predictions'):
        if PredictionStore.is_store(candidate):
            return StoredPredictions(PredictionStore(candidate), annotations)
    if not any(path.is_dir() for path in folder.iterdir()):
        raise UserError(
            f'{folder}: neither <video>/<expression id>/<frame>.png nor predictions of'
            ' tools/test.py.'
        )
    return PngPredictions(folder)


def prediction_folders(folder: str | Path) -> list[Path]:
    """The folders below, or this one, that hold predictions: no result may replace a file of them.

    What lies beside them, as scores of an earlier run do, is not read.

    Args:
        folder: As for :func:`open_predictions`.
    """
    folder = Path(folder)
    for candidate in (folder, folder / 'predictions'):
        if PredictionStore.is_store(candidate):
            return [candidate]
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


class PngPredictions:
    """``<folder>/<video>/<expression id>/<frame>.png``; any pixel but black is foreground.

    So the official evaluation reads them.  A note says so if one of the first has greys or colours.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path in islice(folder.rglob('*.png'), _LOOKED_AT):
            kind = _doubtful_kind(path)
            if kind:
                print_log(
                    f'{path}: has {kind}; every pixel that is not black counts as the object.'
                    ' Threshold probabilities, and write one object per mask, as 0 and 255.',
                    'current',
                    logging.WARNING,
                )
                break

    def has_video(self, video: str) -> bool:
        """Whether there is a folder of that name."""
        return (self.folder / video).is_dir()

    def masks(
        self,
        video: str,
        exp_id: str,
        frame_names: Sequence[str],
        size: Size | None,
        text: str | None = None,
    ) -> Iterator[np.ndarray]:
        """Reads the pictures as they are asked for; they do not know their sentence."""
        folder = self.folder / video / exp_id
        if not folder.is_dir():
            raise UserError(
                f'{folder}: no such folder, though video {video} has predictions. Every'
                ' expression of a predicted video needs one; predict the whole video or none of it.'
            )
        for name in frame_names:
            path = folder / f'{name}.png'
            mask = read_png_mask(path)
            size = size or mask.shape
            if mask.shape != tuple(size):
                raise UserError(f'{path}: {_wrong_size(mask.shape, size)}')
            yield mask


class StoredPredictions:
    """The answers in a :class:`PredictionStore`."""

    def __init__(self, store: PredictionStore, annotations: str | Path | None = None) -> None:
        self.store = store
        self._compare = annotations is not None and are_of_other_data(store, Path(annotations))
        self._videos = store.videos_done()
        # All expressions of a video are in one file and are asked for one after another.
        self._last: tuple[str, VideoPredictions] | None = None

    def has_video(self, video: str) -> bool:
        """Whether its file is there."""
        return video in self._videos

    def masks(
        self,
        video: str,
        exp_id: str,
        frame_names: Sequence[str],
        size: Size | None,
        text: str | None = None,
    ) -> Iterator[np.ndarray]:
        """Decodes the masks as they are asked for."""
        if self._last is None or self._last[0] != video:
            self._last = (video, self.store.read(video))
        found = self._last[1]
        place = f'{self.store.root}: video {video}'
        if exp_id not in found.answers:
            raise UserError(
                f'{place}: no prediction for expression {exp_id}.'
                ' The annotations have changed since the test; test again in another --work-dir.'
            )
        if self._compare and text is not None:
            answered = found.answers[exp_id].text
            check_same_sentence(answered, text, f'{place}, expression {exp_id}')
        rle_of = dict(zip(found.frame_names, found.answers[exp_id].rles, strict=True))
        for name in frame_names:
            if name not in rle_of:
                raise UserError(f'{place}, expression {exp_id}: no mask for frame {name}.')
            rle = rle_of[name]
            size = size or tuple(rle['size'])
            if tuple(rle['size']) != tuple(size):
                wrong = _wrong_size(tuple(rle['size']), size)
                raise UserError(f'{place}, expression {exp_id}, frame {name}: {wrong}')
            yield decode_rle([rle], size, place)[0]


def read_png_mask(path: Path) -> np.ndarray:
    """Reads a mask, (H, W) bool; a pixel of any colour but black is foreground.

    Raises:
        UserError: If the file is missing, damaged or no 8-bit picture.
    """
    with open_mask(path, 'mask', 'Every frame of a predicted expression needs one.') as image:
        if image.mode not in _READABLE_MODES:
            raise UserError(f'{path}: an image of mode {image.mode}; masks are 8-bit PNGs.')
        if image.mode in ('P', 'LA', 'RGBA'):
            image = image.convert('RGB')
        pixels = np.asarray(image)
    return pixels.any(-1) if pixels.ndim == 3 else pixels != 0


def _doubtful_kind(path: Path) -> str | None:
    """What a mask has that may be meant otherwise; a damaged one is for whoever reads it."""
    try:
        with open_mask(path) as image:
            colours = image.convert('RGB').getcolors(1 << 24) or []
    except (UserError, OSError):
        return None
    seen = {colour for _, colour in colours} - {(0, 0, 0)}
    if len(seen) < 2:
        return None
    grey = all(len(set(colour)) == 1 for colour in seen)
    return f'{len(seen)} {"greys" if grey else "colours"}'


def _wrong_size(found: Size, wanted: Size) -> str:
    return (
        f'the mask is {found[0]}x{found[1]} (height x width), the video'
        f' {wanted[0]}x{wanted[1]}. Masks must have the original size.'
    )
