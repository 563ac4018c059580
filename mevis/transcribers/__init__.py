"""What turns a recording of a sentence into its text."""

from mevis.transcribers.base import Transcriber
from mevis.transcribers.speech_recognition import SpeechRecognitionTranscriber

__all__ = ['SpeechRecognitionTranscriber', 'Transcriber']
