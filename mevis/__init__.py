"""mevis: motion-expression guided video segmentation.

Importing the package is light: it loads neither torch nor mmdet.  It does install the
last-resort import finder that lets mmdet run where mmcv has no compiled operators.
"""

from mevis.mmcv_fallback import install_mmcv_fallback

__version__ = '0.1.0'

install_mmcv_fallback()
