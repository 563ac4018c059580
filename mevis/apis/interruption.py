"""SIGTERM and SIGHUP end a command as Ctrl-C does."""

import os
import signal
import time
from types import FrameType

_SIGNALS = [
    getattr(signal, name) for name in ('SIGINT', 'SIGTERM', 'SIGHUP') if hasattr(signal, name)
]

_PATIENCE = 3.0


class Interruption:
    """Turns the signals that end a command into KeyboardInterrupt, and remembers the first.

    Workers that are forked inherit the handler: there it ends them without a word, since the
    process that started them is told as well.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self._since = 0.0
        self._owner = os.getpid()
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                signal.signal(number, self._interrupt)

    @property
    def status(self) -> int:
        """What a shell expects of a command that a signal ended."""
        return 128 + (self.signal or signal.SIGINT)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._owner:
            os._exit(128 + number)
        if self.signal is not None:
            # A launcher sends what the terminal has sent already; only later it means impatience.
            if time.monotonic() - self._since < _PATIENCE:
                return
            os._exit(128 + number)
        self.signal, self._since = number, time.monotonic()
        raise KeyboardInterrupt
