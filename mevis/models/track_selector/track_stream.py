"""A sentence chooses among tracks while the video goes on."""

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mevis.models.answer_stream import AnswerStream
from mevis.models.track_selector.track_answer import TrackAnswer
from mevis.models.track_selector.track_log import KeptFrames, TrackLog
from mevis.structures import InstanceMasks
from mevis.structures.mask_rle import Rle
from mevis.structures.streaming import FrameAnswer, StreamFrame, TrackStream

if TYPE_CHECKING:
    from mevis.models.track_selector.track_selector import EncodedTracks, TrackSelector


class AnswerByTracks(AnswerStream):
    """Each frame gets the tracks that fit the sentence by all that was seen when it is answered.

    Kept of the video are the trajectories, the masks of frames that wait, and the frames that the
    appearance of the tracks is read from.

    Args:
        selector: Chooses.
        tracks: The tracks, as they come.
        delay: Frames that must follow before a frame is answered; with as many as the video has,
            every frame is answered by what is known at the end.
        name: Of the video, for errors.
    """

    def __init__(
        self, selector: 'TrackSelector', tracks: TrackStream, delay: int, name: str
    ) -> None:
        self._selector = selector
        self._tracks = tracks
        self._delay = delay
        self._name = name
        self._texts: list[str] = []
        self._log: TrackLog | None = None
        looks = selector.appearance.num_frames
        self._kept = KeptFrames(looks) if looks else None
        self._waiting: deque[tuple[StreamFrame, Sequence[Rle | None]]] = deque()

    def ask(self, text: str) -> None:
        """Adds a sentence; the tracks so far are known to it too."""
        self._texts.append(text)

    def push(self, frame: StreamFrame) -> list[FrameAnswer]:
        """Takes a frame; answers the one ``delay`` frames before."""
        rles = self._tracks.push(frame)
        self._log = self._log or TrackLog(frame.size)
        self._log.add(frame.index, rles)
        if self._kept:
            self._kept.add(frame, rles)
        self._waiting.append((frame, rles))
        return self._answer(len(self._waiting) - self._delay)

    def finish(self) -> list[FrameAnswer]:
        """Answers the frames that wait by all that was seen."""
        return self._answer(len(self._waiting))

    def _answer(self, count: int) -> list[FrameAnswer]:
        """Answers the first of the frames that wait."""
        if count <= 0:
            return []
        ranking = self._tracks.ranking()
        given = [self._waiting.popleft() for _ in range(count)]
        tracks = InstanceMasks(
            [[rles[track] for _, rles in given] for track in ranking.queries],
            list(ranking.scores),
            list(ranking.labels),
            given[0][0].size,
        )
        encoded = self._encode(ranking.queries)
        answers = [
            self._selector.answer_about(encoded, text, tracks, range(count)) for text in self._texts
        ]
        drawn = [self._drawn(number, answer) for number, answer in enumerate(answers)]
        return [
            FrameAnswer(
                frame.index,
                [rles[place] for rles in drawn],
                [answer.score for answer in answers],
                [answer.presence for answer in answers],
            )
            for place, (frame, _) in enumerate(given)
        ]

    def _encode(self, tracks: Sequence[int]) -> 'EncodedTracks':
        assert self._log is not None
        trajectories = [self._log.of(tracks)]
        if self._kept is None:
            return self._selector.encode_tracks(trajectories)
        frames, in_clip = self._kept.clip(tracks)
        clips = self._selector.data_preprocessor.normalize(frames)[None]
        return self._selector.encode_tracks(trajectories, clips, [in_clip])

    def _drawn(self, number: int, answer: TrackAnswer) -> list[Rle]:
        return self._selector.drawn_rles(answer, f'video {self._name}, sentence {number}')
