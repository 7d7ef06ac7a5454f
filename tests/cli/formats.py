# SPDX-License-Identifier: Apache-2.0
"""Small scans in every format, with a bright pixel whose place is known."""
import numpy as np

try:
    import h5py
except ImportError:
    h5py = None
try:
    import scipy.io
except ImportError:
    scipy = None

PLANCK_LIGHT = 6.62607015e-34 * 299792458.0


def ptychodus(path, image, rows, columns, pixel=(8e-9, 5e-9), centre=(3e-8, -2e-8), old=False):
    """Positions whose patches' centres lie at (rows, columns)."""
    height, width = image.shape[-2:]
    with h5py.File(path, "w") as file:
        stored = file.create_dataset("object", data=image)
        stored.attrs["pixel_height_m"], stored.attrs["pixel_width_m"] = pixel
        stored.attrs["center_y_m"], stored.attrs["center_x_m"] = centre
        file["probe_position_y_m"] = centre[0] + (rows - height / 2) * pixel[0]
        file["probe_position_x_m"] = centre[1] + (columns - width / 2) * pixel[1]
        file["probe_position_indexes"] = np.arange(len(rows))
        file["object_layer_distance_m" if old else "object_layer_spacing_m"] = [np.inf]
        file["costs" if old else "loss_values"] = np.zeros(0)
        file.attrs["probe_photons_per_s" if old else "probe_photon_count"] = 0.0


def cxi(path, translations, image=None, basis=None, nexus=False, energy_units=None,
        detector=(11e-6, 7e-6), frame=(20, 30), distance=2.0, wavelength=1.5e-10):
    """The sample's translations (x, y, z); answers a pixel of the object (height, width)."""
    with h5py.File(path, "w") as file:
        file["cxi_version"] = 160
        at = file.create_group("entry_1/instrument_1/detector_1")
        at["distance"], at["y_pixel_size"], at["x_pixel_size"] = distance, *detector
        at.create_dataset("data", data=np.zeros((len(translations), *frame), "i4"),
                          compression="gzip")
        if basis is not None:
            at["basis_vectors"] = basis
        source = file.create_group("entry_1/instrument_1/source_1")
        if energy_units == "keV":
            source["energy"] = PLANCK_LIGHT / wavelength / 1.602176634e-16
            source["energy"].attrs["units"] = "keV"
        else:
            source["energy"] = PLANCK_LIGHT / wavelength
        file["entry_1/sample_1/geometry_1/translation"] = translations
        file["entry_1/data_1/data"] = h5py.SoftLink("/entry_1/instrument_1/detector_1/data")
        file["entry_1/data_1/translation"] = h5py.SoftLink(
            "/entry_1/sample_1/geometry_1/translation")
        if nexus:
            file["entry_1/definition"] = "NXcxi_ptycho"
        if image is not None:
            file["entry_1/image_1/data"] = image
            file["entry_1/image_1/data_space"] = "real"
    return tuple(wavelength * distance / (p * n) for p, n in zip(detector, frame))


def ptyr(path, image, rows, columns, pixel=(2e-8, 3e-8), centre=(17, 21), recorded=True):
    with h5py.File(path, "w") as file:
        stored = file.create_group("content/obj/Sscan00G00")
        stored["data"], stored["_psize"], stored["_center"] = image, pixel, centre
        if recorded:
            at = np.stack([(rows - centre[0]) * pixel[0], (columns - centre[1]) * pixel[1]], 1)
            file["content/positions/Sscan00G00"] = at


def ptyd(path, positions, chunks, energy=8.0, distance=1.5, psize=(4e-5, 5e-5), frame=(32, 24)):
    """Answers a pixel of the object."""
    with h5py.File(path, "w") as file:
        file["meta/energy"], file["meta/distance"], file["meta/psize"] = energy, distance, psize
        for number, part in enumerate(np.array_split(positions, chunks)):
            file[f"chunks/{number}/positions"] = part
            file[f"chunks/{number}/data"] = np.zeros((len(part), *frame), "u2")
    wavelength = PLANCK_LIGHT / (energy * 1.602176634e-16)
    return tuple(wavelength * distance / (p * n) for p, n in zip(psize, frame))


