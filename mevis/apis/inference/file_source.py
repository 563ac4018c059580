"""Video files, as FFmpeg decodes them and as players show them."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.stream import Disposition

from mevis.apis.inference.frame_source import DEFAULT_FPS, SequentialSource
from mevis.boundary.files import regular_file
from mevis.boundary.pictures import LIMIT_VARIABLE, max_pixels
from mevis.datasets.frame_reader import check_size
from mevis.errors import UserError

# FFmpeg shows any text file as a film of characters, and a playlist as what it names.
_NO_VIDEOS = ('tty', 'bin', 'xbin', 'adf', 'idf', 'hls', 'concat', 'concatf', 'dash', 'sdp')
# What a cut transport stream or raw stream says of its length is guessed from what is there.
_STATE_THEIR_LENGTH = ('mov', 'matroska', 'avi', 'flv', 'asf', 'mxf', 'nut')


class FileSource(SequentialSource):
    """A video file, decoded again for each pass.

    Args:
        path: Anything that FFmpeg reads.

    Raises:
        UserError: If it is no video.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.name = path, path.stem
        self._times: list[float] = []
        with self._open() as container:
            stream = self._stream(container)
            aspect = stream.sample_aspect_ratio or Fraction(1)
            rate = stream.average_rate
            turned = aspect != 1 and self._is_turned(container, stream)
        self.pixel_aspect = 1 / aspect if turned else Fraction(aspect)
        self.fps = float(rate) if rate else DEFAULT_FPS

    def __iter__(self) -> Iterator[np.ndarray]:
        count, size = 0, None
        with self._open() as container:
            stream = self._stream(container)
            stream.thread_type = 'AUTO'
            length = _Length(container, stream)
            for picture in self._pictures(container, stream, length):
                frame = upright(picture)
                size = size or frame.shape[:2]
                self._note_time(count, picture)
                yield check_size(frame, size, f'{self.path}, frame {count}')
                count += 1
        if count == 0:
            raise UserError(f'{self.path}: no frames in it. Name another video.')
        if length.is_cut():
            raise UserError(
                f'{self.path}: the pictures end after {length.end:.1f} of {length.stated:.1f}'
                ' seconds; the file is truncated. Copy it again, or look at'
                f' max_frames={count} of it.'
            )

    def frame_times(self, num_frames: int) -> list[float]:
        """What the time stamps say."""
        return self._times[:num_frames]

    def _pictures(
        self, container: av.container.InputContainer, stream: av.VideoStream, length: '_Length'
    ) -> Iterator[av.VideoFrame]:
        count = 0
        try:
            for packet in container.demux(stream):
                length.note(packet)
                try:
                    pictures = packet.decode()
                except av.error.InvalidDataError:
                    if count:
                        raise
                    continue  # a stream that begins between key frames
                for picture in pictures:
                    yield picture
                    count += 1
        except av.error.FFmpegError as error:
            raise UserError(
                f'{self.path}: cannot be decoded after frame {count} ({error.strerror});'
                ' the file is damaged or truncated. Copy it again, or look at fewer frames'
                ' by max_frames.'
            ) from error

    def _note_time(self, number: int, picture: av.VideoFrame) -> None:
        """Appends a time that is later than that of the frame before, whatever the stamps are."""
        if number < len(self._times):
            return
        stamp = picture.time
        if not self._times:
            self._first = stamp or 0.0
            self._times.append(0.0)
            return
        time = None if stamp is None else stamp - self._first
        if time is None or time <= self._times[-1]:  # two streams joined, or no stamp
            time = self._times[-1] + 1 / self.fps
            self._first = self._first if stamp is None else stamp - time
        self._times.append(time)

    def _open(self) -> av.container.InputContainer:
        # An absolute path, as "a:b.mp4" would name a protocol.
        path = str(regular_file(self.path).absolute())
        options = {'protocol_whitelist': 'file'}
        try:
            container = av.open(path, metadata_errors='replace', container_options=options)
        except (av.error.FFmpegError, ValueError) as error:
            reason = getattr(error, 'strerror', None) or error
            raise UserError(
                f'{self.path}: not a video, or a truncated one ({reason}). Name a video'
                ' file, an image or a folder of frames.'
            ) from error
        return container

    def _stream(self, container: av.container.InputContainer) -> av.VideoStream:
        return moving_pictures(container, str(self.path))

    def _is_turned(self, container: av.container.InputContainer, stream: av.VideoStream) -> bool:
        """Whether players show it lying on its side; the first frame says so."""
        for picture in self._pictures(container, stream, _Length(container, stream)):
            matrix = display_matrix(picture)
            return matrix is not None and abs(matrix[0]) < abs(matrix[1])
        return False


