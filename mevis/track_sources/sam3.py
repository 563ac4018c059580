"""Tracks of SAM 3, through transformers."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mevis.errors import UserError
from mevis.registry import TRACK_SOURCES
from mevis.structures import InstanceMasks, VideoFrames, encode_rle
from mevis.structures.mask_rle import Rle
from mevis.track_sources.lazy_model import LazyModelSource
from mevis.track_sources.offline_kernels import offline_kernels
from mevis.track_sources.pretrained_folder import load_pretrained, weight_files

OFFICIAL = 'SAM 3, facebook/sam3 of the Hugging Face hub (SAM License, access on request)'
_REMEMBERED_FRAMES = 20
"""The tracker looks back at most 16 frames (object pointers; six for masks)."""


@TRACK_SOURCES.register_module()
class SAM3VideoTracks(LazyModelSource):
    """Every instance of some concepts.

    Concepts are noun phrases; SAM 3 knows no motion, so the sentence has to choose among the tracks
    afterwards.  Categories are the places of the phrases in ``phrases``.  NMS, filling of holes and
    removal of specks are done here: the library has them in a kernel that it would download, and
    leaves them out without it.

    Args:
        weights: Folder of the model and its processor.
        phrases: Noun phrases, such as ``('person', 'animal', 'vehicle')``.
        num_instances: Tracks of a video, at most.
        max_objects: Objects that are followed at a time, at most; memory grows with each.
        autocast: Whether to compute in bfloat16 on a GPU, as the official code does.
    """

    def __init__(
        self,
        weights: str,
        phrases: Sequence[str],
        num_instances: int = 10,
        max_objects: int = 50,
        autocast: bool = True,
    ) -> None:
        super().__init__()
        if isinstance(phrases, str) or not phrases:
            raise ValueError(f'phrases: a list of noun phrases is needed, not {phrases!r}.')
        self.weights = weights
        self.phrases = list(phrases)
        self.num_instances = num_instances
        self.max_objects = max_objects
        self.autocast = autocast

    def weight_files(self) -> list[Path]:
        """Config, weights and processor."""
        return weight_files(self.weights, OFFICIAL)

    def load(self) -> tuple[nn.Module, Any]:
        """The network and its processor."""
        from transformers import Sam3VideoModel, Sam3VideoProcessor

        model = load_pretrained(Sam3VideoModel, self.weights, OFFICIAL)
        model.max_num_objects = self.max_objects
        try:
            processor = Sam3VideoProcessor.from_pretrained(self.weights, local_files_only=True)
        except (OSError, ValueError) as error:
            raise UserError(
                f'{self.weights}: its processor cannot be read ({str(error).splitlines()[0]}).'
                f' Download all files of {OFFICIAL}.'
            ) from error
        return model, processor

    @torch.no_grad()
    def forward(self, video: VideoFrames) -> InstanceMasks:
        """Detects and follows, frame by frame."""
        model, processor = self.loaded()
        self.frozen(model)
        session = processor.init_video_session(inference_device=self.device)
        session.processed_frames = _FramesOnDemand(video, processor.video_processor)
        session.video_height, session.video_width = video.size
        processor.add_text_prompt(session, self.phrases)
        tracks: dict[int, list[Rle | None]] = defaultdict(lambda: [None] * len(video))
        scores: dict[int, float] = {}
        categories: dict[int, int] = {}
        precision = torch.autocast(
            self.device.type,
            torch.bfloat16,
            enabled=self.autocast and self.device.type == 'cuda',
        )
        with offline_kernels(), precision:
            for output in model.propagate_in_video_iterator(session):
                _forget(session, output.frame_idx)
                found = processor.postprocess_outputs(session, output)
                ids = found['object_ids'].tolist()
                rles = encode_rle(found['masks'].cpu().numpy())
                for track, score, rle in zip(ids, found['scores'].tolist(), rles, strict=True):
                    tracks[track][output.frame_idx] = rle
                    scores[track] = max(scores.get(track, 0.0), score)
                    # An object that is dropped later is no longer known to the session.
                    categories[track] = session.obj_id_to_prompt_id[track]
        order = sorted(tracks)
        return InstanceMasks(
            [tracks[track] for track in order],
            [scores[track] for track in order],
            [categories[track] for track in order],
            tuple(video.size),
        ).top(self.num_instances)


class _FramesOnDemand:
    """Prepared frames by position; the last one is kept, for the detector and the tracker."""

    def __init__(self, video: VideoFrames, prepare: Any) -> None:
        self.video = video
        self.prepare = prepare
        self._last: tuple[int, Tensor] | None = None

    def __len__(self) -> int:
        return len(self.video)

    def __getitem__(self, position: int) -> Tensor:
        if self._last is None or self._last[0] != position:
            frame = self.video.read([position])
            pixels = self.prepare(videos=[frame], return_tensors='pt').pixel_values_videos[0, 0]
            self._last = position, pixels
        return self._last[1]


def _forget(session: Any, frame: int) -> None:
    """Drops what the tracker will not look at again; nothing else bounds the memory of a video."""
    for outputs in session.output_dict_per_obj.values():
        remembered = outputs['non_cond_frame_outputs']
        for old in [index for index in remembered if index < frame - _REMEMBERED_FRAMES]:
            del remembered[old]
