"""Sentences about tracks: which of them are meant."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log

from mevis.apis.configs.errors import config_errors
from mevis.apis.configs.loading import load_config
from mevis.apis.configs.values import require
from mevis.apis.inference.device import usable_device
from mevis.apis.inference.shipped_model import chosen_selector
from mevis.apis.running.runner import install_safe_loader
from mevis.checkpoints.loading import load_into
from mevis.errors import UserError
from mevis.models.text_encoders import VocabularyTextEncoder
from mevis.models.track_selector import TrackSelector, choose_tracks
from mevis.registry import MODELS
from mevis.structures import Trajectories


@dataclass(frozen=True)
class TrackChoice:
    """What a selector says to one sentence.

    Attributes:
        text: The sentence.
        scores: K probabilities, one per track.
        chosen: Names of the tracks that are meant.
        presence: Probability that the sentence means anything here.
    """

    text: str
    scores: list[float]
    chosen: list[int | str]
    presence: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        scores = [round(score, 4) for score in self.scores]
        return {'text': self.text, 'scores': scores, 'chosen': self.chosen}


def load_selector(
    config: str | Path | None = None,
    checkpoint: str | Path | None = None,
    device: str = 'cpu',
    unsafe_unpickle: bool = False,
    cfg_options: Mapping[str, Any] | None = None,
) -> TrackSelector:
    """A selector with its weights; the shipped one of trajectories without arguments.

    Raises:
        UserError: If the config is of another model, or one that needs frames.
    """
    from mmengine.registry import init_default_scope

    config, checkpoint = chosen_selector(config, checkpoint)
    cfg = load_config(config, cfg_options)
    init_default_scope('mevis')
    install_safe_loader(unsafe_unpickle)
    require(cfg, ('model',), 'choose')
    with config_errors(cfg):
        model = MODELS.build(cfg.model)
    if not isinstance(model, TrackSelector) or model.appearance.num_frames:
        needs = 'needs frames too' if isinstance(model, TrackSelector) else 'chooses no tracks'
        raise UserError(
            f'{config}: this model {needs}. Name the config of a TrackSelector whose appearance'
            ' is NoAppearance, such as configs/track_selector_trajectory.py.'
        )
    load_into(model, checkpoint, unsafe=unsafe_unpickle)
    return model.to(usable_device(device)).eval()


@torch.no_grad()
def select_tracks(
    model: TrackSelector, tracks: Trajectories, texts: Sequence[str]
) -> list[TrackChoice]:
    """Asks sentences about tracks.

    Args:
        model: A selector that needs no frames.
        tracks: K tracks of a video.
        texts: Sentences.

    Raises:
        UserError: If a sentence has no word that the model knows.
    """
    for text in texts:
        check_words(model, text)
    encoded = model.encode_tracks([tracks])
    choice = model.choose(encoded, texts)
    answers = []
    for text, logits, presence in zip(texts, choice.tracks[0], choice.presence[0], strict=True):
        scores, share = logits.sigmoid(), float(presence.sigmoid())
        chosen = choose_tracks(scores, share, model.track_threshold).tolist()
        names = [name for name, meant in zip(tracks.ids, chosen, strict=True) if meant]
        answers.append(TrackChoice(text, scores.tolist(), names, share))
    return answers


def check_words(model: TrackSelector, text: str) -> None:
    """Warns of words that the model does not know.

    Raises:
        UserError: If it knows none that asks for anything.
    """
    encoder = model.text_encoder
    if not isinstance(encoder, VocabularyTextEncoder):
        return
    unknown = encoder.unknown_words(text)
    named = ', '.join(
        f'{word!r} (like {", ".join(close)}?)' if close else repr(word)
        for word, close in unknown.items()
    )
    if not encoder.telling_words(text):
        about = f' Unknown: {named}.' if named else ''
        raise UserError(
            f'{text!r}: no word in it asks for a motion that the selector knows.{about}'
            ' docs/guides/track_selection.md lists what it knows.'
        )
    if named:
        print_log(
            f'{text!r}: words that the selector does not know: {named}.', 'current', logging.WARNING
        )
