# SPDX-License-Identifier: Apache-2.0
from . import _core, _cufft
from ._choices import documented, integer, number_of

_default = None


@documented
class Context(_core.Context):
    """What calls share: a backend on a device, its threads, and a budget of memory.

    Plans are kept for later calls with the same options; `release` gives their memory back.
    Threads may share a context.

    Parameters
    ----------
    backend : {backend}
        "auto": a call runs where its arrays lie, on the CPU or on any card; scenes go to a card
        where there is one. "cuda": all runs on the card, and NumPy arrays are copied there.
    device : int
        Ordinal of the card.
    num_threads : int
        CPU threads; 0: as many as the process may use.
    memory_budget : int
        Bytes of scratch that one plan may hold; 0: 1 GiB.
    """

    def __init__(self, *, backend="auto", device=0, num_threads=0, memory_budget=0):
        most = 2**31 - 1
        if backend != "cpu":
            _cufft.offer()
        super().__init__(number_of("backend", backend),
                         integer("device", device, 0, most),
                         integer("num_threads", num_threads, 0, most),
                         integer("memory_budget", memory_budget))


def default_context():
    """The context of calls that name none, made by the first of them."""
    global _default
    if _default is None:
        _default = Context()
    return _default


def set_default_context(context):
    """Another context for calls that name none; None: a new one when it is needed."""
    global _default
    _default = None if context is None else context_of(context)


def context_of(context):
    """The context of a call: the caller's, or the default one."""
    if context is None:
        return default_context()
    if not isinstance(context, Context):
        raise TypeError(f"context: expected a ptychopatch.Context, got {type(context).__name__}")
    return context


def device_count(backend="cuda"):
    """Number of devices that a backend offers here ("cpu": 1). RuntimeError says why there is none."""
    if backend != "cpu":
        _cufft.offer()
    return _core.device_count(number_of("backend", backend))
