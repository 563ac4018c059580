"""What an archive for the evaluation server has to hold."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class VideoLayout:
    """The part of an archive about one video: ``[<folder>/]<video>/<exp_id>/<frame>.png``.

    Attributes:
        name: The video.
        exp_ids: Its expressions.
        frame_names: Its frames.
        size: (H, W) of the frames on disk, which masks must have; None where they are not
            known: then all masks of the video must have one size.
        folder: What the server wants all videos to lie in; '': the videos are at the top.
        texts: The sentences of ``exp_ids``, to hold stored predictions against; (): unknown.
    """

    name: str
    exp_ids: tuple[str, ...]
    frame_names: tuple[str, ...]
    size: tuple[int, int] | None = None
    folder: str = ''
    texts: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """Folder of the video in the archive."""
        return f'{self.folder}/{self.name}' if self.folder else self.name

    @property
    def num_masks(self) -> int:
        """Files of the archive about this video."""
        return len(self.exp_ids) * len(self.frame_names)

    def entries(self) -> Iterator[str]:
        """Names of these files, in order."""
        for exp_id in self.exp_ids:
            for frame in self.frame_names:
                yield f'{self.root}/{exp_id}/{frame}.png'
