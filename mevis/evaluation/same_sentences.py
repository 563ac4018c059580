"""Whether predictions answer the sentences that they are used for.

Expression ids are numbers from 0 in every release, so those of MeViS v1 are found in v2 too, where
they may name other sentences: predictions of one would silently pass for the other.
"""

from pathlib import Path

from mevis.errors import UserError
from mevis.evaluation.prediction_store import PredictionStore


def are_of_other_data(store: PredictionStore, used_for: Path) -> bool:
    """Whether predictions come from other data than they are used for.

    Sentences are compared only then: the pipeline of a test may have changed those of its own data.

    Args:
        store: Predictions of tools/test.py.
        used_for: The annotation file or data root now.
    """
    tested = store.made_of().get('data_root')
    return bool(tested) and not used_for.resolve().is_relative_to(tested)


def check_same_sentence(tested: str, asked: str, place: str) -> None:
    """Compares a sentence as tested with that of the annotations; case and spaces do not count.

    Raises:
        UserError: If they differ; ``place`` names predictions, video and expression.
    """
    if tested.lower().split() != asked.lower().split():
        raise UserError(
            f'{place}: predicted for {tested!r}, but the sentence is {asked!r} now, so these are'
            ' predictions of other data. Name its annotations, or test again with these.'
        )
