"""Which region of a frame is which object: overlap with where each should be."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from mevis.track_sources.motion.appearance import divide
from mevis.track_sources.motion.regions import Region, regions_of
from mevis.track_sources.motion.track import Track

_IMPOSSIBLE = 1e3
_DISTANCE_WEIGHT = 0.5
_INSIDE = 0.5
_GROWTH = 1.4
_SUDDEN = 1.6
_SUDDEN_SIDE = 1.35
_KNOWN_WELL = 5
_OTHER = 0.35
_GAP_AT_BORDER = 2
_BORDER = 4


class Associator:
    """Carries tracks from frame to frame.

    Args:
        max_gap: Frames for which an object may be hidden.
    """

    def __init__(self, max_gap: int) -> None:
        self.max_gap = max_gap
        self.live: list[Track] = []
        self.ended: list[Track] = []

    def end_all(self) -> None:
        """Ends every track: the shot is over."""
        self.ended += self.live
        self.live = []

    def add(
        self, frame: int, regions: Sequence[Region], step: np.ndarray, picture: np.ndarray
    ) -> None:
        """Gives the regions of the next frame to tracks, old or new.

        Args:
            frame: The frame's position.
            regions: Its regions.
            step: (3, 3) homography from the frame before.
            picture: The frame, (H, W, 3) uint8.
        """
        for track in self.live:
            track.predict(step)
        guesses = [track.guess() for track in self.live]
        overlaps = np.array(
            [[guess.overlap(region) for region in regions] for guess in guesses], np.float64
        ).reshape(len(guesses), len(regions))
        owner = self._assign(guesses, regions, overlaps)
        members = self._members(guesses, regions, overlaps, owner)
        regions, members = self._join_fragments(regions, members)
        for region, tracks in zip(regions, members, strict=True):
            if not tracks:
                self.live.append(Track.starting(frame, region, picture))
            elif len(tracks) == 1:
                self._see(self.live[tracks[0]], frame, region, picture)
            else:
                self._divide([self.live[k] for k in tracks], frame, region, picture)
        found = {k for tracks in members for k in tracks}
        for k in range(len(guesses)):
            if k not in found:
                self.live[k].miss()
        lost = [track.missed > self._patience(track, picture) for track in self.live]
        self.ended += [track for track, is_lost in zip(self.live, lost, strict=True) if is_lost]
        self.live = [track for track, is_lost in zip(self.live, lost, strict=True) if not is_lost]

    def _patience(self, track: Track, picture: np.ndarray) -> int:
        """What was hardly seen, or left the picture, is not waited for."""
        last = track.regions[max(track.regions)]
        leaving = last.is_near_border(picture.shape[:2], _BORDER)
        gap = _GAP_AT_BORDER if leaving else self.max_gap
        return min(gap, len(track.regions))

    def _assign(
        self, guesses: Sequence[Region], regions: Sequence[Region], overlaps: np.ndarray
    ) -> dict[int, int]:
        """One region for each track, as far as there are; track -> region."""
        costs = np.full(overlaps.shape, _IMPOSSIBLE)
        for k, guess in enumerate(guesses):
            track = self.live[k]
            reach = 0.5 * np.linalg.norm(guess.size) * (1 + 0.15 * track.missed)
            for r, region in enumerate(regions):
                distance = np.linalg.norm(region.centre - guess.centre) / reach
                union = guess.area + region.area - overlaps[k, r]
                if overlaps[k, r] or distance < 1:
                    likeness = min(guess.area, region.area) / max(guess.area, region.area)
                    costs[k, r] = (
                        1
                        - overlaps[k, r] / union
                        + _DISTANCE_WEIGHT * min(distance, 2)
                        + 0.3 * (1 - likeness)
                        + 0.05 * track.missed
                    )
        rows, columns = linear_sum_assignment(costs)
        return {
            int(k): int(r) for k, r in zip(rows, columns, strict=True) if costs[k, r] < _IMPOSSIBLE
        }

    def _members(
        self,
        guesses: Sequence[Region],
        regions: Sequence[Region],
        overlaps: np.ndarray,
        owner: dict[int, int],
    ) -> list[list[int]]:
        """The tracks in each region: its own, and those without one that should be there too."""
        members: list[list[int]] = [[] for _ in regions]
        for k, r in owner.items():
            members[r].append(k)
        for k, guess in enumerate(guesses):
            if k in owner or not len(regions):
                continue
            r = int(overlaps[k].argmax())
            if overlaps[k, r] > _INSIDE * guess.area and members[r]:
                members[r].append(k)
        return members

    def _join_fragments(
        self, regions: Sequence[Region], members: list[list[int]]
    ) -> tuple[list[Region], list[list[int]]]:
        """Joins pieces of an object that has come apart, as far as they fit its last shape."""
        kept, whose = list(regions), [list(tracks) for tracks in members]
        for r in range(len(regions)):
            if members[r]:
                continue
            for s, tracks in enumerate(members):
                if len(tracks) != 1 or whose[r] is None:
                    continue
                shape = self.live[tracks[0]].guess()
                union = kept[s].united(regions[r])
                if _side_by_side(kept[s], regions[r]):
                    continue
                fits = (union.size <= _GROWTH * shape.size).all()
                if fits and union.area <= _GROWTH * shape.area:
                    kept[s], whose[r] = union, None
                    break
        pairs = [(a, b) for a, b in zip(kept, whose, strict=True) if b is not None]
        return [a for a, _ in pairs], [b for _, b in pairs]

    def _see(self, track: Track, frame: int, region: Region, picture: np.ndarray) -> None:
        """Takes the region as the object, unless it grew too suddenly to be that alone."""
        if not _grew_suddenly(track, region):
            track.see(frame, region, picture)
            return
        centre, sure = track.look.find(picture, track.centre)
        own = region.part(_near(track.look.shape.moved_to(centre), region))
        rest = None if own is None else _largest(region, own)
        if not sure or rest is None or rest.area < _OTHER * track.look.shape.area:
            track.see(frame, region, picture)
            return
        track.share(frame, own, centre)
        self.live.append(Track.starting(frame, rest, picture))

    def _divide(
        self, tracks: Sequence[Track], frame: int, region: Region, picture: np.ndarray
    ) -> None:
        """Gives each track its part of a region."""
        centres = []
        for track in tracks:
            centre, sure = track.look.find(picture, track.centre)
            centres.append(centre if sure else track.centre)
        objects = [(track.look, centre) for track, centre in zip(tracks, centres, strict=True)]
        parts = divide(region, picture, objects)
        for track, part, centre in zip(tracks, parts, centres, strict=True):
            track.share(frame, part, centre)


def _side_by_side(one: Region, other: Region) -> bool:
    """Whether two pieces are objects of their own rather than upper and lower part of one."""
    small, large = sorted((one.area, other.area))
    common = min(one.left + one.size[0], other.left + other.size[0]) - max(one.left, other.left)
    return small > 0.4 * large and common < 0.5 * min(one.size[0], other.size[0])


def _grew_suddenly(track: Track, region: Region) -> bool:
    """Whether a region is far larger than an object that is known well ever was of late."""
    if len(track.sizes) < _KNOWN_WELL:
        return False
    width, height, area = np.max(track.sizes, axis=0)
    wider, higher = region.size / (width, height)
    return region.area > _SUDDEN * area and max(wider, higher) > _SUDDEN_SIDE


def _near(shape: Region, region: Region) -> np.ndarray:
    """The pixels of a region's box that are in or next to a shape, (h, w) bool."""
    rows, columns = np.indices(region.mask.shape)
    margin = 0.1 * shape.size + 1
    across = np.abs(columns + 0.5 + region.left - shape.centre[0]) <= shape.size[0] / 2 + margin[0]
    down = np.abs(rows + 0.5 + region.top - shape.centre[1]) <= shape.size[1] / 2 + margin[1]
    return across & down


def _largest(region: Region, own: Region) -> Region | None:
    """The largest connected piece of a region without a part of it."""
    rest = region.mask.copy()
    top, left = own.top - region.top, own.left - region.left
    rest[top : top + own.mask.shape[0], left : left + own.mask.shape[1]] &= ~own.mask
    pieces = regions_of(rest, rest, 1)
    if not pieces:
        return None
    largest = max(pieces, key=lambda piece: piece.area)
    return Region(region.left + largest.left, region.top + largest.top, largest.mask)
