"""Where mask features wait until it is known which instances are wanted.

They are by far the largest part of what a video leaves behind (15 MB a frame at 360p), and the
instances are known after the last frame only.
"""

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

import torch
from torch import Tensor


class FeatureStore(ABC):
    """Takes the windows of a video, gives their mask features back in the same order."""

    @abstractmethod
    def append(self, frames: Tensor, mask_features: Tensor) -> None:
        """Takes the frames (t, 3, H, W) of a window and their features (t, M, h, w)."""

    @abstractmethod
    def __iter__(self) -> Iterator[Tensor]:
        """Yields the features (t, M, h, w) of each window."""

    @abstractmethod
    def close(self) -> None:
        """Releases what is held."""


class MemoryStore(FeatureStore):
    """Keeps the features where they are: the fastest, and grows with the video."""

    def __init__(self) -> None:
        self._windows: list[Tensor] = []

    def append(self, frames: Tensor, mask_features: Tensor) -> None:
        """Keeps the features of a window."""
        self._windows.append(mask_features)

    def __iter__(self) -> Iterator[Tensor]:
        """Yields the features of each window."""
        yield from self._windows

    def close(self) -> None:
        """Forgets all."""
        self._windows.clear()


class DiskStore(FeatureStore):
    """Writes the features to an anonymous temporary file, exactly as they are.

    The file vanishes with the process, however that ends; ``TMPDIR`` says where it is.  It is read
    and written rather than mapped, since mapped pages would count as memory of the process.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix='mevis-mask-features-')  # noqa: SIM115
        self._layout: list[tuple[torch.Size, torch.dtype, torch.device]] = []

    def append(self, frames: Tensor, mask_features: Tensor) -> None:
        """Writes the features of a window."""
        self._layout.append((mask_features.shape, mask_features.dtype, mask_features.device))
        flat = mask_features.detach().cpu().contiguous().flatten()
        self._file.seek(0, 2)  # whoever reads may have stopped anywhere
        self._file.write(memoryview(flat.view(torch.uint8).numpy()))

    def __iter__(self) -> Iterator[Tensor]:
        """Reads the features of each window."""
        start = 0
        for shape, dtype, device in self._layout:
            data = bytearray(shape.numel() * dtype.itemsize)
            self._file.seek(start)  # others may read or write between two windows
            self._file.readinto(data)
            start += len(data)
            yield torch.frombuffer(data, dtype=dtype).view(shape).to(device)

    def close(self) -> None:
        """Removes the file."""
        self._file.close()


class RecomputingStore(FeatureStore):
    """Keeps the frames (uint8, a twentieth of the features) and computes the features again.

    Args:
        compute: Frames of a window -> their features.
    """

    def __init__(self, compute: Callable[[Tensor], Tensor]) -> None:
        self._compute = compute
        self._windows: list[Tensor] = []

    def append(self, frames: Tensor, mask_features: Tensor) -> None:
        """Keeps the frames of a window."""
        self._windows.append(frames)

    def __iter__(self) -> Iterator[Tensor]:
        """Computes the features of each window."""
        yield from map(self._compute, self._windows)

    def close(self) -> None:
        """Forgets the frames."""
        self._windows.clear()


FEATURE_STORES = ('disk', 'memory', 'recompute')


def feature_store(kind: str, compute: Callable[[Tensor], Tensor]) -> FeatureStore:
    """A store by name.

    Args:
        kind: One of ``FEATURE_STORES``.
        compute: See :class:`RecomputingStore`.
    """
    if kind == 'recompute':
        return RecomputingStore(compute)
    return DiskStore() if kind == 'disk' else MemoryStore()
