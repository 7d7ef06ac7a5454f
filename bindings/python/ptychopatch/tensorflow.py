# SPDX-License-Identifier: Apache-2.0
"""Patches of TensorFlow's tensors that gradients pass through, to image, positions and probe.

    patches = ptychopatch.tensorflow.extract(image, positions, 64)
    patches = ptychopatch.tensorflow.Extract(64, layout="channel-last")([image, positions])

The options, shapes and errors are those of ptychopatch.patches; within a tf.function an error is
TensorFlow's InvalidArgumentError with the same sentence. The gradients by the image and by the probe
are the exact adjoints, by the positions those of the interpolant, from the right at its kinks.
Gradients of gradients are not offered.

The library is called on the host: tensors on a device are copied there and back, by TensorFlow. XLA
cannot compile such a call: within jit_compile=True, NotImplementedError says so while the function is
traced. Leave jit_compile out there, or call these functions outside of the compiled one. The layer
tells Keras, which then does not compile a model that has jit_compile="auto".
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf

from . import _gradients
from . import patches as _patches
from ._context import Context

try:  # what tf.function(jit_compile=True) traces in; there is no public name for it
    from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext as _compiled
except ImportError:  # XLA's own error then names the operation EagerPyFunc or PyFunc
    def _compiled(graph):
        return False

if TYPE_CHECKING:
    from typing_extensions import Unpack


def _refuse_xla(function):
    if not tf.executing_eagerly() and _compiled(tf.compat.v1.get_default_graph()):
        raise NotImplementedError(
            f"ptychopatch.tensorflow.{function}: expected to be called where nothing is compiled by "
            "XLA, got jit_compile=True, which cannot compile calls of a library; leave jit_compile "
            "out (Keras: model.compile(..., jit_compile=False)), or call it outside of the compiled "
            "function")


def _run(function, dtype, shape, **given):
    """The function on NumPy arrays of the tensors that are not None, as an operation."""
    names = [name for name, tensor in given.items() if tensor is not None]

    def on_arrays(*arrays):
        return function(**dict(zip(names, arrays)))

    result = tf.numpy_function(on_arrays, [given[name] for name in names], dtype, stateful=False)
    result.set_shape(shape)
    return result


def _tensor(value):
    return None if value is None else tf.convert_to_tensor(value)


def _patches_shape(image, positions, probe, image_index, size, options):
    """What is known of the shape before the function runs."""
    if None in (image.shape.rank, positions.shape.rank) or (probe is not None
                                                            and probe.shape.rank is None):
        return None
    batch = image.shape[:-2] if image_index is None else tf.TensorShape([])
    modes = () if probe is None else (probe.shape[-3],)
    count = positions.shape[:-1].num_elements()
    # Whatever the layout, the first axis is the one that the number of positions tells.
    first, *others = _patches.settings_of(size, options).patches_shape(count or 0, modes)
    return batch.concatenate([first if count is not None else None, *others])


def extract(image: Any, positions: Any, patch_size: int | tuple[int, int], *, probe: Any = None,
            image_index: Any = None, context: Context | None = None,
            **options: Unpack[_patches.Options]) -> tf.Tensor:
    """ptychopatch.extract with gradients by the image, by the positions, and by the probe."""
    _refuse_xla("extract")
    image, positions, probe, image_index = map(_tensor, (image, positions, probe, image_index))
    keywords: Any = {"context": context, **options}
    shape = _patches_shape(image, positions, probe, image_index, patch_size, options)

    @tf.custom_gradient
    def operation(image, positions, probe=None):
        given = {"image": image, "positions": positions, "probe": probe, "image_index": image_index}

        def forward(**arrays):
            return _patches.extract(patch_size=patch_size, **arrays, **keywords)

        def by_image(image, cotangent, positions, probe=None, image_index=None):
            return _patches.adjoint(cotangent, positions, image.shape, probe=probe,
                                    image_index=image_index, **keywords)

        def by_positions(image, cotangent, positions, probe=None, image_index=None):
            gradient = _gradients.by_positions(image, cotangent, positions, probe,
                                               {"image_index": image_index, **keywords})
            return gradient.astype(positions.dtype)

        def by_probe(image, cotangent, positions, probe, image_index=None):
            return _patches.probe_adjoint(image, cotangent, positions, probe.shape,
                                          image_index=image_index, **keywords)

        def gradient(cotangent):
            having = {"cotangent": cotangent, **given}
            gradients = (_run(by_image, image.dtype, image.shape, **having),
                         _run(by_positions, positions.dtype, positions.shape, **having))
            if probe is None:
                return gradients
            return *gradients, _run(by_probe, probe.dtype, probe.shape, **having)

        return _run(forward, image.dtype, shape, **given), gradient

    return operation(image, positions) if probe is None else operation(image, positions, probe)


def adjoint(patches: Any, positions: Any, image_shape: tuple[int, ...], *, image_index: Any = None,
            context: Context | None = None, **options: Unpack[_patches.Options]) -> tf.Tensor:
    """ptychopatch.adjoint, without coverage, with gradients by the patches and by the positions."""
    _refuse_xla("adjoint")
    patches, positions, image_index = map(_tensor, (patches, positions, image_index))
    image_shape = tuple(image_shape)
    keywords: Any = {"context": context, **options}
    linear = _gradients.linear(keywords)

    @tf.custom_gradient
    def operation(patches, positions):
        given = {"patches": patches, "positions": positions, "image_index": image_index}

        def forward(patches, positions, image_index=None):
            return _patches.adjoint(patches, positions, image_shape, image_index=image_index, **keywords)

        def by_patches(cotangent, patches, positions, image_index=None):
            return _patches.extract(cotangent, positions, _gradients.patch_size(patches, linear),
                                    image_index=image_index, **linear)

        def by_positions(cotangent, patches, positions, image_index=None):
            # <cotangent, A* patches> = <A cotangent, patches>
            gradient = _gradients.by_positions(cotangent, patches, positions, None,
                                               {"image_index": image_index, **linear})
            return gradient.astype(positions.dtype)

        def gradient(cotangent):
            having = {"cotangent": cotangent, **given}
            return (_run(by_patches, patches.dtype, patches.shape, **having),
                    _run(by_positions, positions.dtype, positions.shape, **having))

        return _run(forward, patches.dtype, image_shape, **given), gradient

    return operation(patches, positions)


def assemble(patches: Any, positions: Any, image_shape: tuple[int, ...], *, eps: float = 1e-9,
             image_index: Any = None, context: Context | None = None,
             **options: Unpack[_patches.Options]) -> tf.Tensor:
    """The image that ptychopatch.assemble gives, with gradients by patches and by positions.

    Where the coverage is at most eps, its gradient is none: there the divisor is constant.
    """
    patches = tf.convert_to_tensor(patches)
    keywords: Any = {"image_index": image_index, "context": context, **options}
    total = adjoint(patches, positions, image_shape, **keywords)
    coverage = adjoint(tf.ones_like(tf.math.real(patches)), positions, image_shape, **keywords)
    return total / tf.cast(tf.maximum(coverage, tf.cast(eps, coverage.dtype)), total.dtype)


class Extract(tf.keras.layers.Layer):
    """A layer that extracts patches: called with [image, positions] or [image, positions, probe].

    Parameters
    ----------
    patch_size : int or (h, w)
    context : Context, optional
        Not saved with the layer.
    **options
        See the module ptychopatch.patches.
    """

    def __init__(self, patch_size, *, context=None, name=None, dtype=None, trainable=False,
                 **options):
        # Keras's autocast would change complex images to its floating-point type.
        super().__init__(name=name, dtype=dtype, trainable=trainable, autocast=False)
        self.supports_jit = False
        self._patch_size, self._context, self._options = patch_size, context, options
        _patches.settings_of(patch_size, options)

    def call(self, inputs):
        image, positions, *probe = inputs
        return extract(image, positions, self._patch_size, probe=probe[0] if probe else None,
                       context=self._context, **self._options)

    def get_config(self):
        return {**super().get_config(), "patch_size": self._patch_size, **self._options}
