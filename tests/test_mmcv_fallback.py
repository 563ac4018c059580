"""mmdet without compiled operators: right, loud about what is missing, and last in line."""

import multiprocessing
import subprocess
import sys
import textwrap

import pytest
import torch
from torch import Tensor

import mevis
from mevis import mmcv_fallback
from mevis.deformable_attention_fallback import ms_deform_attn_backward, ms_deform_attn_forward

without_compiled = pytest.mark.skipif(
    not mmcv_fallback.uses_fallback(), reason='mmcv has compiled operators here'
)


def deformable_inputs(dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """Two levels, two heads, two points; some locations outside the image."""
    generator = torch.Generator().manual_seed(0)
    shapes = torch.tensor([[5, 4], [3, 2]])
    batch, heads, dim, queries = 2, 2, 3, 4

    def random(*size: int) -> Tensor:
        return torch.rand(size, generator=generator, dtype=dtype)

    attention = random(batch, queries, heads, 2, 2)
    return {
        'value': random(batch, int(shapes.prod(1).sum()), heads, dim),
        'value_spatial_shapes': shapes,
        'value_level_start_index': torch.tensor([0, 20]),
        'sampling_locations': random(batch, queries, heads, 2, 2, 2) * 1.4 - 0.2,
        'attention_weights': attention / attention.sum((-1, -2), keepdim=True),
    }


def naive_attention(
    value: Tensor, shapes: Tensor, start: Tensor, locations: Tensor, weights: Tensor
) -> Tensor:
    """Deformable attention by the formula, one sample at a time, zero outside the image."""
    batch, queries, heads, levels, points, _ = locations.shape
    rows = []
    for index in torch.cartesian_prod(*map(torch.arange, (batch, queries, heads))).tolist():
        b, q, m = index
        total = value.new_zeros(value.shape[-1])
        for level in range(levels):
            height, width = shapes[level].tolist()
            plane = value[b, start[level] : start[level] + height * width, m]
            plane = plane.view(height, width, -1)
            for point in range(points):
                x, y = locations[b, q, m, level, point] * torch.tensor([width, height]) - 0.5
                left, top = int(torch.floor(x)), int(torch.floor(y))
                for row, column in (
                    (top, left),
                    (top, left + 1),
                    (top + 1, left),
                    (top + 1, left + 1),
                ):
                    if 0 <= row < height and 0 <= column < width:
                        share = (1 - (x - column).abs()) * (1 - (y - row).abs())
                        total = total + weights[b, q, m, level, point] * share * plane[row, column]
        rows.append(total)
    return torch.stack(rows).view(batch, queries, -1)


def test_forward_is_the_formula():
    inputs = deformable_inputs()
    torch.testing.assert_close(
        ms_deform_attn_forward(*inputs.values(), im2col_step=64), naive_attention(*inputs.values())
    )


def test_backward_equals_autograd_of_the_formula():
    inputs = deformable_inputs()
    leaves = ('value', 'sampling_locations', 'attention_weights')
    for name in leaves:
        inputs[name].requires_grad_()
    output = naive_attention(*inputs.values())
    grad_output = torch.rand(output.shape, generator=torch.Generator().manual_seed(1)).double()
    expected = torch.autograd.grad(output, [inputs[name] for name in leaves], grad_output)
    filled = [torch.full_like(inputs[name], 7.0).detach() for name in leaves]
    ms_deform_attn_backward(*inputs.values(), grad_output, *filled, im2col_step=64)
    for name, got, want in zip(leaves, filled, expected, strict=True):
        torch.testing.assert_close(got, want, msg=lambda text, name=name: f'{name}: {text}')


@without_compiled
def test_gradcheck_through_mmcv():
    from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttnFunction

    inputs = deformable_inputs()
    for name in ('value', 'sampling_locations', 'attention_weights'):
        inputs[name].requires_grad_()
    assert torch.autograd.gradcheck(
        lambda *tensors: MultiScaleDeformableAttnFunction.apply(*tensors, 64),
        tuple(inputs.values()),
    )


@without_compiled
def test_other_operators_name_themselves_and_the_mend():
    from mmcv.ops import nms

    boxes, scores = torch.tensor([[0.0, 0.0, 2.0, 2.0]]), torch.ones(1)
    with pytest.raises(mmcv_fallback.MissingOperatorError, match=r"'nms'.*make install-ops"):
        nms(boxes, scores, 0.5)


def test_dunder_names_stay_absent():
    extension = mmcv_fallback._FallbackExtension('mmcv._ext')
    with pytest.raises(AttributeError):
        _ = extension.__path__
    assert not hasattr(extension, '__wrapped__')


def test_finder_is_last_alone_and_answers_one_name():
    mevis.install_mmcv_fallback()
    finders = [f for f in sys.meta_path if isinstance(f, mmcv_fallback._FallbackFinder)]
    assert len(finders) == 1
    assert finders[0].find_spec('mmcv._ext') is not None
    assert finders[0].find_spec('mmcv._other') is None
    assert finders[0].find_spec('torch') is None


def run_python(code: str, **kwargs) -> str:
    command = [sys.executable, '-c', textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, **kwargs)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_compiled_module_wins(tmp_path):
    """A stand-in package `mmcv` with an `_ext` of its own, found by the ordinary finders."""
    (tmp_path / 'mmcv').mkdir()
    (tmp_path / 'mmcv/__init__.py').touch()
    (tmp_path / 'mmcv/_ext.py').write_text('compiled = True\n')
    code = """
        import mevis, sys
        sys.path.insert(0, '.')
        import mmcv._ext
        from mevis.mmcv_fallback import uses_fallback
        print(mmcv._ext.compiled, uses_fallback())
    """
    assert run_python(code, cwd=tmp_path).split() == ['True', 'False']


def test_a_broken_compiled_module_is_not_hidden(tmp_path):
    """Operators of another torch fail to load: that must be seen, not papered over."""
    (tmp_path / 'mmcv').mkdir()
    (tmp_path / 'mmcv/__init__.py').touch()
    (tmp_path / 'mmcv/_ext.py').write_text("raise ImportError('undefined symbol')\n")
    code = """
        import mevis, sys
        sys.path.insert(0, '.')
        try:
            import mmcv._ext
        except ImportError as error:
            print(error)
    """
    assert run_python(code, cwd=tmp_path).strip() == 'undefined symbol'


def test_mmdet_models_import_through_mevis():
    code = """
        import mevis
        from mmdet.models import Mask2FormerHead, ResNet, SwinTransformer
        print(Mask2FormerHead.__name__)
    """
    assert run_python(code).strip() == 'Mask2FormerHead'


def test_active_in_a_spawned_worker(tmp_path, monkeypatch):
    # A worker imports the module that holds its function: one that imports mevis.
    (tmp_path / 'spawned_job.py').write_text(
        'import mevis\n\n\ndef job(_):\n    from mmcv.ops import nms\n    return nms.__name__\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    import spawned_job

    with multiprocessing.get_context('spawn').Pool(1) as pool:
        assert pool.map(spawned_job.job, [0]) == ['nms']


@pytest.mark.gpu
def test_mmcv_layer_on_gpu_equals_cpu():
    from mmcv.ops import MultiScaleDeformableAttention

    torch.manual_seed(0)
    layer = MultiScaleDeformableAttention(embed_dims=32, num_heads=4, num_levels=2).eval()
    torch.nn.init.normal_(layer.sampling_offsets.weight)
    inputs = {
        'query': torch.rand(6, 2, 32),
        'value': torch.rand(26, 2, 32),
        'reference_points': torch.rand(2, 6, 2, 2),
        'spatial_shapes': torch.tensor([[5, 4], [3, 2]]),
        'level_start_index': torch.tensor([0, 20]),
    }
    on_cpu = layer(**inputs)
    on_gpu = layer.cuda()(**{name: tensor.cuda() for name, tensor in inputs.items()})
    torch.testing.assert_close(on_gpu.cpu(), on_cpu, rtol=1e-4, atol=1e-4)
