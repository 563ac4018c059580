"""The formats that come from outside: sound samples, how they are damaged, and their reader."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mevis.apis.fuzzing import readers, samples
from mevis.apis.fuzzing.mutation import Mutate, mutate_bytes, mutate_json, mutate_lines, of_files


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        file: Where in a folder its file goes.
        samples: Makes sound files.
        mutate: Damages one.
        read: Reads the file in a folder and looks at what came of it.  Raises UserError for what it
            refuses, AssertionError for a result that broken input should not have.
        beside: Other files of the folder.
    """

    file: str
    samples: Callable[[], list[bytes]]
    mutate: Mutate
    read: Callable[[Path], Any]
    beside: dict[str, bytes] = field(default_factory=dict)


_JSON, _BYTES = of_files(mutate_json), of_files(mutate_bytes)
FORMATS = {
    'annotations': Format(
        'meta_expressions.json', samples.annotations, _JSON, readers.read_annotations
    ),
    'masks': Format('mask_dict.json', samples.mask_dict, _JSON, readers.read_masks),
    'tracks': Format('tracks.json', samples.tracks, _JSON, readers.read_tracks),
    'youtube_vis': Format('train.json', samples.youtube_vis, _JSON, readers.read_youtube_vis),
    'results': Format('tracks.json', samples.results, _JSON, readers.read_tracks),
    'mot_text': Format('tracks.txt', samples.mot_text, of_files(mutate_lines), readers.read_tracks),
    'predictions': Format(
        'videos/bird.json',
        samples.predictions,
        _JSON,
        readers.read_predictions,
        {'made_of.json': b'{"model": "x"}'},
    ),
    'archive': Format('answers.zip', samples.archive, _BYTES, readers.read_archive),
    'checkpoint': Format('weights.pth', samples.checkpoints, _BYTES, readers.read_weights),
    'picture': Format('picture.png', samples.pictures, _BYTES, readers.read_picture),
    'video': Format('clip.mp4', samples.videos, _BYTES, readers.read_video),
    'config_json': Format('config.json', samples.json_configs, _JSON, readers.read_config),
    'config_yaml': Format(
        'config.yaml', samples.yaml_configs, of_files(mutate_lines), readers.read_config
    ),
    'options': Format('options.txt', samples.options, of_files(mutate_lines), readers.read_options),
}
"""Name -> format."""
