# SPDX-License-Identifier: Apache-2.0
import numpy
import pytest

import oracle
import ptychopatch

tf = pytest.importorskip("tensorflow")
from ptychopatch import tensorflow as differentiable


def values(random, shape, dtype):
    made = random.standard_normal(shape) + (1j * random.standard_normal(shape)
                                            if dtype.startswith("complex") else 0)
    return numpy.asarray(made).astype(dtype)


def between_pixels(random, shape, span):
    """Positions that no small step takes over a whole number, where bilinear weights have kinks."""
    return random.integers(-3, span, shape) + random.uniform(0.2, 0.8, shape)


def check_gradients(function, arguments):
    """The gradients of Re <w, function> by each argument, against differences of it."""
    tensors = [tf.convert_to_tensor(one) for one in arguments]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        result = function(*tensors)
        weights = numpy.random.default_rng(1).standard_normal((2, *result.shape))
        weights = (weights[0] + 1j * weights[1] if result.dtype.is_complex else weights[0])
        loss = tf.math.real(tf.reduce_sum(tf.math.conj(tf.constant(weights, result.dtype)) * result))
    gradients = tape.gradient(loss, tensors)

    def loss_at(changed, j):
        at = [changed if i == j else one for i, one in enumerate(arguments)]
        return (weights.conj() * function(*at).numpy()).sum().real

    step = 1e-5
    for j, (argument, gradient) in enumerate(zip(arguments, gradients)):
        assert gradient.shape == argument.shape and gradient.dtype == argument.dtype
        gradient = gradient.numpy()
        for place in numpy.ndindex(argument.shape):
            for direction in (1, 1j)[:1 + numpy.iscomplexobj(argument)]:
                moved = numpy.zeros_like(argument)
                moved[place] = step * direction
                change = (loss_at(argument + moved, j) - loss_at(argument - moved, j)) / (2 * step)
                got = (gradient[place] * numpy.conj(direction)).real
                assert abs(change - got) < 1e-6 * (1 + abs(change)), (j, place)


@pytest.mark.parametrize("options", [
    {}, {"interpolation": "bicubic", "boundary": "reflect", "axes": "xy"},
    {"boundary": "constant", "constant": 0.5, "sign": "content", "anchor": "centre"},
    {"layout": "channel-last", "group_size": 2},
])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_gradients_of_all_operators(random, dtype, options):
    image, where = values(random, (9, 8), dtype), between_pixels(random, (4, 2), 7)
    check_gradients(lambda i, p: differentiable.extract(i, p, (3, 4), **options), (image, where))
    shape = ptychopatch.extract(image, where, (3, 4), **options).shape
    patches = values(random, shape, dtype)
    check_gradients(lambda g, p: differentiable.adjoint(g, p, (9, 8), **options), (patches, where))
    check_gradients(lambda g, p: differentiable.assemble(g, p, (9, 8), eps=0.3, **options),
                    (patches, where))


@pytest.mark.parametrize("layout", ["flat", "channel-last", "channel-first"])
@pytest.mark.parametrize("probe_shape", [(2, 3, 4), (4, 2, 3, 4)])
def test_gradients_of_exit_waves(random, probe_shape, layout):
    arguments = (values(random, (7, 8), "complex128"), between_pixels(random, (4, 2), 5),
                 values(random, probe_shape, "complex128"))
    check_gradients(lambda i, p, q: differentiable.extract(i, p, (3, 4), probe=q, layout=layout,
                                                           group_size=2), arguments)


def test_gradients_of_batches(random):
    images, where = values(random, (2, 7, 8), "complex128"), between_pixels(random, (3, 2), 5)
    check_gradients(lambda i, p: differentiable.extract(i, p, 3), (images, where))
    index = tf.constant([1, 0, 1])
    check_gradients(lambda i, p: differentiable.extract(i, p, 3, image_index=index), (images, where))


