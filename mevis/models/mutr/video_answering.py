"""How MUTR answers a test video: as a whole or in windows, by one of its queries."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from mevis.models.base_segmentor import BaseRefVidSegmentor
from mevis.models.drawn_answer import DrawnAnswer
from mevis.models.frame_windows import FrameWindows
from mevis.models.mutr.answer import ClipAnswer, ClipFeatures, Grounding, VideoFeatures
from mevis.models.mutr.clip_queries import chosen_queries, gather_clips
from mevis.models.mutr.window_stream import WindowStream, answer_in_windows
from mevis.models.mutr.word_features import WordFeatures
from mevis.structures import ExpressionPrediction, RefVidSegDataSample


class VideoAnswering(BaseRefVidSegmentor):
    """The part of MUTR that training does not know; :class:`MUTR` sets what is declared here."""

    clip_query: str
    eval_layer: str
    windows: FrameWindows | None
    mask_threshold: float
    keep_candidates: bool

    @abstractmethod
    def ground(self, video: ClipFeatures, words: WordFeatures) -> Grounding:
        """Looks for what the words mean."""

    @abstractmethod
    def boxes(self, grounding: Grounding, layer: int) -> Tensor:
        """Boxes of a decoder layer, (B, T, N, 4) cxcywh in [0, 1]."""

    @abstractmethod
    def fine_levels(self, video: ClipFeatures, grounding: Grounding) -> Iterator[Tensor]:
        """What mask features are made of."""

    @abstractmethod
    def encode_text(self, expressions: Sequence[str]) -> WordFeatures:
        """Words of the expressions, projected."""

    def _predictions(
        self, video: Tensor, sample: RefVidSegDataSample
    ) -> list[ExpressionPrediction]:
        if self.windows is None:
            return super()._predictions(video, sample)
        return answer_in_windows(self, self.windows, video, sample)

    def stream(self, name: str = 'stream') -> WindowStream:
        """Opens a video that is answered window by window; see the base class."""
        if self.windows is None:
            return super().stream(name)

        def draw(answer: DrawnAnswer, number: int) -> list[dict[str, Any]]:
            return self.drawn_rles(answer, f'video {name}, sentence {number}')

        return WindowStream(self, self.windows, draw)

    def answer(self, video: VideoFeatures, expression: str) -> DrawnAnswer:
        """Answers one expression about a video by one of its queries; see the base class."""
        return self.answer_after(video, expression, None)[0]

    def answer_after(
        self, video: VideoFeatures, expression: str, earlier: Tensor | None
    ) -> tuple[DrawnAnswer, Tensor]:
        """Answers one expression about a window of a video.

        Args:
            video: The window.
            expression: The expression.
            earlier: Video query (N, C) of the window before, from which that of this one starts in
                part (``windows.carry_over``); None in the first window.

        Returns:
            The answer, and the video query (N, C) of this window, the mean over its clips.
        """
        if earlier is not None:
            video = replace(video, clips=self._carried_over(video.clips, earlier))
        words = self.encode_text([expression]).expand(len(video.plan.frames))
        alone = self.answer_words(video.clips, words)
        drawing, queries, score = chosen_queries(
            self.clip_query, alone, lambda: self.answer_jointly(video, alone)
        )

        answer = self._drawn(video, drawing, queries, score)
        if self.keep_candidates:
            means = drawing.scores.mean(0).tolist()
            candidates = [
                self._drawn(video, drawing, torch.full_like(queries, number), mean)
                for number, mean in enumerate(means)
            ]
            answer = replace(answer, candidates=candidates)
        return answer, drawing.grounding.video_queries[-1].mean(0)

    def _drawn(
        self, video: VideoFeatures, drawing: ClipAnswer, queries: Tensor, score: float
    ) -> DrawnAnswer:
        """The answer of one query per clip, (S,); its masks are drawn when asked for."""

        def logits() -> Tensor:
            return video.plan.join(torch.cat(list(drawing.mask_logits(queries)), 1))

        return DrawnAnswer(score, score, logits, video.size, self.mask_threshold, self.chunk_size)

    def _carried_over(self, clips: ClipFeatures, earlier: Tensor) -> ClipFeatures:
        initial = clips.initial_query
        mixed = torch.lerp(initial, earlier.expand_as(initial), self.windows.carry_over)
        return replace(clips, initial_query=mixed)

    @property
    def _eval_head(self) -> int:
        return 0 if self.eval_layer == 'first' else len(self.class_heads) - 1

    def answer_words(self, video: ClipFeatures, words: WordFeatures) -> ClipAnswer:
        """Answers words, one sentence per clip (testing)."""
        layer = self._eval_head
        grounding = self.ground(video, words)
        return ClipAnswer(
            grounding=grounding,
            pred_logits=self.class_heads[layer](grounding.video_queries[-1]),
            pred_boxes=self.boxes(grounding, layer),
            references=grounding.references[layer + 1][..., :2],
            mask_head=self.mask_head,
            features=lambda: self.fine_levels(video, grounding),
            mask_features=self.pixel_decoder.mask_features,
            image_sizes=video.image_sizes,
        )

    def answer_jointly(self, video: VideoFeatures, alone: ClipAnswer) -> ClipAnswer:
        """Answers by one video query in every clip, of MTI over all of them; see gather_clips.

        What a clip alone decides, where its frame queries look and what its pixels are, stays.
        """
        found = alone.grounding
        query = gather_clips(self.temporal_interaction, video, found.frame_queries[-1])
        return replace(
            alone,
            grounding=replace(found, video_queries=query[None]),
            pred_logits=self.class_heads[self._eval_head](query),
        )
