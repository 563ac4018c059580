"""The contract of every slot, for built-in and third-party modules.

Each function takes a built module, calls it as the framework does and raises
:class:`ContractError` at the first thing that the framework could not live with.

Shapes: B clips, T frames, M images, K instances, N queries, L words, C channels, H W pixels,
h w feature cells.
"""

import inspect
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mevis.boundary.rle import check_track
from mevis.errors import UserError
from mevis.structures import (
    ClipTracks,
    InstanceMasks,
    RefineContext,
    VideoFrames,
    decode_rle,
    encode_rle,
)

STRIDES = (4, 8, 16, 32)
EXPRESSIONS = [
    'the dog that runs to the left',
    'bird flying away, then coming back to sit where it had been sitting before',
]


class ContractError(AssertionError):
    """A module violates its contract; the message names the module and the violation."""


def _require(holds: bool, plug: Any, text: str) -> None:
    if not holds:
        raise ContractError(f'{type(plug).__name__}: {text}')


def _require_close(got: Tensor, expected: Tensor, plug: Any, text: str) -> None:
    close = got.shape == expected.shape and torch.allclose(got, expected, rtol=1e-4, atol=1e-5)
    _require(close, plug, text)


def check_constructor(plug_class: type) -> None:
    """A constructor names its arguments, so that a typo in a config is an error.

    Raises:
        ContractError: If it takes ``**kwargs``.
    """
    constructor = inspect.getattr_static(plug_class, '__init__')
    if constructor in (object.__init__, nn.Module.__init__):
        return
    parameters = inspect.signature(constructor).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        raise ContractError(f'{plug_class.__name__}: the constructor takes **kwargs; name them')


class _Unchanged:
    """Checks that calls in evaluation mode leave a module's tensors alone."""

    def __init__(self, plug: nn.Module) -> None:
        self.plug = plug
        self.before = {name: value.clone() for name, value in plug.state_dict().items()}

    def check(self) -> None:
        after = self.plug.state_dict()
        same = after.keys() == self.before.keys() and all(
            torch.equal(after[name], value) for name, value in self.before.items()
        )
        _require(same, self.plug, 'a call in evaluation mode changed its parameters or buffers')


def _check_gradients(plug: nn.Module, output: Tensor) -> None:
    trained = [value for value in plug.parameters() if value.requires_grad]
    if not trained:
        return
    _require(output.requires_grad, plug, 'no gradient flows to its parameters')
    grads = torch.autograd.grad(output.square().sum(), trained, allow_unused=True)
    reached = [grad for grad in grads if grad is not None]
    _require(bool(reached), plug, 'no gradient flows to its parameters')
    finite = all(bool(grad.isfinite().all()) for grad in reached)
    _require(finite, plug, 'a gradient is not finite')


def check_frame_sampler(sampler: Any) -> None:
    """``(num_video_frames, centre, rng) -> list[int]``, sorted, from ``rng`` alone.

    The attribute ``num_frames`` says how many; None: as many as the video has.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(sampler))
    _require(hasattr(sampler, 'num_frames'), sampler, 'has no attribute num_frames')
    for num_video_frames in (1, 2, 3, 5, 8, 31, 200):
        for centre in {0, num_video_frames // 2, num_video_frames - 1}:
            for seed in range(3):
                frames = _check_sample(sampler, num_video_frames, centre, seed)
                enough = num_video_frames >= len(frames)
                text = f'repeats frames of {num_video_frames} although there are enough: {frames}'
                _require(not enough or len(set(frames)) == len(frames), sampler, text)


def _check_sample(sampler: Any, num_video_frames: int, centre: int, seed: int) -> list[int]:
    where = f'of {num_video_frames} frames around {centre}'
    np.random.seed(0)  # noqa: NPY002 the global generator is what must not matter
    frames = sampler(num_video_frames, centre, np.random.default_rng(seed))
    np.random.seed(1)  # noqa: NPY002
    again = sampler(num_video_frames, centre, np.random.default_rng(seed))
    _require(frames == again, sampler, f'the same rng gives other frames {where}')
    whole = isinstance(frames, list) and all(type(index) is int for index in frames)
    _require(whole, sampler, f'gives no list of int {where}, but {frames!r}')
    _require(frames == sorted(frames), sampler, f'frames {where} are not sorted: {frames}')
    inside = all(0 <= index < num_video_frames for index in frames)
    _require(inside, sampler, f'frames {where} lie outside of the video: {frames}')
    wanted = sampler.num_frames or num_video_frames
    _require(len(frames) == wanted, sampler, f'{len(frames)} frames instead of {wanted} {where}')
    return frames


def check_text_encoder(encoder: nn.Module) -> None:
    """``(list[str], device) -> TextFeatures`` of ``embed_dims`` channels; True = padding.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(encoder))
    encoder.eval()
    unchanged = _Unchanged(encoder)
    device = torch.device('cpu')
    both = encoder(EXPRESSIONS, device)
    words, padding = both.words, both.padding_mask
    shape = (words.ndim == 3, words.shape[0] == 2, words.shape[-1] == encoder.embed_dims)
    _require(all(shape), encoder, f'words are {tuple(words.shape)}, not (B, L, embed_dims)')
    _require(padding.dtype == torch.bool, encoder, 'padding_mask is not bool')
    _require(padding.shape == words.shape[:2], encoder, 'padding_mask is not (B, L)')
    _require(bool((~padding).any(1).all()), encoder, 'an expression has padding only')
    _require(bool(words[~padding].isfinite().all()), encoder, 'a word is not finite')
    for index, expression in enumerate(EXPRESSIONS):
        alone = encoder([expression], device)
        _require_close(
            words[index][~padding[index]],
            alone.words[0][~alone.padding_mask[0]],
            encoder,
            'a batch of two expressions is not two batches of one',
        )
    long = encoder(['word ' * 700], device)
    _require(bool(long.words.isfinite().all()), encoder, 'an expression of 700 words breaks it')
    unchanged.check()
    _check_gradients(encoder, words[~padding])


