"""A model that draws no mask of its own: it chooses among tracks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.models.base_segmentor import BaseRefVidSegmentor
from mevis.registry import MODELS, TEXT_ENCODERS
from mevis.structures import InstanceMasks, RefVidSegDataSample, Trajectories


@dataclass(frozen=True)
class AcmeChoice:
    """The tracks that are meant; their masks are decoded a few frames at a time."""

    score: float
    presence: float
    tracks: InstanceMasks
    num_frames: int
    chunk_size: int

    def masks(self) -> Iterator[Tensor]:
        """(t, H, W) bool each."""
        for start in range(0, self.num_frames, self.chunk_size):
            frames = range(start, min(start + self.chunk_size, self.num_frames))
            yield self.tracks.decode(frames).any(0)


@MODELS.register_module()
class AcmeTrackSelector(BaseRefVidSegmentor):
    """Scores each track by its first and last box and the mean of the words.

    Args:
        text_encoder: Config of the text encoder.
        data_preprocessor: Config of the preprocessor.
        refiner: Config of the mask refiner.
        track_source: Config of what finds tracks where the dataset has none.
    """

    def __init__(
        self,
        text_encoder: Mapping[str, Any],
        data_preprocessor: Mapping[str, Any],
        refiner: Mapping[str, Any],
        track_source: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_preprocessor, refiner, track_source)
        self.text_encoder = TEXT_ENCODERS.build(text_encoder)
        self.score = nn.Bilinear(8, self.text_encoder.embed_dims, 1)

    def loss(
        self, clips: Tensor, padding_mask: Tensor, samples: Sequence[RefVidSegDataSample]
    ) -> dict[str, Tensor]:
        """A track is right where most of its pixels are in the ground truth."""
        losses = []
        for sample in samples:
            masks = sample.instances.decode(sample.frame_indices, tuple(sample.img_shape))
            truth = sample.gt_masks.cpu()
            right = (masks & truth).sum((1, 2, 3)) > 0.5 * masks.sum((1, 2, 3)).clamp(min=1)
            boxes = self._ends(sample.instances, sample.frame_indices, sample.num_video_frames)
            logits = self._logits(boxes, sample.expressions[0].text)
            losses.append(F.binary_cross_entropy_with_logits(logits, right.to(logits)))
        return {'loss_tracks': torch.stack(losses).mean()}

    def encode_video(self, video: Tensor, sample: RefVidSegDataSample) -> Any:
        """Where the tracks begin and end; no pixel is looked at."""
        frames = sample.frame_indices
        boxes = self._ends(sample.instances, frames, sample.num_video_frames)
        return boxes, sample.instances.at(frames), len(frames)

    def answer(self, video: Any, expression: str) -> AcmeChoice:
        """Chooses what is more likely meant than not."""
        boxes, tracks, num_frames = video
        scores = self._logits(boxes, expression).sigmoid()
        chosen = [k for k, score in enumerate(scores.tolist()) if score > 0.5]
        best = float(scores.max()) if len(scores) else 0.0
        return AcmeChoice(best, best, tracks.take(chosen), num_frames, self.chunk_size)

    def _ends(self, tracks: InstanceMasks, frames: Sequence[int], num_frames: int) -> Tensor:
        boxes = Trajectories.from_instances(tracks, frames, num_frames).boxes
        height, width = tracks.size
        return torch.cat((boxes[:, 0], boxes[:, -1]), 1) / torch.tensor([width, height] * 4)

    def _logits(self, boxes: Tensor, text: str) -> Tensor:
        device = self.score.weight.device
        words = self.text_encoder([text], device).words[0].mean(0)
        return self.score(boxes.to(device), words.expand(len(boxes), -1))[:, 0]
