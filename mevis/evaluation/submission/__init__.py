"""Archives for the evaluation server: what they hold, their writing and their checking."""

from mevis.evaluation.submission.archive import write_archive
from mevis.evaluation.submission.check import SubmissionProblem, check_archive
from mevis.evaluation.submission.layout import VideoLayout

__all__ = ['SubmissionProblem', 'VideoLayout', 'check_archive', 'write_archive']