def _image_levels(images: Tensor, channels: Sequence[int]) -> list[Tensor]:
    """Feature levels without parameters: the image, float or uint8, pooled and repeated."""
    pixels = images / 255 if images.dtype == torch.uint8 else images
    grey = pixels.mean(-3, keepdim=True)
    return [
        F.avg_pool2d(grey, stride).expand(-1, count, -1, -1)
        * torch.linspace(0.5, 1.5, count)[:, None, None]
        for stride, count in zip(STRIDES, channels, strict=True)
    ]


def _two_tracks(frames: Tensor) -> ClipTracks:
    """Tracks in a clip (T, 3, H, W), as a model hands them over; one is not always there."""
    num_frames, size = len(frames), tuple(frames.shape[-2:])
    masks = np.zeros((2, num_frames, *size), dtype=bool)
    masks[0, :, 4:20, 4:20] = True
    masks[1, ::2, 8:30, 30:50] = True
    tracks = InstanceMasks([encode_rle(track) for track in masks], [0.9, 0.4], [3, 1], size)

    def read(positions: Sequence[int]) -> Tensor:
        return frames[list(positions)]

    return ClipTracks.of(tracks, range(num_frames), num_frames, size, size, read)


def check_query_initializer(
    initializer: nn.Module,
    num_queries: int,
    embed_dims: int,
    level_channels: Sequence[int] | None = None,
    backbone_channels: Sequence[int] | None = None,
) -> None:
    """``(levels, instances, encode) -> (B, N, C)``, with and without instances.

    Args:
        initializer: The module under test.
        num_queries: N that it was built with.
        embed_dims: C that it was built with.
        level_channels: Channels of the four levels of the clip; ``embed_dims`` each if None.
        backbone_channels: Channels of the four levels that ``encode`` gives; like
            ``level_channels`` if None.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(initializer))
    initializer.eval()
    unchanged = _Unchanged(initializer)
    size = (32, 64)
    level_channels = level_channels or [embed_dims] * len(STRIDES)

    def encode(images: Tensor) -> list[Tensor]:
        return _image_levels(images, backbone_channels or level_channels)

    def levels_of(frames: Tensor) -> list[Tensor]:
        flat = _image_levels(frames.flatten(0, 1), level_channels)
        return [level.unflatten(0, frames.shape[:2]) for level in flat]

    for num_frames in (3, 1):
        frames = torch.rand(2, num_frames, 3, *size, generator=torch.Generator().manual_seed(0))
        tracks, others = (_two_tracks(clip) for clip in frames)
        nothing = tracks.take([])
        for instances in ([tracks, others.top(1)], [nothing, others], [None, None]):
            query = initializer(levels_of(frames), instances, encode)
            expected = (2, num_queries, embed_dims)
            shape = tuple(query.shape)
            _require(shape == expected, initializer, f'query is {shape}, not {expected}')
            _require(bool(query.isfinite().all()), initializer, 'the query is not finite')
            for index in range(2):
                _require_close(
                    query[index : index + 1],
                    initializer(
                        levels_of(frames[index : index + 1]), instances[index : index + 1], encode
                    ),
                    initializer,
                    'a batch of two clips is not two batches of one',
                )
    unchanged.check()
    _check_gradients(initializer, initializer(levels_of(frames), [tracks, others], encode))


def check_refiner(refiner: nn.Module, size: tuple[int, int] = (48, 64)) -> None:
    """``(frames, rles, context) -> rles``: E expressions x T masks, the same when rerun.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(refiner))
    refiner.eval()
    unchanged = _Unchanged(refiner)
    video = np.random.default_rng(0).integers(0, 256, (3, *size, 3), dtype=np.uint8)
    for num_frames in (3, 1):
        masks = np.zeros((2, num_frames, *size), bool)
        masks[0, 0, 10:30, 20:40] = True
        rles = [encode_rle(track) for track in masks]
        context = RefineContext(
            'video',
            ['0', '1'],
            [f'{t:05d}' for t in range(num_frames)],
            size,
            texts=['the thing moving left', 'the red one'],
            scores=[0.4, 0.6],
            tracks=InstanceMasks([list(rles[0])], [0.9], [-1], size),
        )
        refined = [_refine(refiner, video, rles, context) for _ in range(2)]
        lengths = [len(track) for track in refined[0]]
        _require(lengths == [num_frames] * 2, refiner, f'2x{num_frames} masks became {lengths}')
        for track in refined[0]:
            decode_rle(track, size, 'a refined mask')
        _require(refined[0] == refined[1], refiner, 'a second run gives other masks')
        first = replace(context, exp_ids=['0'], texts=context.texts[:1], scores=context.scores[:1])
        alone = _refine(refiner, video, rles[:1], first)
        text = 'the masks of an expression depend on the other expressions'
        _require(alone == refined[0][:1], refiner, text)
    unchanged.check()


