# Tracks of VidEoMT (online, YouTube-VIS or OVIS weights) for a split of MeViS.
# Command: tools/extract_instance_masks.py configs/tracks_videomt.py --split train \
#   --out data/mevis/instances/train --cfg-options model.source.weights=FOLDER
# FOLDER: tue-mps/videomt-* of the Hugging Face hub, downloaded by you.
# Not run with these weights; with random ones see tests/test_track_sources/test_videomt.py.
_base_ = ['_base_/mevis_track_finder.py']
model = dict(source=dict(type='VidEoMTTracks', weights='weights/videomt', num_instances=20))
