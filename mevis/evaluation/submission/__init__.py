"""Archives for the evaluation server: what they hold, their writing and their checking."""

from mevis.evaluation.submission.archive import write_archive
from mevis.evaluation.submission.check import check_archive
from mevis.evaluation.submission.layout import VideoLayout
from mevis.evaluation.submission.problem import SubmissionProblem

__all__ = ['SubmissionProblem', 'VideoLayout', 'check_archive', 'write_archive']
