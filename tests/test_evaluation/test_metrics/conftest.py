"""Samples with instance tracks."""

from collections.abc import Callable

import numpy as np
import pytest

from mevis.structures import InstanceMasks, RefVidSegDataSample, encode_rle


@pytest.fixture
def make_sample() -> Callable[..., dict]:
    """Makes a sample as metrics get it; a track is (score, category, columns of 10 it covers)."""

    def tracks(entries) -> InstanceMasks:
        rles = []
        for _, _, columns in entries:
            mask = np.zeros((2, 4, 10), bool)
            mask[:, :, :columns] = True
            rles.append(encode_rle(mask) if columns else [None, None])
        scores, categories = ([entry[k] for entry in entries] for k in (0, 1))
        return InstanceMasks(rles, scores, categories, (4, 10))

    def make(video, predicted=None, truth=None) -> dict:
        sample = RefVidSegDataSample(metainfo={'video': video})
        if predicted is not None:
            sample.pred_instances = tracks(predicted)
        if truth is not None:
            sample.gt_tracks = tracks(truth)
        return sample.to_dict()

    return make
