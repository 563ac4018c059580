from types import SimpleNamespace

from mevis.engine.hooks import RefVidSegVisualizationHook


class Recorder:
    def __init__(self) -> None:
        self.calls = []

    def add_datasample(self, name, image, data_sample, **options):
        self.calls.append((name, options['step'], options['max_expressions']))


def drawn(hook: RefVidSegVisualizationHook, rank: int = 0) -> list:
    recorder = Recorder()
    runner = SimpleNamespace(visualizer=recorder, rank=rank, iter=70)
    for index in range(10):
        hook.after_val_iter(runner, index, None, [SimpleNamespace(video=f'v{index}')])
    return recorder.calls


def test_some_videos_are_drawn():
    hook = RefVidSegVisualizationHook(draw=True, interval=3, max_videos=2, max_expressions=5)
    assert drawn(hook) == [('val/v0', 70, 5), ('val/v3', 70, 5)]


def test_nothing_is_drawn_unless_asked_or_on_other_ranks():
    assert drawn(RefVidSegVisualizationHook()) == []
    assert drawn(RefVidSegVisualizationHook(draw=True), rank=1) == []
