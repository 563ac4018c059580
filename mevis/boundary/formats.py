"""The JSON formats that are read, as types: what must be there, and what may.

Keys that are not named here are allowed and are not read.
"""

from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct, field

Id: TypeAlias = Annotated[int, Meta(ge=-(2**62), le=2**62)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**62)]
Side: TypeAlias = Annotated[int, Meta(ge=1, le=2**31)]
Score: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Mask: TypeAlias = Any
"""A COCO RLE or null; :mod:`mevis.boundary.rle` reads both forms of it."""


class MeViSExpression(Struct):
    """A sentence about a video.

    Attributes:
        exp: The sentence.
        anno_id: The annotated objects that it means.
        obj_id: Their ids within the video; in Ref-YouTube-VOS, the one object.
        tags: Kinds of sentence.
        type: The one kind, in Long-RVOS.
        type_id: The number of the one kind, in ReVOS.
    """

    exp: str
    anno_id: list[Id | str] | Id | str | None = None
    obj_id: list[Id | str] | Id | str | None = None
    tags: list[str] = field(default_factory=list)
    type: Any = None
    type_id: Any = None


class MeViSVideo(Struct):
    """A video of ``meta_expressions.json``.

    Attributes:
        expressions: Id -> sentence.
        frames: Names of the frames, in the order of the masks.
        vid_id: Number of the video.
    """

    expressions: dict[str, MeViSExpression] = field(default_factory=dict)
    frames: list[str | Count] = field(default_factory=list)
    vid_id: Id | str | None = None


class MetaExpressions(Struct):
    """``meta_expressions.json`` of MeViS, Ref-YouTube-VOS and MovingShapes."""

    videos: dict[str, MeViSVideo]


class Rle(Struct):
    """A COCO RLE; uncompressed counts are a list of runs."""

    size: tuple[Side, Side]
    counts: str | list[Count]


MaskTrack: TypeAlias = list[Rle | None]
"""An entry of ``mask_dict.json``: one mask or null per frame of the video."""


class YouTubeVISVideo(Struct):
    """A video: its id and ``<video>/<frame>.jpg`` in the order of time."""

    id: Id | str
    file_names: Annotated[list[str], Meta(min_length=1)]


class YouTubeVISCategory(Struct):
    """A category."""

    id: Id | str
    name: str


class YouTubeVISAnnotation(Struct):
    """An object: one mask or null per frame of its video."""

    id: Id | str
    video_id: Id | str
    category_id: Id | str
    segmentations: list[Mask]
    iscrowd: bool | Id | None = None


class YouTubeVISFile(Struct):
    """What YouTube-VIS and OVIS publish; a split without ground truth has no annotations."""

    videos: Annotated[list[YouTubeVISVideo], Meta(min_length=1)]
    categories: Annotated[list[YouTubeVISCategory], Meta(min_length=1)]
    annotations: list[YouTubeVISAnnotation] | None = None


class MaskFileVideo(Struct):
    """A video of a file of masks, as YouTube-VIS lists it."""

    id: Id | str
    file_names: list[str] = field(default_factory=list)


class MaskFileImage(Struct):
    """An image of a file of masks, as COCO lists it: ``<video>/<frame>.jpg``."""

    id: Id | str
    file_name: str


class MaskFileAnnotation(Struct):
    """An object of a video (``segmentations``) or of an image (``segmentation``)."""

    id: Id | str
    video_id: Id | str | None = None
    image_id: Id | str | None = None
    segmentations: list[Any] | None = None
    segmentation: Any = None
    track_id: Id | str | None = None
    instance_id: Id | str | None = None
    attributes: Any = None


class MaskFile(Struct):
    """Somebody's own masks, in YouTube-VIS or COCO form; see tools/import_masks.py."""

    annotations: list[MaskFileAnnotation]
    videos: list[MaskFileVideo] = field(default_factory=list)
    images: list[MaskFileImage] = field(default_factory=list)


class YouTubeVISResult(Struct):
    """A track of a results file."""

    video_id: Id | str
    score: Score
    segmentations: Annotated[list[Mask], Meta(min_length=1)]
    category_id: Id | None = None


