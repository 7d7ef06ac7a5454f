# SPDX-License-Identifier: Apache-2.0
"""Patches of PyTorch tensors that gradients pass through, to image, positions and probe.

    patches = ptychopatch.torch.extract(image, positions, 64)
    loss(patches).backward()

The options, shapes and errors are those of ptychopatch.patches. The gradient by the image is the
exact adjoint, by the positions that of the interpolant, from the right at its kinks, or with
subpixel="probe" that of the probe's shift. Tensors are
float32, float64, complex64 or complex128 and lie on the CPU or, with a CUDA backend, on the device;
they are worked on where they lie. Gradients of gradients are not offered.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable

from . import _gradients
from . import patches as _patches
from ._context import Context

if TYPE_CHECKING:
    from typing_extensions import Unpack


def _plain(tensor):
    """The tensor without its history; what is conjugated or negated only by a mark, in full."""
    return tensor.detach().resolve_conj().resolve_neg()


def _check(**tensors):
    for name, tensor in tensors.items():
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"{name}: expected a torch.Tensor, got {type(tensor).__name__}")


class _Extract(torch.autograd.Function):
    @staticmethod
    def forward(ctx, image, positions, probe, patch_size, options):
        ctx.save_for_backward(image, positions, probe)
        ctx.options = options
        return _patches.extract(_plain(image), _plain(positions), patch_size,
                                probe=None if probe is None else _plain(probe), **options)

    @staticmethod
    @once_differentiable
    def backward(ctx, cotangent):
        image, positions, probe = (None if one is None else _plain(one)
                                   for one in ctx.saved_tensors)
        cotangent = _plain(cotangent)
        by_image = by_positions = by_probe = None
        if ctx.needs_input_grad[0]:
            by_image = _patches.adjoint(cotangent, positions, probe=probe,
                                        out=torch.empty_like(image), **ctx.options)
        if ctx.needs_input_grad[1]:
            by_positions = _of_positions(image, cotangent, positions, probe, ctx.options)
        if ctx.needs_input_grad[2]:
            by_probe = _patches.probe_adjoint(image, cotangent, positions,
                                              out=torch.empty_like(probe), **ctx.options)
        return by_image, by_positions, by_probe, None, None


class _Adjoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx, patches, positions, image_shape, options):
        ctx.save_for_backward(patches, positions)
        ctx.options = options
        return _patches.adjoint(_plain(patches), _plain(positions), image_shape, **options)

    @staticmethod
    @once_differentiable
    def backward(ctx, cotangent):
        patches, positions = (_plain(one) for one in ctx.saved_tensors)
        cotangent = _plain(cotangent)
        by_patches = by_positions = None
        linear = _gradients.linear(ctx.options)
        if ctx.needs_input_grad[0]:
            by_patches = _patches.extract(cotangent, positions,
                                          _gradients.patch_size(patches, linear), **linear)
        if ctx.needs_input_grad[1]:
            # <cotangent, A* patches> = <A cotangent, patches>
            by_positions = _of_positions(cotangent, patches, positions, None, linear)
        return by_patches, by_positions, None, None


def _of_positions(image, cotangent, positions, probe, options):
    """The gradient, typed as the positions."""
    gradient = _gradients.by_positions(image, cotangent, positions, probe, options)
    return gradient.to(positions.dtype)


def extract(image: torch.Tensor, positions: torch.Tensor, patch_size: int | tuple[int, int], *,
            probe: torch.Tensor | None = None, image_index: torch.Tensor | None = None,
            context: Context | None = None,
            **options: Unpack[_patches.Options]) -> torch.Tensor:
    """ptychopatch.extract with gradients by the image, by the positions, and by the probe."""
    _check(image=image, positions=positions)
    if probe is not None:
        _check(probe=probe)
    return _Extract.apply(image, positions, probe, patch_size,
                          {"image_index": image_index, "context": context, **options})


def adjoint(patches: torch.Tensor, positions: torch.Tensor, image_shape: tuple[int, ...], *,
            image_index: torch.Tensor | None = None, context: Context | None = None,
            **options: Unpack[_patches.Options]) -> torch.Tensor:
    """ptychopatch.adjoint, without coverage, with gradients by the patches and by the positions."""
    _check(patches=patches, positions=positions)
    return _Adjoint.apply(patches, positions, tuple(image_shape),
                          {"image_index": image_index, "context": context, **options})


def assemble(patches: torch.Tensor, positions: torch.Tensor, image_shape: tuple[int, ...], *,
             eps: float = 1e-9, image_index: torch.Tensor | None = None,
             context: Context | None = None, **options: Unpack[_patches.Options]) -> torch.Tensor:
    """The image that ptychopatch.assemble gives, with gradients by patches and by positions.

    Where the coverage is at most eps, its gradient is none: there the divisor is constant.
    """
    _check(patches=patches, positions=positions)
    asked: Any = {"image_index": image_index, "context": context, **options}
    total = adjoint(patches, positions, image_shape, **asked)
    ones = torch.ones_like(patches.real if patches.is_complex() else patches)
    coverage = adjoint(ones, positions, image_shape, **asked)
    return total / coverage.clamp(min=eps)
