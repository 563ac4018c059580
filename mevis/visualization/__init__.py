"""Pictures and videos of what a model answers."""

from mevis.visualization.caption import Caption, caption_bar
from mevis.visualization.contact_sheet import Strip, draw_sheet, spread, stack_sheets
from mevis.visualization.overlay import draw_mask
from mevis.visualization.painter import FramePainter, tile
from mevis.visualization.palette import colour_of
from mevis.visualization.ref_vid_seg_visualizer import RefVidSegVisualizer
from mevis.visualization.video_writer import VideoWriter, write_video

__all__ = [
    'Caption',
    'FramePainter',
    'RefVidSegVisualizer',
    'Strip',
    'VideoWriter',
    'caption_bar',
    'colour_of',
    'draw_mask',
    'draw_sheet',
    'spread',
    'stack_sheets',
    'tile',
    'write_video',
]
