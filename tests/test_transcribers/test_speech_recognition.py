"""A tiny random Wav2Vec 2.0 from a folder, through the pipeline of transformers."""

import json

import numpy as np
import pytest
import torch

from mevis.errors import UserError
from mevis.registry import TRANSCRIBERS
from mevis.testing import check_transcriber


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    import transformers

    path = tmp_path_factory.mktemp('wav2vec2')
    words = ['<pad>', '<s>', '</s>', '<unk>', '|', *'abcdefgh']
    (path / 'vocab.json').write_text(json.dumps({word: i for i, word in enumerate(words)}))
    config = transformers.Wav2Vec2Config(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(8, 8),
        conv_stride=(20, 16),
        conv_kernel=(20, 16),
        num_feat_extract_layers=2,
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
        pad_token_id=0,
    )
    torch.manual_seed(0)
    model = transformers.Wav2Vec2ForCTC(config)
    # So that something is said, whatever is heard.
    model.lm_head.bias.data[words.index('d')] = 100.0
    model.save_pretrained(path)
    transformers.Wav2Vec2CTCTokenizer(str(path / 'vocab.json')).save_pretrained(path)
    transformers.Wav2Vec2FeatureExtractor(sampling_rate=16000).save_pretrained(path)
    return path


def test_writes_down_what_the_model_says(folder):
    transcriber = TRANSCRIBERS.build(
        {'type': 'SpeechRecognitionTranscriber', 'weights': str(folder)}
    )
    assert transcriber.sample_rate == 16000
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    assert transcriber(noise) == 'd'
    check_transcriber(transcriber)


def test_the_folder_is_missed_when_it_is_used(tmp_path):
    transcriber = TRANSCRIBERS.build(
        {'type': 'SpeechRecognitionTranscriber', 'weights': str(tmp_path)}
    )
    with pytest.raises(UserError, match=r'no config\.json and no \*\.safetensors in it'):
        transcriber.sample_rate  # noqa: B018
    (tmp_path / 'config.json').write_text('{"model_type": "bert"}')
    (tmp_path / 'model.safetensors').write_bytes(b'')
    with pytest.raises(UserError, match='automatic speech recognition is needed'):
        transcriber.sample_rate  # noqa: B018