def test_functions_with_sizes_that_are_not_known_yet(random):
    image, where = values(random, (30, 40), "complex64"), between_pixels(random, (6, 2), 20)
    where = where.astype("float32")

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.complex64),
                                  tf.TensorSpec((None, 2), tf.float32)])
    def power(image, where):
        patches = differentiable.extract(image, where, 8, layout="channel-last", group_size=2)
        assert patches.shape.as_list() == [None, 8, 8, 2]
        total = tf.reduce_sum(tf.math.abs(patches) ** 2)
        return total, tf.gradients(total, [where])[0]

    got, gradient = power(image, where)
    want = oracle.PatchMap(where, (8, 8), (30, 40)).extract(image)
    numpy.testing.assert_allclose(got, (abs(want) ** 2).sum(), rtol=1e-4)
    assert gradient.shape == (6, 2) and numpy.isfinite(gradient).all()
    with pytest.raises(tf.errors.InvalidArgumentError, match="positions.*finite"):
        power(image, where * numpy.nan)


def test_a_layer_of_a_model_is_trained(random):
    truth = between_pixels(random, (4, 2), 10).astype("float32")
    y, x = numpy.mgrid[:32, :32]
    image = numpy.exp(-((y - 15) ** 2 + (x - 17) ** 2) / 60).astype("float32")
    measured = ptychopatch.extract(image, truth, 12)
    where = tf.Variable(truth + 0.3 * random.uniform(-1, 1, (4, 2)).astype("float32"))
    layer = differentiable.Extract(12)
    optimizer = tf.keras.optimizers.Adam(0.05)
    for _ in range(150):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((layer([image, where]) - measured) ** 2)
        optimizer.apply_gradients([(tape.gradient(loss, where), where)])
    assert abs(where.numpy() - truth).max() < 0.05


def test_a_layer_keeps_its_options():
    layer = differentiable.Extract((5, 6), boundary="wrap", layout="channel-last", group_size=3)
    again = differentiable.Extract.from_config(layer.get_config())
    image, where = numpy.ones((9, 9), "complex64"), numpy.zeros((6, 2), "float32")
    got = again([image, where])
    assert got.shape == (2, 5, 6, 3) and got.dtype == tf.complex64
    assert numpy.array_equal(got, layer([image, where]))
    with pytest.raises(ValueError, match="boundary"):
        differentiable.Extract(4, boundary="none")


def test_a_model_says_that_it_cannot_be_compiled_by_xla(random):
    image, where = values(random, (20, 20), "float32"), between_pixels(random, (5, 2), 12)
    where = where.astype("float32")
    compiled = tf.function(lambda i, p: differentiable.extract(i, p, 6), jit_compile=True)
    with pytest.raises(NotImplementedError, match="extract: .*jit_compile=True.*leave jit_compile out"):
        compiled(image, where)
    inner = tf.function(lambda i, p: differentiable.extract(i, p, 6))
    with pytest.raises(NotImplementedError, match="jit_compile"):
        tf.function(lambda i, p: inner(i, p) * 2, jit_compile=True)(image, where)
    # Outside of what is compiled it works, and Keras compiles no model that has the layer.
    double = tf.function(lambda patches: 2 * patches, jit_compile=True)
    assert numpy.array_equal(double(differentiable.extract(image, where, 6)),
                             2 * ptychopatch.extract(image, where, 6))
    inputs = [tf.keras.Input(batch_shape=(20, 20)), tf.keras.Input(batch_shape=(5, 2))]
    model = tf.keras.Model(inputs, differentiable.Extract(6)(inputs))
    model.compile(loss="mse")
    assert not model.jit_compile
    assert numpy.array_equal(model([image, where]), ptychopatch.extract(image, where, 6))


def test_what_is_wrong_is_told(random):
    image, where = values(random, (20, 20), "float32"), between_pixels(random, (5, 2), 12)
    with pytest.raises(ValueError, match="positions.dtype.*F32 or F64"):
        differentiable.extract(image, where.astype("uint8"), 6)
    with pytest.raises(ValueError, match="float32"):
        differentiable.extract(image.astype("float16"), where, 6)
    with pytest.raises(TypeError, match="interp"):
        differentiable.extract(image, where, 6, interp="bilinear")
