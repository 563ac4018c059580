"""Tracks of VidEoMT, through transformers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.boundary.files import expanded
from mevis.registry import TRACK_SOURCES
from mevis.structures import InstanceMasks, VideoFrames
from mevis.track_sources.lazy_model import LazyModelSource, chunks_of, encode_present
from mevis.track_sources.pretrained_folder import load_pretrained, weight_files

OFFICIAL = 'VidEoMT, such as tue-mps/videomt-dinov2-small-ytvis2019 of the Hugging Face hub'


@TRACK_SOURCES.register_module()
class VidEoMTTracks(LazyModelSource):
    """Online instance segmentation whose query is the track: query i is one object in all frames.

    The library's own post-processing renumbers segments in each frame, so tracks are built from
    the queries here: class logits are averaged over the frames before the softmax, as DVIS does,
    and each query counts with its best class.  The network keeps no state between calls, so a
    video goes through it as a whole; what is per frame is done in chunks.

    Args:
        weights: Folder of the model.
        num_instances: Tracks of a video, at most.
        min_score: Less sure tracks are left out.
        chunk_size: Frames that are worked on at a time; it changes no result.
    """

    def __init__(
        self,
        weights: str,
        num_instances: int = 10,
        min_score: float = 0.0,
        chunk_size: int = 8,
    ) -> None:
        super().__init__()
        self.weights = weights
        self.num_instances = num_instances
        self.min_score = min_score
        self.chunk_size = chunk_size

    def weight_files(self) -> list[Path]:
        """Config, weights and processor."""
        return weight_files(self.weights, OFFICIAL)

    def load(self) -> tuple[nn.Module, Any]:
        """The network and its processor of frames."""
        from transformers import VideomtForUniversalSegmentation

        model = load_pretrained(VideomtForUniversalSegmentation, self.weights, OFFICIAL)
        first_query_layer = model.config.num_hidden_layers - model.config.num_blocks
        for index in range(first_query_layer):
            # The library puts all frames through a layer at once.
            model.layers[index] = _ByChunks(model.layers[index], self.chunk_size)
        return model, _processor(self.weights, model.config.image_size)

    @torch.no_grad()
    def forward(self, video: VideoFrames) -> InstanceMasks:
        """Finds tracks in the whole video."""
        model, processor = self.loaded()
        self.frozen(model)
        pixels = [
            processor(videos=[frames], return_tensors='pt').pixel_values_videos
            for frames in chunks_of(video, self.chunk_size)
        ]
        tokens, logits = _forward(model, torch.cat(pixels, 1).to(self.device))
        probabilities = logits.float().mean(0).softmax(-1)[:, :-1]
        scores, labels = probabilities.max(-1)
        order = scores.argsort(descending=True, stable=True)[: self.num_instances]
        queries = order[scores[order] >= self.min_score]
        rles: list[list] = [[] for _ in queries]
        for masks in self._masks(model, tokens, queries, tuple(video.size)):
            for track, frames in zip(rles, masks.cpu().numpy(), strict=True):
                track += encode_present(frames)
        return InstanceMasks(
            rles, scores[queries].tolist(), labels[queries].tolist(), tuple(video.size)
        )

    def _masks(
        self, model: Any, tokens: Tensor, queries: Tensor, size: tuple[int, int]
    ) -> Iterator[Tensor]:
        """Masks of the chosen queries, (K, t, H, W) bool, a few frames at a time."""
        for part in tokens.split(self.chunk_size) if len(queries) else ():
            masks = model.predict(part)[0][:, queries].float()
            large = F.interpolate(masks, size, mode='bilinear', align_corners=False)
            yield (large > 0).transpose(0, 1)


class _ByChunks(nn.Module):
    """A layer that takes a few frames at a time."""

    def __init__(self, layer: nn.Module, chunk_size: int) -> None:
        super().__init__()
        self.layer = layer
        self.chunk_size = chunk_size

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.cat([self.layer(part) for part in tokens.split(self.chunk_size)])


def _processor(folder: str, size: int) -> Any:
    """The processor of the folder, or the library's; the network takes squares of one size."""
    from transformers import VideomtVideoProcessor

    square = {'height': size, 'width': size}
    names = ('video_preprocessor_config.json', 'preprocessor_config.json', 'processor_config.json')
    if any((expanded(folder) / name).is_file() for name in names):
        path = str(expanded(folder))
        return VideomtVideoProcessor.from_pretrained(path, local_files_only=True, size=square)
    return VideomtVideoProcessor(size=square)


def _forward(model: Any, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Tokens (T, n, C) and class logits (T, q, classes + 1) of a video (1, T, 3, S, S).

    Masks of all queries in all frames would take gigabytes; those of the few that are chosen are
    made from the tokens afterwards.
    """
    predict = model.predict

    def without_masks(tokens: Tensor) -> tuple[Tensor, Tensor]:
        masks, classes = predict(tokens)
        return masks[:, :0], classes

    model.predict = without_masks
    try:
        output = model(pixel_values_videos=pixels)
    finally:
        del model.predict
    return output.last_hidden_state, output.class_queries_logits