class InstanceTracks(Struct):
    """``<video>.json`` of tools/extract_instance_masks.py: the K tracks of a video.

    Attributes:
        size: (H, W) of the masks.
        scores: K.
        categories: K, -1 where there is none.
        rles: K lists of one mask or null per frame.
        ids: K names of the tracks in the file that they come from.
        video: Name of the video.
        frames: Names of its frames.
        made_of: What the tracks follow from.
    """

    size: tuple[Side, Side]
    scores: list[float]
    categories: list[Id]
    rles: list[list[Mask]]
    ids: list[Id | str] | None = None
    video: str | None = None
    frames: list[str | Count] | None = None
    made_of: dict[str, Any] | None = None


class StoredAnswer(Struct):
    """The answer to a sentence, as tools/test.py keeps it."""

    text: str
    rles: list[Mask]
    score: float
    presence: float = 1.0


class StoredPredictions(Struct):
    """``predictions/videos/<video>.json`` of tools/test.py."""

    frames: list[str]
    expressions: dict[str, StoredAnswer]
    record: Any = None


class StoredScore(Struct):
    """What an answer is worth, as tools/test.py keeps it by expression in a ``record``."""

    similarity: Score
    accuracy: Score
    has_target: bool = True
    is_empty: bool | None = None
    tags: list[str] = []


class RefCOCOSentence(Struct):
    """A sentence of ``refs(<split by>)``, cleaned (``sent``)."""

    sent_id: Id | str
    sent: str


class RefCOCORef(Struct):
    """An object of an image and what is said about it, of the ``refs`` of RefCOCO."""

    image_id: Id
    ann_id: Id
    split: str
    sentences: list[RefCOCOSentence]


class RefCOCOImage(Struct):
    """An image; in the converted file one per sentence, which is its caption."""

    id: Id
    file_name: str
    height: Side
    width: Side
    caption: str | None = None


class RefCOCOAnnotation(Struct):
    """An object: polygons or an RLE.  In the converted file ``original_id`` is its id in COCO."""

    id: Id
    image_id: Id
    segmentation: Mask
    original_id: Id | None = None


class RefCOCOFile(Struct):
    """``instances.json`` of RefCOCO, or ``instances_<dataset>_<split>.json``."""

    images: Annotated[list[RefCOCOImage], Meta(min_length=1)]
    annotations: list[RefCOCOAnnotation]


class Scene(Struct):
    """A video of ``scenes.json`` of MovingShapes, as far as it is read."""

    objects: list[Any]


class RevosForeground(Struct):
    """A video of ``mask_dict_foreground.json`` of ReVOS: an RLE, or several, per frame."""

    masks_rle: list[Any]


class SentenceScores(
    Struct,
    omit_defaults=True,
    rename=dict(similarity='J', accuracy='F', pixel_accuracy='A', robustness='R'),
):
    """What the answer to a sentence is worth, from 0 to 1.

    Attributes:
        similarity: J.
        accuracy: F.
        has_target: Whether the sentence means any object.
        is_empty: Whether the answer shows nothing in every frame; null without an answer.
        tags: Kinds of sentence.
        tIoU: Of Long-RVOS alone.
        vIoU: Likewise.
        pixel_accuracy: A, of ReVOS alone.
        robustness: R, likewise.
    """

    similarity: float
    accuracy: float
    has_target: bool = True
    is_empty: bool | None = None
    tags: list[str] = field(default_factory=list)
    tIoU: float | None = None  # noqa: N815
    vIoU: float | None = None  # noqa: N815
    pixel_accuracy: float | None = None
    robustness: float | None = None


class ScoreFile(Struct):
    """``--out`` of tools/test.py and of all tools/evaluate*.py; docs/evaluation.md describes it.

    Attributes:
        figures: Metric -> value of the split, in percent; null where there is nothing to score.
            In the file they stand at the top, beside the other two.
        videos: Video -> expression id -> scores; none where no metric scores by sentence.
        missing: Videos without predictions, which score 0.
    """

    figures: dict[str, float | None]
    videos: dict[str, dict[str, SentenceScores]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


class PretrainedConfig(Struct):
    """``config.json`` of transformers, as far as it is read."""

    model_type: str


A2DSentence: TypeAlias = tuple[str, str, Count, Id]
"""Of ``a2d_sentences_single_frame_<split>_annotations.json``: sentence, video, frame, object."""

JHMDBSample: TypeAlias = tuple[str, str, str, Count, str]
"""Of ``jhmdb_sentences_samples_metadata.json``: video, file of the frame, file of the masks, number
of frames, sentence."""
