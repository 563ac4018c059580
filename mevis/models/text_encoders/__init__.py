"""From expressions to words."""

from mevis.models.text_encoders.base import TextEncoder, TextFeatures
from mevis.models.text_encoders.hf_text_encoder import HFTextEncoder
from mevis.models.text_encoders.vocabulary_text_encoder import VocabularyTextEncoder
from mevis.models.text_encoders.word_text_encoder import WordTextEncoder

__all__ = [
    'HFTextEncoder',
    'TextEncoder',
    'TextFeatures',
    'VocabularyTextEncoder',
    'WordTextEncoder',
]
