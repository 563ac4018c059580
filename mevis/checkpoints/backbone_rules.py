"""Names of backbones in official releases and in mmdet."""

from torch import Tensor

from mevis.checkpoints.adapter import Rule

# The four pixels that patch merging joins: official order to mmdet's nn.Unfold.
_TAPS = [0, 2, 1, 3]


def merge_taps_to_mmdet(value: Tensor) -> Tensor:
    """Re-orders the 4C inputs of Swin's patch merging: blocks of C to taps of one channel.

    Args:
        value: Norm weights (4C,) or the reduction's weights (2C, 4C).
    """
    blocks = value.unflatten(-1, (4, -1))[..., _TAPS, :]
    return blocks.transpose(-1, -2).flatten(-2)


def merge_taps_to_official(value: Tensor) -> Tensor:
    """Inverse of :func:`merge_taps_to_mmdet`."""
    taps = value.unflatten(-1, (-1, 4)).transpose(-1, -2)[..., _TAPS, :]
    return taps.flatten(-2)


def swin_rules(official: str, ours: str) -> list[Rule]:
    """Swin as its authors name it, and mmdet's ``SwinTransformer``.

    Args:
        official: Prefix there, with its dot.
        ours: Prefix here, with its dot.
    """
    block, stage = f'{official}layers.{{}}.blocks.{{}}.', f'{ours}stages.{{}}.blocks.{{}}.'
    return [
        Rule(f'{official}patch_embed.proj', f'{ours}patch_embed.projection'),
        Rule(f'{official}patch_embed.norm', f'{ours}patch_embed.norm'),
        Rule(f'{block}attn', f'{stage}attn.w_msa'),
        Rule(f'{block}mlp.fc1', f'{stage}ffn.layers.0.0'),
        Rule(f'{block}mlp.fc2', f'{stage}ffn.layers.1'),
        Rule(f'{block}norm1', f'{stage}norm1'),
        Rule(f'{block}norm2', f'{stage}norm2'),
        Rule(
            f'{official}layers.{{}}.downsample',
            f'{ours}stages.{{}}.downsample',
            merge_taps_to_mmdet,
            merge_taps_to_official,
        ),
        *(Rule(f'{official}norm{level}', f'{ours}norm{level}') for level in range(4)),
    ]


def detectron2_resnet_rules(official: str, ours: str) -> list[Rule]:
    """ResNet as detectron2 names it, and mmdet's ``ResNet``.

    Args:
        official: Prefix there, with its dot.
        ours: Prefix here, with its dot.
    """
    rules = [
        Rule(f'{official}stem.conv1.norm', f'{ours}bn1'),
        Rule(f'{official}stem.conv1', f'{ours}conv1'),
    ]
    for stage in range(1, 5):
        theirs, layer = f'{official}res{stage + 1}.{{}}.', f'{ours}layer{stage}.{{}}.'
        rules += [
            Rule(f'{theirs}conv{{}}.norm', f'{layer}bn{{}}'),
            Rule(f'{theirs}conv{{}}', f'{layer}conv{{}}'),
            Rule(f'{theirs}shortcut.norm', f'{layer}downsample.1'),
            Rule(f'{theirs}shortcut', f'{layer}downsample.0'),
        ]
    return rules
