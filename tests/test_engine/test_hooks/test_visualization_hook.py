from types import SimpleNamespace

from mevis.engine.hooks import RefVidSegVisualizationHook
from mevis.structures import Expression


class Recorder:
    def __init__(self) -> None:
        self.calls = []
        self.samples = []

    def add_datasample(self, name, image, data_sample, **options):
        self.calls.append((name, options['step'], options['max_expressions']))
        self.samples.append(data_sample)


class Dataset:
    def gt_rles(self, video, exp_id):
        return [f'{video}/{exp_id}']


def recorded(hook: RefVidSegVisualizationHook, rank: int = 0, dataset=None) -> Recorder:
    recorder = Recorder()
    loader = SimpleNamespace(dataset=dataset)
    runner = SimpleNamespace(visualizer=recorder, rank=rank, iter=70, val_dataloader=loader)
    expressions = [
        Expression('a', 'x'),
        Expression('b', 'y', has_truth=False),
        Expression('c', 'z'),
    ]
    for index in range(10):
        sample = SimpleNamespace(video=f'v{index}', expressions=expressions)
        hook.after_val_iter(runner, index, None, [sample])
    return recorder


def test_some_videos_are_drawn():
    hook = RefVidSegVisualizationHook(draw=True, interval=3, max_videos=2, max_expressions=5)
    assert recorded(hook).calls == [('val/v0', 70, 5), ('val/v3', 70, 5)]


def test_nothing_is_drawn_unless_asked_or_on_other_ranks():
    assert recorded(RefVidSegVisualizationHook()).calls == []
    assert recorded(RefVidSegVisualizationHook(draw=True), rank=1).calls == []


def test_the_truth_of_the_drawn_sentences_is_handed_on():
    hook = RefVidSegVisualizationHook(draw=True, max_videos=1, max_expressions=2)
    [sample] = recorded(hook, dataset=Dataset()).samples
    assert sample.gt_rles == {'a': ['v0/a']}
    [sample] = recorded(hook, dataset=object()).samples
    assert not hasattr(sample, 'gt_rles')
