# SPDX-License-Identifier: Apache-2.0
"""Writes inputs for the fuzzers to begin with: small valid files of every format, and real ones cut
down to their structure where there are some.

usage: make_seeds.py FOLDER [REAL_FILES]
"""
import bz2
import io
import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import formats  # noqa: E402
import mat_bytes  # noqa: E402

MOST = 3  # elements that remain along an axis


def cut(array):
    return array[tuple(slice(0, MOST) for _ in array.shape)]


def npy(folder):
    values = np.arange(6).reshape(2, 3)
    for dtype in ("<c16", ">c8", "<f8", ">f4", "<f2", "<i8", ">i4", "<i2", "<i1", "<u4", "?", "U5"):
        np.save(folder / f"{dtype[1:]}.npy", values.astype(dtype))
    np.save(folder / "fortran.npy", np.asfortranarray(values))
    np.save(folder / "none.npy", np.zeros((0, 3)))
    np.save(folder / "scalar.npy", np.float64(3))
    for version in ((1, 0), (2, 0), (3, 0)):
        with open(folder / f"v{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, values, version)
    (folder / "dictionary").write_text("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }")


def npz(folder):
    image, at = np.ones((3, 4), "c8"), np.arange(2.0)
    scans = {"ptychopinn": {"objectGuess": image, "xcoords": at, "ycoords": at},
             "ptychodus": {"object": image, "probe_position_x_m": at, "probe_position_y_m": at,
                           "object_pixel_height_m": 1e-9, "object_pixel_width_m": 1e-9},
             "tike": {"scan": np.zeros((1, 2, 2), "f4"), "probe": np.ones((2, 2), "c8")},
             "patches": {"patches": np.ones((1, 2, 2)), "metadata": np.array("{}")}}
    for name, arrays in scans.items():
        np.savez(folder / f"{name}.npz", **arrays)
        np.savez_compressed(folder / f"{name}_deflated.npz", **arrays)


def bzip2(folder, archives):
    for path in archives:
        (folder / f"{path.stem}.npz.bz2").write_bytes(bz2.compress(path.read_bytes(), 1))


def mat(folder):
    for order in "<>":
        for small in (False, True):
            m = mat_bytes.MatBytes(order, small)
            image, at = np.ones((3, 4)) + 1j, np.zeros((2, 2))
            number = m.array("", np.ones((1, 1)), "f8", "u1")
            shelves = [m.array("object", image, "f8", "f8"), m.array("probe", image, "f4", "f4"),
                       m.structure("outputs", {"probe_positions": m.array("", at, "f8", "f8")}),
                       m.structure("p", {"q": m.structure("", {"n": number}), "e": number})]
            tools = [m.array("obj", image, "f8", "f8"),
                     m.array("translations", np.zeros((2, 3)), "f8", "f8"),
                     m.array("obj_basis", np.eye(3)[:, :2], "f8", "f8"),
                     m.element(14, m.head(4, (1, 2), "text") + m.element(16, b"ab")),
                     m.element(14, m.head(1, (1, 1), "cell") + number)]
            for name, parts in (("shelves", shelves), ("cdtools", tools)):
                stem = f"{name}{'le' if order == '<' else 'be'}{int(small)}"
                (folder / f"{stem}.mat").write_bytes(m.file(*parts))
                (folder / f"{stem}z.mat").write_bytes(m.file(*map(m.deflated, parts)))


def hdf5(folder):
    image, at = np.ones((4, 5), "c8"), np.array([1.0, 2.0])
    basis = np.array([[0, 1e-6], [1e-6, 0], [0, 0]])
    formats.ptychodus(folder / "new.h5", image[None], at, at)
    formats.ptychodus(folder / "old.h5", image, at, at, old=True)
    formats.cxi(folder / "plain.cxi", np.zeros((2, 3)), image, frame=(2, 3))
    formats.cxi(folder / "basis.cxi", np.zeros((2, 3)), image, basis, frame=(2, 3))
    formats.cxi(folder / "nexus.cxi", np.zeros((2, 3)), image, nexus=True, energy_units="keV",
                frame=(2, 3))
    formats.ptyr(folder / "r.ptyr", image, at, at)
    formats.ptyd(folder / "d.ptyd", np.zeros((4, 2)), 2, frame=(2, 3))
    for path in sorted(folder.iterdir()):
        whole = path.rename(path.with_suffix(".whole"))
        with formats.h5py.File(whole) as old, formats.h5py.File(path, "w") as new:
            copy_group(old, new)
        whole.unlink()
    for latest in (False, True):
        with formats.h5py.File(folder / f"small{int(latest)}.h5", "w",
                               libver="latest" if latest else "earliest") as file:
            file["obj"], file["translations"], file["obj_basis"] = image, np.zeros((2, 3)), basis
            file.create_dataset("probe", data=image.real, compression="gzip", shuffle=True)
            file["truth"], file["text"] = np.array([True]), "text"


def real(folder, data):
    """Structure, types and links of the real files, with a few values of each array."""
    for path in sorted(data.iterdir()):
        if path.stat().st_size > 1 << 27:
            continue
        if formats.h5py and formats.h5py.is_hdf5(path):
            with formats.h5py.File(path) as old, \
                    formats.h5py.File(folder / "fuzz_hdf5" / path.name, "w") as new:
                copy_group(old, new)
        elif path.name.endswith((".npz", ".npz.bz2")):
            content = path.read_bytes()
            packed = path.name.endswith(".bz2")
            content = bz2.decompress(content) if packed else content
            with np.load(io.BytesIO(content), allow_pickle=True) as archive:
                arrays = {key: cut(archive[key]) for key in archive.files
                          if archive[key].dtype != object}
            buffer = io.BytesIO()
            np.savez(buffer, **arrays)
            (folder / "fuzz_npz" / path.with_suffix(".npz").name).write_bytes(buffer.getvalue())
            (folder / "fuzz_bzip2" / path.name).write_bytes(bz2.compress(buffer.getvalue(), 1))


def copy_group(old, new):
    for key in old:
        link = old.get(key, getlink=True)
        if isinstance(link, formats.h5py.SoftLink):
            new[key] = formats.h5py.SoftLink(link.path)
        elif isinstance(old[key], formats.h5py.Group):
            copy_group(old[key], new.create_group(key))
        else:
            values = old[key][tuple(slice(0, MOST) for _ in old[key].shape)]
            if old[key].dtype == object:
                # A text of its own length lies in a heap, on whose damage the library does not
                # end; one file with such is enough.
                new[key] = np.bytes_(values)
                continue
            new.create_dataset(key, data=values, dtype=old[key].dtype,
                               compression=old[key].compression if old[key].shape else None)
            new[key].attrs.update(old[key].attrs)
    new.attrs.update(old.attrs)


def metadata(folder):
    options = {"patch_height": 64, "patch_width": 48, "interpolation": "bicubic", "boundary": "constant",
               "constant": [0.5, -1], "anchor": "half", "axes": "xy", "sign": "content", "layout": "flat",
               "halves": "even", "group_size": 4, "local_offsets": "as-given", "jitter_sigma": 0.25,
               "jitter_seed": 7}
    for boundary in ("zero", "constant", "edge", "reflect", "wrap"):
        (folder / boundary).write_text(json.dumps({**options, "boundary": boundary}))


def main():
    folder = pathlib.Path(sys.argv[1])
    names = ("npy", "npz", "bzip2", "mat", "hdf5", "metadata")
    at = {name: folder / f"fuzz_{name}" for name in names}
    for each in at.values():
        each.mkdir(parents=True, exist_ok=True)
    npy(at["npy"])
    npz(at["npz"])
    bzip2(at["bzip2"], sorted(at["npz"].glob("*.npz")))
    mat(at["mat"])
    metadata(at["metadata"])
    if formats.h5py:
        hdf5(at["hdf5"])
    if len(sys.argv) > 2 and pathlib.Path(sys.argv[2]).is_dir():
        real(folder, pathlib.Path(sys.argv[2]))


if __name__ == "__main__":
    main()
