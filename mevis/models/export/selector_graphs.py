"""A track selector in two graphs: what its tracks do, once, and what a sentence means, for each.

Shapes: K tracks, T frames, A frames that are looked at, M = N + A steps, L tokens, C channels.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from mevis.models.text_encoders.base import TextFeatures
from mevis.models.track_selector import CroppedAppearance, NoAppearance, TrackSelector
from mevis.models.track_selector.appearance.cropped_appearance import cut_out
from mevis.models.track_selector.time_waves import time_waves
from mevis.models.track_selector.track_encoder import (
    TrackEncoder,
    attention_padding,
    mean_over_steps,
)
from mevis.models.track_selector.track_steps import cut_into_steps
from mevis.models.track_selector.trajectory_features import trajectory_features
from mevis.structures import Trajectories

EXPORTABLE_LOOKS = (NoAppearance, CroppedAppearance)


class TracksGraph(nn.Module):
    """Tracks to what no sentence changes.

    Args:
        model: In evaluation mode; its appearance is one of :data:`EXPORTABLE_LOOKS`.
    """

    def __init__(self, model: TrackSelector) -> None:
        super().__init__()
        self.model = model

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs."""
        looks = ('frames', 'masks', 'look_times') if self.model.appearance.num_frames else ()
        return ('boxes', 'areas', 'times', 'size', *looks)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs."""
        return ('tokens', 'valid', *(('looks',) if self.model.appearance.num_frames else ()))

    def forward(
        self,
        boxes: Tensor,
        areas: Tensor,
        times: Tensor,
        size: Tensor,
        frames: Tensor | None = None,
        masks: Tensor | None = None,
        look_times: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """Encodes the tracks of a video.

        Args:
            boxes: (K, T, 4) float32, left, top, right, bottom in pixels; zeros where absent.
            areas: (K, T) float32, pixels of the mask; 0 where absent.
            times: (T,) float32, 0 for the first frame of the video and 1 for its last.
            size: (2,) float32, height and width of the video.
            frames: (A, 3, h, w) uint8, RGB; for selectors with looks, as the following.
            masks: (K, A, h, w) float32 in [0, 1], the tracks in these frames.
            look_times: (A,) float32, their times.

        Returns:
            Tokens (K, M, C), valid (K, M) bool and, with looks, their means (K, C).
        """
        model = self.model
        tracks = Trajectories(boxes, areas, areas > 0, times, (1, 1))
        steps = cut_into_steps(tracks, model.num_steps)
        steps = replace(steps, sizes=size.expand(boxes.shape[0], 2))
        features = trajectory_features(steps, model.temporal_position)
        tokens, valid = model.trajectory_projection(features), steps.valid
        if frames is None or masks is None or look_times is None:
            return _encode(model.track_encoder, tokens, valid), valid
        looks, seen = self._look(frames, masks, look_times)
        mean = mean_over_steps(looks[None], seen[None])[0]
        tokens, valid = torch.cat((tokens, looks), 1), torch.cat((valid, seen), 1)
        return _encode(model.track_encoder, tokens, valid), valid, mean

    def _look(self, frames: Tensor, masks: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (K, A, C), and where anything is seen, (K, A)."""
        appearance = self.model.appearance
        pictures = self.model.data_preprocessor.normalize(frames)
        count, number = masks.shape[:2]
        of_frame = torch.arange(number, device=masks.device).expand(count, number).flatten()
        crops = cut_out(
            pictures, masks.flatten(0, 1), of_frame, appearance.crop_size, appearance.margin
        )
        looks = appearance._look(crops).unflatten(0, (count, number))
        if appearance.temporal_position:
            looks = looks + appearance.time(time_waves(times))
        return appearance.norm(looks), masks.flatten(2).amax(-1) > 0


class ChoiceGraph(nn.Module):
    """A sentence, and what the first graph gave, to the tracks that it means.

    Args:
        model: As in :class:`TracksGraph`.
    """

    outputs = ('scores', 'presence')

    def __init__(self, model: TrackSelector) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: Tensor, tokens: Tensor, valid: Tensor, looks: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Decides.

        Args:
            input_ids: (1, L) int64, the tokens of one sentence.
            tokens: (K, M, C), of :class:`TracksGraph`, as the others.
            valid: (K, M) bool.
            looks: (K, C).

        Returns:
            Probabilities: of each track (K,), and that the sentence means anything (1,).
        """
        encoder = self.model.text_encoder
        found = encoder.encode_ids(input_ids, torch.ones_like(input_ids))
        words = TextFeatures(found.words, found.padding_mask)
        looks = None if looks is None else looks[None]
        choice = self.model.decision(tokens[None], valid[None], words, looks)
        return choice.tracks[0, 0].sigmoid(), choice.presence[0].sigmoid()


def _encode(encoder: TrackEncoder, tokens: Tensor, valid: Tensor) -> Tensor:
    """What the encoder does, for tracks without a valid step too: a graph cannot leave them out."""
    steps_mask, tracks_mask = attention_padding(valid), attention_padding(valid.T)
    x = tokens
    for index, (attention, ffn) in enumerate(encoder.over_time):
        x = ffn(attention(x, key_padding_mask=steps_mask))
        if index < len(encoder.among_tracks):
            attention, ffn = encoder.among_tracks[index]
            x = ffn(attention(x.transpose(0, 1), key_padding_mask=tracks_mask)).transpose(0, 1)
    return x
