"""Answers from tracks alone: any video and sentences about motion in, masks out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import mevis.refiners  # noqa: F401 - register what configs name
from mevis.apis.inference.chosen_tracks import chosen_tracks
from mevis.apis.inference.inferencer import checked_texts
from mevis.apis.inference.result import InferenceResult
from mevis.apis.inference.track_selection import TrackChoice, load_selector, select_tracks
from mevis.apis.inference.video_source import ChosenFrames, Video, VideoSource, open_video
from mevis.models.text_encoders import VocabularyTextEncoder
from mevis.structures import (
    Expression,
    InstanceMasks,
    RefVidSegDataSample,
    Trajectories,
    VideoFrames,
    encode_rle,
)


@dataclass(frozen=True)
class TrackInferenceResult(InferenceResult):
    """Answers that are unions of tracks.

    Attributes:
        tracks: All tracks, one RLE or None per frame that was answered.
        choices: Per sentence, what it means of the tracks.
    """

    tracks: InstanceMasks
    choices: list[TrackChoice]

    def to_dict(self) -> dict[str, Any]:
        """The answers with the numbers of their tracks, JSON-ready."""
        content = super().to_dict()
        for answer, choice in zip(content['answers'], self.choices, strict=True):
            answer['tracks'] = choice.chosen
            answer['track_scores'] = choice.to_dict()['scores']
        return content


class TrackInferencer:
    """Answers sentences about how things move, from where they are: no frame is looked at.

    Args:
        tracks: ``motion``, ``dvis`` or a file of tracks.
        config: Of a selector that needs no frames; the shipped one if None.
        checkpoint: Its weights.
        device: Such as ``cuda``; the CPU, which is fast enough, if None.
        cfg_options: Overrides of the config: a refiner, for example.
        lenient: Answer a sentence that asks for no motion by nothing, instead of refusing it.

    Raises:
        UserError: If there are no such tracks or the config is of another model.
    """

    def __init__(
        self,
        tracks: str = 'motion',
        config: str | Path | None = None,
        checkpoint: str | Path | None = None,
        device: str | None = None,
        cfg_options: Mapping[str, Any] | None = None,
        lenient: bool = False,
    ) -> None:
        self._lenient = lenient
        self._find_tracks = chosen_tracks(tracks, device)
        self.model = load_selector(config, checkpoint, device or 'cpu', cfg_options=cfg_options)

    def asks_for_motion(self, text: str) -> bool:
        """Whether a sentence has a word that the selector chooses by."""
        encoder = self.model.text_encoder
        known = not isinstance(encoder, VocabularyTextEncoder)
        return known or bool(encoder.telling_words(text))

    @torch.no_grad()
    def __call__(
        self,
        video: Video,
        texts: str | Sequence[str],
        stride: int = 1,
        max_frames: int | None = None,
    ) -> TrackInferenceResult:
        """Answers sentences about a video; the arguments are those of RefVidSegInferencer.

        Raises:
            UserError: If a sentence asks for no motion that the selector knows, or the video
                cannot be read.
        """
        sentences = checked_texts(texts)
        source = ChosenFrames(open_video(video), stride, max_frames)
        frames = _frames_of(source)
        tracks = self._find_tracks(frames)
        count, indices = len(frames), list(frames.frame_indices)
        instances = tracks.spread(indices, indices[-1] + 1)
        trajectories = Trajectories.from_instances(
            instances, range(indices[-1] + 1), indices[-1] + 1
        )
        asked = [text for text in sentences if not self._lenient or self.asks_for_motion(text)]
        chosen = iter(select_tracks(self.model, trajectories, asked) if asked else ())
        nothing = TrackChoice('', [0.0] * len(tracks), [], 0.0)
        choices = [
            next(chosen) if text in asked else replace(nothing, text=text) for text in sentences
        ]
        sample = RefVidSegDataSample()
        sample.set_metainfo(
            dict(
                video=source.name,
                frame_names=list(frames.frame_names),
                frame_indices=indices,
                num_video_frames=indices[-1] + 1,
                ori_shape=frames.size,
                img_shape=frames.size,
                expressions=[Expression(str(i), text) for i, text in enumerate(sentences)],
            )
        )
        sample.read_frames, sample.instances = source.read, instances
        # The model asks for as many frames as are answered, and looks at none.
        (sample,) = self.model([torch.empty(count, 3, 0, 0)], [sample], mode='predict')
        empty = encode_rle(np.zeros((1, *frames.size), bool)) * count
        predictions = [
            answer if answer.text in asked else replace(answer, rles=empty, score=0.0, presence=0.0)
            for answer in sample.predictions
        ]
        return TrackInferenceResult(
            source.name,
            source.fps,
            frames.size,
            list(frames.frame_names),
            indices,
            predictions,
            source.frame_times(count),
            source,
            tracks,
            choices,
        )


def _frames_of(source: VideoSource) -> VideoFrames:
    """Counts the frames, which are read again when they are needed."""
    count, size = 0, (0, 0)
    for frame in source:
        count, size = count + 1, frame.shape[:2]
    return VideoFrames(
        source.name,
        source.frame_names(count),
        tuple(size),
        source.read,
        source.frame_indices(count),
    )
