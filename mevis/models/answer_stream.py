"""The contract of answers that are given while a video still goes on."""

from abc import ABC, abstractmethod

from mevis.structures.streaming import FrameAnswer, StreamFrame


class AnswerStream(ABC):
    """Takes the frames of one video in their order and answers sentences about them.

    Every frame is answered once, in order: by ``push`` as soon as nothing that comes can change
    its answer, else by ``finish``.  A segmentor gives one by its method ``stream``.
    """

    @abstractmethod
    def ask(self, text: str) -> None:
        """Adds a sentence, before the first frame or at any time.

        Frames that are not answered yet are answered for it too, as far as they are still known.
        """

    @abstractmethod
    def push(self, frame: StreamFrame) -> list[FrameAnswer]:
        """Takes the next frame.

        Returns:
            The frames whose answers are now known, in order; often none.

        Raises:
            FloatingPointError: If an answer follows from numbers that are not finite.
        """

    @abstractmethod
    def finish(self) -> list[FrameAnswer]:
        """Answers the frames that are left; nothing may be pushed afterwards."""