MATLAB_CLASSES = {"f8": "double", "f4": "single", "c16": "double", "c8": "single", "b1": "logical"}


def mat73(path, variables, order="<", **options):
    """As MATLAB's -v7.3: HDF5 behind a header of its own; a dict becomes a structure."""
    def set_class(made, name):
        # As MATLAB does: with an end that the string's size leaves no room for.
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(len(name))
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        h5py.h5a.create(made.id, b"MATLAB_class", kind, space).write(np.array(name, "S"), kind)

    def write(group, name, value):
        if isinstance(value, dict):
            made = group.create_group(name)
            set_class(made, "struct")
            fields = np.empty(len(value), object)
            fields[:] = [np.array(list(key), "S1") for key in value]
            made.attrs.create("MATLAB_fields", fields, dtype=h5py.vlen_dtype(np.dtype("S1")))
            for key, inner in value.items():
                write(made, key, inner)
            return
        value = np.atleast_2d(value)
        kind = value.dtype.str[1:]
        data = value.T
        if value.dtype.kind == "c":
            part = np.dtype(f"{order}f{value.dtype.itemsize // 2}")
            data = np.empty(value.T.shape, [("real", part), ("imag", part)])
            data["real"], data["imag"] = value.T.real, value.T.imag
        elif kind == "b1":
            data = data.astype("u1")
        elif value.dtype.itemsize > 1:
            data = data.astype(value.dtype.newbyteorder(order))
        stored = group.create_dataset(name, data=data, **options)
        names = {"i": "int", "u": "uint"}
        class_of = MATLAB_CLASSES.get(kind) or f"{names[kind[0]]}{8 * value.dtype.itemsize}"
        set_class(stored, class_of)
        if kind == "b1":
            stored.attrs["MATLAB_int_decode"] = np.int32(1)

    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in variables.items():
            write(file, name, value)
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8) + b"\0\2IM")


def ptychoshelves(path, image, probe, rows, columns, compressed=True, version=5):
    """(rows, columns) are the patches' first pixels."""
    first = np.ceil((np.array(image.shape[:2]) - probe.shape[:2]) / 2) - 1
    positions = np.stack([columns - first[1], rows - first[0]], 1)
    results = {"object": image, "probe": probe,
               "outputs": {"probe_positions": positions, "pixel_size": 1e-8},
               "p": {"dx_spec": [1e-8, 1e-8], "lambda": 1e-10}}
    if version == 5:
        scipy.io.savemat(path, results, do_compression=compressed)
    else:
        mat73(path, results, **{"compression": "gzip", "chunks": True} if compressed else {})


def cdtools(path, image, probe, rows, columns, pixel=(2e-8, 3e-8), old=False, moved=None,
            first=None, version=5):
    """(rows, columns) are the first pixels, whose least has the padding before it.

    moved: by how much (rows, columns) refinement moved them; first: the first pixel of the object
    in the translations' pixels, which newer results keep."""
    offset = np.array([3.5e-6, -1.25e-6])

    def translations(down, right):
        return np.stack([offset[0] - right * pixel[1], offset[1] - down * pixel[0],
                         np.zeros(len(down))], 1)

    basis = np.array([[0, -pixel[1]], [-pixel[0], 0], [0, 0]])
    names = ("translation", "basis") if old else ("translations", "obj_basis")
    results = {"obj": image, "probe": probe, names[0]: translations(rows, columns),
               names[1]: basis}
    if moved is not None:
        results["original_translations"] = translations(rows - moved[0], columns - moved[1])
    if first is not None:
        # Of translations along the basis: what lies at the object's pixel (0, 0).
        results["state_dict"] = {"min_translation": np.array(
            [-offset[1] / pixel[0], -offset[0] / pixel[1]]) + first}
    if str(path).endswith(".mat"):
        mat73(path, results) if version == 7.3 else scipy.io.savemat(path, results)
        return
    with h5py.File(path, "w") as file:
        for name, value in results.items():
            if isinstance(value, dict):
                for inner, array in value.items():
                    file[f"{name}/{inner}"] = array
            else:
                file[name] = value
