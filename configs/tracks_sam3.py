# Tracks of SAM 3 for a split of MeViS: every instance of some noun phrases.
# Command: tools/extract_instance_masks.py configs/tracks_sam3.py --split train \
#   --out data/mevis/instances/train --cfg-options model.source.weights=FOLDER
# FOLDER: facebook/sam3 of the Hugging Face hub (SAM License), downloaded by you.
# Not run with these weights; with random ones see tests/test_track_sources/test_sam3.py.
_base_ = ['_base_/mevis_track_finder.py']
model = dict(
    source=dict(
        type='SAM3VideoTracks',
        weights='weights/sam3',
        # What MeViS shows most.
        phrases=['animal', 'person', 'vehicle'],
        num_instances=20,
    )
)
