import pytest

from mevis.apis.running.best_checkpoint import check_best_figure
from mevis.engine.hooks import ResumableCheckpointHook
from mevis.errors import UserError


class SilentMetric:
    """As those of other packages: it does not say what it gives."""


class SayingMetric:
    figures = r'coverage|area(/.+)?'


def check(name, *metrics):
    hook = ResumableCheckpointHook(save_best=name, rule='greater')
    check_best_figure([hook], metrics)


@pytest.mark.parametrize(
    ('name', 'metrics'),
    [
        ('coverage', [SayingMetric()]),
        ('area/bird', [SayingMetric()]),
        ('auto', [SayingMetric()]),
        ('coverage', [SayingMetric(), SilentMetric()]),
        ('anything', [SayingMetric(), SilentMetric()]),  # the silent one may give it
    ],
)
def test_a_figure_that_some_metric_may_give_is_taken(name, metrics):
    check(name, *metrics)


def test_a_figure_that_no_metric_gives_is_refused():
    with pytest.raises(UserError, match='save_best=J&F: .*gives no such figure, but coverage'):
        check('J&F', SayingMetric())


def test_a_figure_of_a_metric_that_is_missing_is_refused():
    expected = r"save_best=J&F: a figure of RefVidSegMetric.*SilentMetric does.*`figures = 'J&F'`"
    with pytest.raises(UserError, match=expected):
        check('J&F', SilentMetric())