def _refine(
    refiner: nn.Module, video: np.ndarray, rles: list[list[dict]], context: RefineContext
) -> list[list[Any]]:
    given = deepcopy(rles)
    with torch.no_grad():
        refined = refiner(_reader(video, len(context.frame_names)), given, context)
    _require(given == rles, refiner, 'it changed the masks that it was given')
    return [list(track) for track in refined]


def _reader(video: np.ndarray, num_frames: int) -> Callable[[list[int]], np.ndarray]:
    def read(positions: list[int]) -> np.ndarray:
        outside = [index for index in positions if not 0 <= index < num_frames]
        if outside:
            raise ContractError(f'frames {outside} were read of a sample of {num_frames}')
        return video[positions]

    return read


def check_track_source(source: nn.Module, size: tuple[int, int] = (48, 64)) -> None:
    """``video -> InstanceMasks``: scores falling, one whole RLE or None per frame of the video.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(source))
    source.eval()
    unchanged = _Unchanged(source)
    frames = np.full((5, *size, 3), 60, np.uint8)
    for time, frame in enumerate(frames):
        frame[10:30, 5 + 6 * time : 25 + 6 * time] = (220, 120, 40)
    for num_frames in (5, 1):
        names = [f'{time:05d}' for time in range(num_frames)]
        video = VideoFrames('video', names, size, _reader(frames, num_frames))
        found, again = source(video), source(video)
        _require(isinstance(found, InstanceMasks), source, 'gives no InstanceMasks')
        _check_tracks(source, found, num_frames, size)
        _require(found == again, source, 'a second run gives other tracks')
    unchanged.check()


def _check_tracks(source: Any, found: InstanceMasks, num_frames: int, size: Any) -> None:
    counts = {len(found.rles), len(found.scores), len(found.categories)}
    _require(len(counts) == 1, source, 'rles, scores and categories differ in length')
    _require(tuple(found.size) == size, source, f'masks of size {found.size}, not {size}')
    scores = list(found.scores)
    inside = all(0 <= score <= 1 for score in scores)
    _require(inside, source, f'scores are not all from 0 to 1: {scores}')
    _require(scores == sorted(scores, reverse=True), source, f'scores do not fall: {scores}')
    for index, track in enumerate(found.rles):
        try:
            check_track(list(track), size, num_frames, f'track {index}')
        except UserError as error:
            _require(False, source, str(error))


def check_backbone(
    backbone: nn.Module, channels: Sequence[int] | None = None, takes_clips: bool = False
) -> None:
    """Images (M, 3, H, W), or clips (B, T, 3, H, W), to four levels of strides 4, 8, 16 and 32.

    Args:
        backbone: The module under test.
        channels: Channels of the levels; read from ``backbone.out_channels`` if None.
        takes_clips: Whether it is a backbone of clips; its levels are (B*T, C, h, w) all the same.

    Raises:
        ContractError: If it does not hold.
    """
    check_constructor(type(backbone))
    backbone.eval()
    unchanged = _Unchanged(backbone)
    declared: Sequence[int] = channels or getattr(backbone, 'out_channels', ())
    text = f'out_channels declare {len(declared)} levels, not {len(STRIDES)}'
    _require(len(declared) == len(STRIDES), backbone, text)
    pixels = torch.rand(2, 4, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    levels = backbone(pixels if takes_clips else pixels.flatten(0, 1))
    expected = [
        (8, count, 64 // stride, 96 // stride)
        for stride, count in zip(STRIDES, declared, strict=True)
    ]
    shapes = [tuple(level.shape) for level in levels]
    _require(shapes == expected, backbone, f'levels are {shapes}, not {expected}')
    alone = backbone(pixels[:1] if takes_clips else pixels[0])
    for level, single in zip(levels, alone, strict=True):
        _require(bool(level.isfinite().all()), backbone, 'a feature is not finite')
        text = 'a batch of two is not two batches of one in evaluation mode'
        _require_close(level[: len(single)], single, backbone, text)
    unchanged.check()
    _check_gradients(backbone, levels[-1])