def moving_pictures(container: av.container.InputContainer, name: str) -> av.VideoStream:
    """The first stream of moving pictures.

    Raises:
        UserError: If there is none, or its frames are larger than is safe; names the video.
    """
    streams = container.streams.video
    moving = [s for s in streams if not s.disposition & Disposition.attached_pic]
    if container.format.name in _NO_VIDEOS:
        raise UserError(f'{name}: not a video, no picture in it. Name a video.')
    if not moving:
        found = 'only the cover of a record' if streams else 'no picture'
        raise UserError(f'{name}: not a video, {found} in it. Name a video.')
    context = moving[0].codec_context
    if context is None:
        raise UserError(f'{name}: FFmpeg knows no decoder for it. Convert it to H.264.')
    if context.width * context.height > max_pixels():
        raise UserError(
            f'{name}: frames of {context.height}x{context.width} (height x width), more'
            f' than {max_pixels()} pixels. Make it smaller, or set {LIMIT_VARIABLE} to a higher'
            ' number if there is memory for it.'
        )
    return moving[0]


class _Length:
    """How far the packets of a file reach, and how far the file says they do.

    Frames are not counted: no container promises a number, and edit lists, dropped frames and
    varying rates make it wrong.  The end of the last packet, discarded ones included, tells a cut
    file from all of these.
    """

    def __init__(self, container: av.container.InputContainer, stream: av.VideoStream) -> None:
        states = container.format.name.split(',')[0] in _STATE_THEIR_LENGTH
        self.stated = _stated_seconds(container, stream) if states else 0.0
        self.end = 0.0
        self._frame = 1 / float(stream.average_rate or DEFAULT_FPS)
        self._start = float((stream.start_time or 0) * stream.time_base)

    def note(self, packet: av.Packet) -> None:
        """Reads the times of a packet."""
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None and packet.time_base:
            end = float((stamp + (packet.duration or 0)) * packet.time_base)
            self.end = max(self.end, end - self._start)

    def is_cut(self) -> bool:
        """Whether the end is missing: more than two frames and a fiftieth of the length."""
        return self.end < 0.98 * self.stated - 2 * self._frame


def _stated_seconds(container: av.container.InputContainer, stream: av.VideoStream) -> float:
    if container.format.name == 'avi' and stream.frames and stream.average_rate:
        # FFmpeg shrinks the duration to what is there; the frames are ticks of the header.
        return float(stream.frames / stream.average_rate)
    if stream.duration:
        return float(stream.duration * stream.time_base)
    try:  # Matroska
        hours, minutes, seconds = stream.metadata['DURATION'].split(':')
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    except (KeyError, ValueError):
        alone = len(container.streams) == 1
        return (container.duration or 0) / av.time_base if alone else 0.0


def display_matrix(picture: av.VideoFrame) -> tuple[int, int, int, int] | None:
    """Where a stored pixel (x, y) is shown: at (a x + c y, b x + d y); (a, b, c, d), or None."""
    data = picture.side_data.get('DISPLAYMATRIX')
    if data is None:
        return None
    a, b, _, c, d, *_ = np.frombuffer(bytes(data), np.int32).tolist()
    return (a, b, c, d) if a * d != b * c else None


def upright(picture: av.VideoFrame) -> np.ndarray:
    """The frame as players show it, (H, W, 3) uint8 RGB: telephones store it turned or mirrored.

    Turns by other angles than quarters become the next quarter.
    """
    frame = picture.to_ndarray(format='rgb24')
    matrix = display_matrix(picture)
    if matrix is None:
        return frame
    a, b, c, d = matrix
    if abs(a) < abs(b):  # rows become columns
        frame, across, down = frame.transpose(1, 0, 2), c, b
    else:
        across, down = a, d
    return np.ascontiguousarray(frame[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1])
