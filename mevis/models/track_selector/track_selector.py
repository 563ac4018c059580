"""The sentence chooses among instance tracks.

Shapes: B videos or clips, S sentences of each, K tracks, N steps, T frames, C channels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mevis.models.base_segmentor import BaseRefVidSegmentor
from mevis.models.track_selector.criterion import choice_losses
from mevis.models.track_selector.track_answer import TrackAnswer, choose_tracks
from mevis.models.track_selector.track_decision import Choice, TrackDecision
from mevis.models.track_selector.track_encoder import (
    TokenProjection,
    TrackEncoder,
    mean_over_steps,
)
from mevis.models.track_selector.track_steps import TrackSteps, cut_into_steps
from mevis.models.track_selector.track_stream import AnswerByTracks
from mevis.models.track_selector.trajectory_features import (
    STILL_FEATURES,
    TIME_FEATURES,
    trajectory_features,
)
from mevis.registry import MODELS, TEXT_ENCODERS
from mevis.structures import ClipTracks, InstanceMasks, RefVidSegDataSample, Trajectories


@dataclass(frozen=True)
class EncodedTracks:
    """What no sentence changes.

    Attributes:
        tokens: (B, K, N, C).
        valid: (B, K, N) bool.
        looks: (B, K, C), mean looks of each track; None without.
    """

    tokens: Tensor
    valid: Tensor
    looks: Tensor | None = None


@dataclass(frozen=True)
class EncodedVideo:
    """The tracks of one video.

    Attributes:
        encoded: As the sentences ask them.
        instances: Their masks in every frame of the video.
        frame_indices: The frames that are answered.
    """

    encoded: EncodedTracks
    instances: InstanceMasks
    frame_indices: Sequence[int]


@MODELS.register_module()
class TrackSelector(BaseRefVidSegmentor):
    """Scores the tracks of a video for a sentence; the union of the chosen ones is the answer.

    A track is at most ``num_steps`` tokens of its trajectory and some of its appearance.  All that
    is done per video; a further sentence costs one small decoder.

    Args:
        text_encoder: Config of a text encoder.
        data_preprocessor: Config of the preprocessor.
        refiner: Config of the mask refiner.
        appearance: Config of what is known of the looks of tracks; None: trajectories only.
        track_source: Config of what finds tracks in videos whose dataset has none.
        embed_dims: Channels C.
        num_steps: N, steps that a track is cut into.
        num_encoder_layers: Layers over the steps of a track.
        num_decoder_layers: Layers that see the words.
        num_heads: Attention heads.
        feedforward_dims: Hidden channels.
        temporal_position: Whether steps know their time; without it no sentence can be answered
            that depends on the order of frames.
        track_threshold: Tracks above this probability are chosen.
        presence_weight: Of the loss that says whether a sentence means anything.
        presence_threshold: A sentence whose presence is below gets empty masks.
        chunk_size: Frames that are worked on at a time in testing.
        answer_delay: Frames that must follow before a frame is answered, in a video that still
            goes on; see :class:`AnswerByTracks`.
        init_cfg: Of mmengine.
    """

    needs_tracks = True

    def __init__(
        self,
        text_encoder: Mapping[str, Any],
        data_preprocessor: Mapping[str, Any],
        refiner: Mapping[str, Any],
        appearance: Mapping[str, Any] | None = None,
        track_source: Mapping[str, Any] | None = None,
        embed_dims: int = 96,
        num_steps: int = 24,
        num_encoder_layers: int = 2,
        num_decoder_layers: int = 2,
        num_heads: int = 4,
        feedforward_dims: int = 192,
        temporal_position: bool = True,
        track_threshold: float = 0.5,
        presence_weight: float = 0.5,
        presence_threshold: float = 0.0,
        chunk_size: int = 8,
        answer_delay: int = 0,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(
            data_preprocessor, refiner, track_source, chunk_size, presence_threshold, init_cfg
        )
        self.text_encoder = TEXT_ENCODERS.build(text_encoder)
        self.appearance = MODELS.build(
            appearance or dict(type='NoAppearance'), default_args=dict(embed_dims=embed_dims)
        )
        if answer_delay < 0:
            raise ValueError(f'answer_delay {answer_delay}: a number of frames, 0 or more.')
        self.answer_delay = answer_delay
        self.num_steps = num_steps
        self.temporal_position = temporal_position
        self.track_threshold = track_threshold
        self.presence_weight = presence_weight
        features = STILL_FEATURES + (TIME_FEATURES if temporal_position else 0)
        self.trajectory_projection = TokenProjection(features, embed_dims)
        self.track_encoder = TrackEncoder(
            embed_dims, num_encoder_layers, num_heads, feedforward_dims
        )
        self.decision = TrackDecision(
            embed_dims,
            self.text_encoder.embed_dims,
            num_decoder_layers,
            num_heads,
            feedforward_dims,
            with_looks=self.appearance.num_frames > 0,
        )

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.decision.video_token.device

    def encode_tracks(
        self,
        tracks: Sequence[Trajectories],
        clips: Tensor | None = None,
        in_clips: Sequence[ClipTracks] = (),
    ) -> EncodedTracks:
        """Encodes the tracks of B videos.

        Args:
            tracks: Trajectories of each video.
            clips: (B, T, 3, h, w), normalised; None for a selector that needs no frames.
            in_clips: The same tracks in the frames of the clips.
        """
        tokens, valid = self._trajectory_tokens(tracks)
        mean_looks = None
        if clips is not None and self.appearance.num_frames:
            looks, seen = self.appearance(clips, in_clips, valid.shape[1])
            mean_looks = mean_over_steps(looks, seen)
            tokens, valid = torch.cat((tokens, looks), 2), torch.cat((valid, seen), 2)
        return EncodedTracks(self.track_encoder(tokens, valid), valid, mean_looks)

    def choose(self, encoded: EncodedTracks, expressions: Sequence[str]) -> Choice:
        """Asks B x S sentences, video after video."""
        words = self.text_encoder(list(expressions), self.device)
        return self.decision(encoded.tokens, encoded.valid, words, encoded.looks)

    def loss(
        self, clips: Tensor, padding_mask: Tensor, samples: Sequence[RefVidSegDataSample]
    ) -> dict[str, Tensor]:
        """Losses of B clips, each with S expressions.

        Args:
            clips: (B, T, 3, h, w), normalised; T = 0 without appearance.
            padding_mask: (B, T, h, w) bool, True = padding.
            samples: With ``trajectories`` or ``instances``, and ``gt_choice``.
        """
        if self.appearance.num_frames:
            canvas = tuple(clips.shape[-2:])
            in_clips = [
                _in_clip(sample, sample.frame_indices, sample.img_shape, canvas)
                for sample in samples
            ]
            encoded = self.encode_tracks(_trajectories(samples), clips, in_clips)
        else:
            encoded = self.encode_tracks(_trajectories(samples))
        targets = [sample.gt_choice for sample in samples]
        texts = [expression.text for sample in samples for expression in sample.expressions]
        choice = self.choose(encoded, texts)
        presence = torch.stack([_presence(target) for target in targets]).to(self.device)
        padded = _pad_tracks(targets, encoded.valid.shape[1], -1.0).to(self.device)
        return choice_losses(choice, padded, presence, self.presence_weight)

    def encode_video(self, video: Tensor, sample: RefVidSegDataSample) -> EncodedVideo:
        """Encodes the tracks of a video; called once per video."""
        number = min(len(video), self.appearance.num_frames)
        clips, in_clips = None, []
        if number:
            places = torch.linspace(0, len(video) - 1, number).round().int().tolist()
            frames = [sample.frame_indices[place] for place in places]
            clips = self.data_preprocessor.normalize(video[places])[None]
            shape = tuple(video.shape[-2:])
            in_clips = [_in_clip(sample, frames, shape, shape)]
        encoded = self.encode_tracks(_trajectories([sample]), clips, in_clips)
        return EncodedVideo(encoded, sample.instances, sample.frame_indices)

    def answer(self, video: EncodedVideo, expression: str) -> TrackAnswer:
        """Chooses tracks for one expression."""
        return self.answer_about(video.encoded, expression, video.instances, video.frame_indices)

    def answer_about(
        self,
        encoded: EncodedTracks,
        expression: str,
        instances: InstanceMasks,
        frames: Sequence[int],
    ) -> TrackAnswer:
        """Chooses tracks for one expression.

        Args:
            encoded: K tracks.
            expression: The expression.
            instances: Their masks.
            frames: Frames of the masks that are answered.
        """
        choice = self.choose(encoded, [expression])
        scores, presence = choice.tracks[0, 0].sigmoid(), float(choice.presence.sigmoid())
        chosen = choose_tracks(scores, presence, self.track_threshold)
        return TrackAnswer(instances, frames, scores, chosen, presence, self.chunk_size)

    def stream(self, name: str = 'stream') -> AnswerByTracks:
        """Opens a video that is answered track by track; see the base class."""
        return AnswerByTracks(self, self.track_source.stream(), self.answer_delay, name)

    def _trajectory_tokens(self, tracks: Sequence[Trajectories]) -> tuple[Tensor, Tensor]:
        steps = [cut_into_steps(one.to(self.device), self.num_steps) for one in tracks]
        features = trajectory_features(TrackSteps.cat(steps), self.temporal_position)
        tokens = self.trajectory_projection(features).split([len(one) for one in tracks])
        padded = nn.utils.rnn.pad_sequence(list(tokens), batch_first=True)
        valid = nn.utils.rnn.pad_sequence([one.valid for one in steps], batch_first=True)
        return padded, valid


def _trajectories(samples: Sequence[RefVidSegDataSample]) -> list[Trajectories]:
    """The tracks of each sample in every frame of its video."""
    return [
        sample.trajectories
        if 'trajectories' in sample
        else Trajectories.from_instances(
            sample.instances, range(sample.num_video_frames), sample.num_video_frames
        )
        for sample in samples
    ]


def _in_clip(
    sample: RefVidSegDataSample,
    frames: Sequence[int],
    img_shape: tuple[int, int],
    canvas: tuple[int, int],
) -> ClipTracks:
    return ClipTracks.of(sample.instances, frames, sample.num_video_frames, img_shape, canvas)


def _presence(targets: Tensor) -> Tensor:
    """(S, K) -> (S,): 1 if any track is meant, 0 if none is, -1 if that is open."""
    if not targets.shape[1]:
        return targets.new_zeros(len(targets))
    most = targets.amax(1)
    return torch.where((most > 0) | (targets >= 0).all(1), most, -1.0)


def _pad_tracks(targets: Sequence[Tensor], num_tracks: int, value: float) -> Tensor:
    """B tensors (S, k) -> (B, S, K)."""
    padded = [
        torch.nn.functional.pad(one, (0, num_tracks - one.shape[1]), value=value) for one in targets
    ]
    return torch.stack(padded)
