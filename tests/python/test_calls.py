# SPDX-License-Identifier: Apache-2.0
"""What all calls have in common: threads, Ctrl-C, contexts, memory."""
import gc
import os
import signal
import threading
import time
import weakref

import numpy
import pytest

import ptychopatch


def long_call(out, context=None):
    """Much work on little memory: one cotangent stands for all."""
    count = len(out)
    cotangent = numpy.broadcast_to(numpy.ones((64, 64)), (count, 64, 64))
    positions = numpy.full((count, 2), 7.3)
    ptychopatch.position_gradient(numpy.ones((128, 128)), cotangent, positions, out=out,
                                  interpolation="lanczos3", context=context)


def interrupt_soon():
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    return timer


def test_control_c_ends_a_call():
    out = numpy.full((400000, 2), numpy.nan)
    timer = interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        long_call(out)
    timer.join()
    assert numpy.isnan(out[-1]).all(), "the call went on to its end"
    # The plan is as good as it was.
    few = numpy.full((3, 2), numpy.nan)
    long_call(few)
    assert numpy.isfinite(few).all()


def test_what_a_handler_raises_comes_through():
    class Stop(Exception):
        pass

    def handler(number, frame):
        raise Stop

    before = signal.signal(signal.SIGINT, handler)
    try:
        timer = interrupt_soon()
        with pytest.raises(Stop):
            long_call(numpy.empty((400000, 2)))
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_run_meanwhile():
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(None)
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    before = len(ticks)
    long_call(numpy.empty((40000, 2)), ptychopatch.Context(num_threads=1))
    during = len(ticks) - before
    done.set()
    thread.join()
    assert during > 1


def test_threads_may_call_at_the_same_time(random):
    image = random.standard_normal((200, 200))
    where = [random.uniform(0, 150, (50, 2)) for _ in range(8)]
    want = [ptychopatch.extract(image, one, 32) for one in where]
    wrong = []

    def work(j):
        for _ in range(30):
            if (ptychopatch.extract(image, where[j], 32) != want[j]).any():
                wrong.append(j)

    threads = [threading.Thread(target=work, args=(j,)) for j in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_contexts(random):
    image, where = random.standard_normal((90, 90)), random.uniform(0, 60, (40, 2))
    want = ptychopatch.extract(image, where, 16)
    one = ptychopatch.Context(backend="cpu", num_threads=1, memory_budget=1 << 20)
    assert one.num_threads == 1 and one.memory_budget == 1 << 20 and one.device_name == "CPU"
    assert "1 threads" in repr(one) and one.simd
    assert (ptychopatch.extract(image, where, 16, context=one) == want).all()
    one.release()
    ptychopatch.set_default_context(one)
    assert ptychopatch.default_context() is one
    assert (ptychopatch.extract(image, where, 16) == want).all()
    ptychopatch.set_default_context(None)
    assert ptychopatch.default_context() is not one


def test_too_small_a_budget_is_a_memory_error():
    tight = ptychopatch.Context(backend="cpu", memory_budget=1000)
    with pytest.raises(MemoryError, match="budget"):
        ptychopatch.extract(numpy.ones((9, 9)), numpy.ones((1, 2)), 4, context=tight)


def test_unknown_backends_and_what_is_not_built():
    with pytest.raises(ValueError, match="'auto', 'cpu', 'cuda'"):
        ptychopatch.Context(backend="gpu")
    with pytest.raises(RuntimeError, match="CUDA"):
        os.environ["PPATCH_BACKEND_DIR"] = "/nowhere"
        try:
            ptychopatch.Context(backend="cuda")
        finally:
            del os.environ["PPATCH_BACKEND_DIR"]


class Watched(numpy.ndarray):
    """An array that can be watched."""


def test_arrays_are_let_go(random):
    arrays = [random.standard_normal(shape).view(Watched) for shape in ((60, 60), (5, 2))]
    watched = [weakref.ref(one) for one in arrays]
    ptychopatch.extract(*arrays, 8)
    ptychopatch.group(arrays[1], 1)
    ptychopatch.align(arrays[0], arrays[0])
    del arrays
    gc.collect()
    assert [one() for one in watched] == [None, None]
    image = random.standard_normal((60, 60)).view(Watched)
    scene, seen = ptychopatch.Scene(image), weakref.ref(image)
    del image
    assert seen() is not None
    del scene
    gc.collect()
    assert seen() is None


def test_a_scene_runs_one_call_at_a_time(random):
    image = random.standard_normal((1500, 1500))
    scene, errors = ptychopatch.Scene(image), []

    def work():
        try:
            scene.align([image] * 3)
        except RuntimeError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors and all("one call at a time" in text for text in errors)
    assert scene.align(image).ok
