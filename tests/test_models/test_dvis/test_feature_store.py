import gc
import weakref

import pytest
import torch

from mevis.models.dvis.feature_store import FEATURE_STORES, feature_store


def compute(frames: torch.Tensor) -> torch.Tensor:
    return frames.float().mean(1, keepdim=True).expand(-1, 4, -1, -1)[..., ::4, ::4] / 7


def windows() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    frames = torch.randint(0, 256, (7, 3, 16, 24), generator=generator, dtype=torch.uint8)
    return list(frames.split(3))


@pytest.mark.parametrize('kind', FEATURE_STORES)
def test_features_come_back_as_they_were_and_again(kind):
    store = feature_store(kind, compute)
    for frames in windows():
        store.append(frames, compute(frames))
    for _ in range(2):
        back = list(store)
        assert [len(one) for one in back] == [3, 3, 1]
        for frames, features in zip(windows(), back, strict=True):
            assert torch.equal(features, compute(frames))
    store.close()


@pytest.mark.parametrize('kind', FEATURE_STORES)
def test_reading_that_stops_or_overlaps_disturbs_nothing(kind):
    store = feature_store(kind, compute)
    first, second, third = windows()
    store.append(first, compute(first))
    store.append(second, compute(second))
    stopped = iter(store)
    assert torch.equal(next(stopped), compute(first))
    store.append(third, compute(third))
    for frames, features, again in zip(windows(), store, store, strict=True):
        assert torch.equal(features, compute(frames))
        assert torch.equal(again, compute(frames))
    store.close()


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16, torch.float64])
def test_the_disk_keeps_every_precision(dtype):
    store = feature_store('disk', compute)
    features = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0)).to(dtype)
    store.append(torch.empty(0), features.transpose(-1, -2))  # not contiguous
    (back,) = store
    assert back.dtype == dtype
    assert torch.equal(back, features.transpose(-1, -2))
    store.close()


@pytest.mark.parametrize(
    ('kind', 'kept'), [('disk', False), ('recompute', False), ('memory', True)]
)
def test_only_memory_holds_on_to_features(kind, kept):
    store = feature_store(kind, compute)
    features = compute(windows()[0]).clone()
    alive = weakref.ref(features)
    store.append(windows()[0], features)
    del features
    gc.collect()
    assert (alive() is not None) == kept
    store.close()
    assert alive() is None


def test_the_file_has_no_name(tmp_path, monkeypatch):
    """A killed process leaves nothing behind."""
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    store = feature_store('disk', compute)
    store.append(windows()[0], compute(windows()[0]))
    assert list(tmp_path.iterdir()) == []
    store.close()
