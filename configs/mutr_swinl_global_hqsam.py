# HQ-SAM refines the masks of mutr_swinl_global.py by points drawn from them (paper, 2.4).
# Changes its refiner; WEIGHTS are those of mutr_swinl_global.py.
# Command: tools/test.py configs/mutr_swinl_global_hqsam.py WEIGHTS
# Hardware: one GPU of 40 GB; the file data/weights/sam_hq_vit_l.pth.
# J&F on valid: paper 49.50; ours: not run.
_base_ = ['mutr_swinl_global.py']
model = dict(refiner=dict(type='HQSAMRefiner'))
