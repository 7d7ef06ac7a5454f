# SPDX-License-Identifier: Apache-2.0
import numpy
import pytest

import ptychopatch

torch = pytest.importorskip("torch")
from ptychopatch import torch as differentiable

DTYPES = ["float32", "float64", "complex64", "complex128"]


def values(random, shape, dtype):
    made = random.standard_normal(shape) + (1j * random.standard_normal(shape)
                                            if dtype.startswith("complex") else 0)
    return torch.from_numpy(numpy.asarray(made).astype(dtype))


def between_pixels(random, shape, span):
    """Positions that no small step takes over a whole number, where bilinear weights have kinks."""
    return torch.from_numpy(random.integers(-3, span, shape) + random.uniform(0.2, 0.8, shape))


@pytest.mark.parametrize("dtype", DTYPES)
def test_tensors_are_worked_on_where_they_lie(random, dtype):
    image, where = values(random, (30, 40), dtype), between_pixels(random, (9, 2), 25)
    patches = ptychopatch.extract(image.T, where, (5, 6))
    assert isinstance(patches, torch.Tensor) and patches.dtype == image.dtype
    want = ptychopatch.extract(image.numpy().T, where.numpy(), (5, 6))
    assert (patches.numpy() == want).all()
    holder = torch.full((9, 5, 12), float("nan"), dtype=image.dtype)
    out = holder[..., ::2]
    assert ptychopatch.extract(image.T, where, (5, 6), out=out) is out
    assert (holder[..., ::2].numpy() == want).all() and torch.isnan(holder[..., 1::2]).all()
    back, coverage = ptychopatch.assemble(patches, where, (40, 30))
    wanted = ptychopatch.assemble(want, where.numpy(), (40, 30))
    assert (back.numpy() == wanted[0]).all() and (coverage.numpy() == wanted[1]).all()
    assert coverage.dtype == patches.real.dtype
    groups = ptychopatch.group(where, 2)
    assert isinstance(groups.indices, torch.Tensor) and groups.indices.dtype == torch.int64
    assert (groups.indices.numpy() == ptychopatch.group(where.numpy(), 2).indices).all()


@pytest.mark.parametrize("options", [
    {}, {"interpolation": "bicubic", "boundary": "reflect", "axes": "xy"},
    {"interpolation": "lanczos3", "boundary": "wrap", "sign": "content", "anchor": "centre"},
    {"boundary": "constant", "constant": 0.5}, {"layout": "channel-last", "group_size": 2},
    {"layout": "channel-first", "group_size": 2, "boundary": "edge"},
])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_gradients_of_all_operators(random, dtype, options):
    image = values(random, (9, 8), dtype).requires_grad_()
    where = between_pixels(random, (4, 2), 7).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda i, p: differentiable.extract(i, p, (3, 4), **options), (image, where))
    patches = ptychopatch.extract(image.detach(), where.detach(), (3, 4), **options)
    patches = (patches + values(random, patches.shape, dtype)).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda g, p: differentiable.adjoint(g, p, (9, 8), **options), (patches, where))
    assert torch.autograd.gradcheck(
        lambda g, p: differentiable.assemble(g, p, (9, 8), eps=0.3, **options), (patches, where))


@pytest.mark.parametrize("subpixel", ["object", "probe"])
@pytest.mark.parametrize("layout", ["flat", "channel-last", "channel-first"])
@pytest.mark.parametrize("probe_shape", [(2, 3, 4), (4, 2, 3, 4)])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_gradients_of_exit_waves(random, dtype, probe_shape, layout, subpixel):
    image = values(random, (9, 8), dtype).requires_grad_()
    # A shifted probe is taken at the nearest pixel, so steps keep clear of halves too.
    where = between_pixels(random, (4, 2), 5)
    if subpixel == "probe":
        where = torch.floor(where) + (where - torch.floor(where)) / 3
    where.requires_grad_()
    probe = values(random, probe_shape, dtype).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda i, p, q: differentiable.extract(i, p, (3, 4), probe=q, layout=layout, group_size=2,
                                               subpixel=subpixel),
        (image, where, probe))


def test_gradients_of_exit_waves_of_batches(random):
    images = values(random, (2, 9, 8), "complex128").requires_grad_()
    where = between_pixels(random, (3, 2), 5).requires_grad_()
    probe = values(random, (2, 4, 4), "complex128").requires_grad_()
    assert torch.autograd.gradcheck(
        lambda i, p, q: differentiable.extract(i, p, 4, probe=q), (images, where, probe))


def test_gradients_of_batches(random):
    images = values(random, (2, 9, 8), "complex128").requires_grad_()
    where = between_pixels(random, (3, 2), 7).requires_grad_()
    assert torch.autograd.gradcheck(lambda i, p: differentiable.extract(i, p, 4), (images, where))
    index = torch.tensor([1, 0, 1])
    assert torch.autograd.gradcheck(
        lambda i, p: differentiable.extract(i, p, 4, image_index=index), (images, where))


def test_float32_positions_get_their_gradient_in_float32(random):
    image, where = values(random, (30, 30), "complex64"), between_pixels(random, (5, 2), 20).float()
    where.requires_grad_()
    differentiable.extract(image, where, 8).abs().square().sum().backward()
    assert where.grad.dtype == torch.float32 and where.grad.shape == (5, 2)
    assert torch.isfinite(where.grad).all() and image.grad is None


def test_marks_of_conjugation_are_honoured(random):
    image, where = values(random, (20, 20), "complex64"), between_pixels(random, (5, 2), 12)
    got = differentiable.extract(image.conj(), where, 6)
    assert torch.equal(got, differentiable.extract(image.conj().resolve_conj(), where, 6))


def test_positions_are_refined_by_their_gradient(random):
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    image = torch.exp(-((y - 30) ** 2 + (x - 34) ** 2) / 90).double()
    truth = between_pixels(random, (6, 2), 20) + 12
    measured = differentiable.extract(image, truth, 20)
    where = (truth + 0.4 * torch.from_numpy(random.uniform(-1, 1, (6, 2)))).requires_grad_()
    optimizer = torch.optim.Adam([where], lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        (differentiable.extract(image, where, 20) - measured).square().sum().backward()
        optimizer.step()
    assert (where.detach() - truth).abs().max() < 0.05


def test_what_is_wrong_is_told(random):
    image, where = values(random, (20, 20), "float32"), between_pixels(random, (5, 2), 12)
    with pytest.raises(TypeError, match="image: expected a torch.Tensor, got ndarray"):
        differentiable.extract(image.numpy(), where, 6)
    with pytest.raises(TypeError, match="image: .*gradient"):
        ptychopatch.extract(image.requires_grad_(), where, 6)
    with pytest.raises(ValueError, match="float16|float32"):
        ptychopatch.extract(image.detach().half(), where, 6)
