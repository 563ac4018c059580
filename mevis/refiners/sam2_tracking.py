"""Many prompted tracks of one video by SAM 2, step by step, in bounded memory.

transformers keeps a session per track.  Its memory grows with the video, and each session encodes
every frame for itself; here sessions share what is known of a frame and forget what is not asked
for again.  Neither changes a result: tests compare with the library left to itself.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from mevis.refiners.sam2_model import Sam2Models
from mevis.structures import FrameReader


class FramesOnDemand:
    """Preprocessed frames of a video in the place of the library's dict of all of them."""

    def __init__(self, frames: FrameReader, number: int, processor: Any) -> None:
        self.frames = frames
        self.number = number
        self.processor = processor

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, index: int) -> Tensor:
        """(3, S, S), normalised."""
        video = list(self.frames([index]))
        pixels = self.processor.video_processor(videos=video, return_tensors='pt')
        return pixels.pixel_values_videos[0][0]


class SharedFeatures:
    """What the image encoder found in the last frames, for all sessions of a video.

    It stands for the library's cache.  Position codes, five times as large as the features, are
    the same for every frame and kept once.

    Args:
        device: Where the model is; features wait on the CPU.
        max_frames: Frames that are kept; the oldest makes room.
    """

    def __init__(self, device: torch.device, max_frames: int) -> None:
        self.device = device
        self.max_frames = max_frames
        self._features: dict[int, list[Tensor]] = {}
        self._position_codes: list[Tensor] = []

    def cache_vision_features(self, frame_idx: int, features: dict[str, list[Tensor]]) -> None:
        """Keeps the features of a frame (the library's name)."""
        if len(self._features) >= self.max_frames:
            del self._features[next(iter(self._features))]
        self._features[frame_idx] = [level.to('cpu') for level in features['vision_feats']]
        self._position_codes = features['vision_pos_embeds']

    def get_vision_features(self, frame_idx: int) -> dict[str, list[Tensor]] | None:
        """The features of a frame, None if they are not kept (the library's name)."""
        if frame_idx not in self._features:
            return None
        feats = [level.to(self.device) for level in self._features[frame_idx]]
        return {'vision_feats': feats, 'vision_pos_embeds': self._position_codes}

    def forget(self, frame_idx: int) -> None:
        """Drops a frame that is not needed again."""
        self._features.pop(frame_idx, None)


class Track:
    """One prompted object.

    Args:
        models: SAM 2.
        frames: The video.
        size: (H, W) of its frames.
        features: Shared with the other tracks.
        prompt_frame: Where the prompt is.
        prompt: ``input_masks`` or ``input_points``, ``input_labels``, ``input_boxes``, as the
            library takes them.
    """

    def __init__(
        self,
        models: Sam2Models,
        frames: FramesOnDemand,
        size: tuple[int, int],
        features: SharedFeatures,
        prompt_frame: int,
        prompt: dict[str, Any],
    ) -> None:
        self.models = models
        self.size = size
        self.prompt_frame = prompt_frame
        self._session = models.processor.init_video_session(inference_device=features.device)
        self._session.processed_frames = frames
        self._session.video_height, self._session.video_width = size
        self._session.cache = features
        models.processor.add_inputs_to_inference_session(
            self._session, frame_idx=prompt_frame, obj_ids=[0], **prompt
        )

    def step(self, frame: int) -> Tensor:
        """The mask of a frame; (H, W) logits.

        Call it for the prompted frame first, then frame by frame away from it, forward before
        backward, as the library does.
        """
        reverse = frame < self.prompt_frame
        found = self.models.video(self._session, frame_idx=frame, reverse=reverse)
        self._prune(frame)
        logits = self.models.processor.post_process_masks(
            [found.pred_masks], original_sizes=[list(self.size)], binarize=False
        )
        return logits[0][0, 0]

    def _prune(self, now: int) -> None:
        """Forgets what no later frame looks at.

        Full-size masks are used within their own step only.  Memories are looked back at for
        ``num_maskmem`` frames; going backward begins beside the prompt, so those just after it
        wait until then.  Object pointers are small and stay.
        """
        reach = self.models.video.num_maskmem
        outputs = self._session.output_dict_per_obj[0]
        for stored in outputs.values():
            stored.get(now, {}).pop('high_res_masks', None)
        for frame, output in outputs['non_cond_frame_outputs'].items():
            output.pop('pred_masks', None)
            waiting = now >= self.prompt_frame and frame <= self.prompt_frame + reach
            if abs(frame - now) > reach and not waiting and 'maskmem_features' in output:
                output['maskmem_features'] = output['maskmem_pos_enc'] = None


def in_both_directions(
    spans: list[tuple[int, int, int]], num_frames: int
) -> Iterator[tuple[int, int, bool]]:
    """In which order tracks are propagated so that all of them are at the same frame.

    Args:
        spans: (prompted frame, first frame, last frame) of each track.
        num_frames: Frames of the video.

    Yields:
        (frame, track, whether it is the last use of the frame).
    """
    forward = [
        (frame, index)
        for frame in range(num_frames)
        for index, (prompt, _, last) in enumerate(spans)
        if prompt <= frame <= last
    ]
    backward = [
        (frame, index)
        for frame in reversed(range(num_frames))
        for index, (prompt, first, _) in enumerate(spans)
        if first <= frame < prompt
    ]
    steps = forward + backward
    final = {frame: place for place, (frame, _) in enumerate(steps)}
    for place, (frame, index) in enumerate(steps):
        yield frame, index, final[frame] == place
