"""A fault of an archive."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SubmissionProblem:
    """One thing that is wrong.

    Attributes:
        entry: The file of the archive, or the folder that is missing.
        detail: What is wrong and how to fix it.
    """

    entry: str
    detail: str

    def __str__(self) -> str:
        return f'{self.entry}: {self.detail}'
