"""RoBERTa, BERT and their family from transformers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mevis.errors import UserError
from mevis.models.text_encoders.base import TextEncoder, TextFeatures, encodable, warn_of_cut
from mevis.registry import TEXT_ENCODERS


@TEXT_ENCODERS.register_module()
class HFTextEncoder(TextEncoder):
    """A text model of transformers; its last hidden states are the words.

    The constructor builds the architecture from ``config`` (RoBERTa base by default) and loads
    nothing.  ``init_weights``, which the engine calls before a training from scratch, and the
    first tokenization read ``name_or_path`` from disk or transformers' cache.

    Args:
        name_or_path: Folder of a transformers model, or a name that its cache holds.
        config: Entries of the model's config; ``model_type`` chooses the family.
        max_tokens: Longer expressions are cut, with a warning.
        local_files_only: Never ask the hub.
    """

    def __init__(
        self,
        name_or_path: str = 'roberta-base',
        config: Mapping[str, Any] | None = None,
        max_tokens: int = 128,
        local_files_only: bool = False,
    ) -> None:
        super().__init__()
        from transformers import AutoConfig, AutoModel

        entries = dict(config) if config is not None else dict(_ROBERTA_BASE)
        family = entries.pop('model_type', 'roberta')
        self.body = AutoModel.from_config(AutoConfig.for_model(family, **entries))
        self.embed_dims = self.body.config.hidden_size
        self.name_or_path = name_or_path
        self.max_tokens = min(max_tokens, self.body.config.max_position_embeddings - 2)
        self.local_files_only = local_files_only
        self._tokenizer: Any = None

    def init_weights(self) -> None:
        """Loads the pretrained weights of ``name_or_path``.

        Raises:
            UserError: If they are not there, with what to put where.
        """
        from transformers import AutoModel

        pretrained = self._read(AutoModel)
        self.body.load_state_dict(pretrained.state_dict(), strict=False)

    @property
    def tokenizer(self) -> Any:
        """The tokenizer of ``name_or_path``, read when it is first used."""
        if self._tokenizer is None:
            from transformers import AutoTokenizer

            self._tokenizer = self._read(AutoTokenizer)
        return self._tokenizer

    def _read(self, loader: Any) -> Any:
        try:
            return loader.from_pretrained(self.name_or_path, local_files_only=self.local_files_only)
        except (OSError, ValueError) as error:
            kind = 'folder' if Path(self.name_or_path).exists() else 'text model'
            raise UserError(
                f'{self.name_or_path}: this {kind} cannot be read by transformers'
                f' ({str(error).splitlines()[0]}). Download it on a machine with a network'
                ' (config.json, model.safetensors and the tokenizer files), put the folder here'
                ' and set model.text_encoder.name_or_path to it.'
            ) from error

    def encode_ids(self, input_ids: Tensor, attention_mask: Tensor) -> TextFeatures:
        """Encodes token ids (B, L); ``attention_mask`` is 1 where a token is."""
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return TextFeatures(hidden, attention_mask != 1)

    def forward(self, expressions: list[str], device: torch.device) -> TextFeatures:
        """Tokenizes and encodes B expressions; (B, L, C)."""
        sentences = [encodable(text) for text in expressions]
        tokens = self.tokenizer(
            sentences,
            padding='longest',
            truncation=True,
            max_length=self.max_tokens,
            return_tensors='pt',
        ).to(device)
        if tokens['input_ids'].shape[1] >= self.max_tokens:
            self._warn_of_cut(sentences)
        return self.encode_ids(tokens['input_ids'], tokens['attention_mask'])

    def _warn_of_cut(self, sentences: list[str]) -> None:
        for text, ids in zip(sentences, self.tokenizer(sentences)['input_ids'], strict=True):
            if len(ids) > self.max_tokens:
                warn_of_cut(text, len(ids), self.max_tokens, 'tokens', 'max_tokens')


_ROBERTA_BASE = dict(
    model_type='roberta',
    vocab_size=50265,
    max_position_embeddings=514,
    type_vocab_size=1,
    layer_norm_eps=1e-5,
)
