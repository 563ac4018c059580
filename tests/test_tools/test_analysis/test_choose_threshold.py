"""tools/analysis/choose_threshold.py as a user runs it."""

import json
import subprocess
import sys

import numpy as np

from mevis.evaluation.prediction_store import PredictionStore
from mevis.structures import ExpressionPrediction, encode_rle
from mevis.testing.tiny_mevis import TINY_SIZE, write_tiny_mevis


def test_prints_and_writes_the_override(repo_root, tmp_path):
    split = write_tiny_mevis(tmp_path / 'data', 'valid_u')
    store = PredictionStore(tmp_path / 'work/predictions', {'config': 'x'})
    rles = encode_rle(np.ones((6, *TINY_SIZE), bool))
    answers, record = [], {}
    for exp_id, presence in (('0', 0.75), ('1', 0.75), ('2', 0.875), ('3', 0.25)):
        answers.append(ExpressionPrediction(exp_id, 'x', rles, 0.5, presence))
        has_target = exp_id != '3'
        value = 0.5 * has_target
        scores = {'similarity': value, 'accuracy': value, 'is_empty': False, 'tags': []}
        record[exp_id] = {**scores, 'has_target': has_target}
    store.write('bird', [f'{index:05d}' for index in range(6)], answers, record)
    out = tmp_path / 'choice.json'
    command = [sys.executable, str(repo_root / 'tools/analysis/choose_threshold.py')]
    command += [tmp_path / 'work', '--annotations', split / 'meta_expressions.json']
    command += ['--masks', split / 'mask_dict.json', '--out', out]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == '--cfg-options model.presence_threshold=0.5'
    choice = json.loads(out.read_text())
    assert choice['override'] == 'model.presence_threshold=0.5'
    assert choice['after']['N-acc'] == choice['after']['T-acc'] == 100
