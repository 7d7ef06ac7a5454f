# SPDX-License-Identifier: Apache-2.0
"""Scans: how refined positions lie to nominal ones."""
from __future__ import annotations

from typing import Any, NamedTuple

import numpy

from . import _core
from ._choices import documented, number_of, real
from ._enumerations import Axes


class ScanFit(NamedTuple):
    """What `fit_scan` found. Numbers by axis are (y, x), whatever the axes of positions."""

    status: str
    centre: Any
    shift: Any
    matrix: Any
    covariance: Any
    rotation: float
    scale: Any
    shear: float
    rotation_sigma: float
    scale_sigma: Any
    shear_sigma: float
    sigma: float
    chi2_per_dof: float
    degrees_of_freedom: int
    residual: Any


@documented
def fit_scan(nominal: Any, refined: Any, information: Any = None, *, sigma: float = 0.0,
             axes: Axes = "yx") -> ScanFit:
    """The affine map from nominal positions to refined ones, and what it leaves.

    refined = centre + shift + matrix (nominal - centre) + residual, centre being the mean of nominal,
    by least squares with Huber's weights.

    Parameters
    ----------
    nominal, refined : (K, 2)
        float32 or float64, in pixels, on the host.
    information : (K, 3), optional
        Columns (H_00, H_01, H_11) of each position's information, in the axes of positions: of the
        normal matrices of its refinement, or of the inverse of its covariance. 1 and 0 without it.
    sigma : float
        The error that is expected on an axis where H is 1, in pixels: 1 where information is that of
        covariances. 0: found from the residuals.
    axes : {axes}
        Order of the columns.

    Returns
    -------
    ScanFit
        status is "ok"; "few" of fewer than three positions with information; "line" where they lie on
        one line. Of the latter two shift is that of matrix 1, and what needs a matrix is NaN.
        covariance is (6, 6), of shift_y, shift_x, matrix_yy, matrix_yx, matrix_xy, matrix_xx; matrix
        is R(rotation) [[scale_y, shear], [0, scale_x]], rotation in radians, from y towards x.
        residual is (K, 2) in the axes of positions.
    """
    residual = numpy.empty((numpy.shape(nominal)[0] if numpy.ndim(nominal) else 0, 2))
    found = _core.fit_scan(nominal, refined, information, residual, real("sigma", sigma),
                           number_of("axes", axes))
    numbers: dict[str, Any] = {name: numpy.array(value) if isinstance(value, tuple) else value
                               for name, value in found.items()}
    numbers["matrix"] = numbers["matrix"].reshape(2, 2)
    numbers["covariance"] = numbers["covariance"].reshape(6, 6)
    numbers["status"] = ("ok", "few", "line")[numbers["status"]]
    return ScanFit(**numbers, residual=residual)
