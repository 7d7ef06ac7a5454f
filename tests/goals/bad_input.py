# SPDX-License-Identifier: Apache-2.0
"""Gives the command what it must refuse, and checks how it does.

Each case must end with exit status 2 and one sentence on standard error that names the file or the
argument, and must leave no file where the output would have been. Prints one line for each case
that does otherwise, then the count as a goal: name, value, limit, ok or MISS.

usage: bad_input.py --command PATH [--verbose]
"""
import argparse
import io
import os
import pathlib
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

TIME_LIMIT = 60  # seconds, for a command that hangs


def npy_bytes(array):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def npy_with_header(header, data=b"", length=None):
    """A version 1 file with any header text, and any claim about its length."""
    text = header.encode("latin1")
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    claimed = len(text) if length is None else length
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", claimed) + text + data


def claim(descr="'<c16'", order="False", shape="(40, 40)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


def npz_bytes(members, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name + ".npy", data)
    return buffer.getvalue()


def good_members():
    rng = np.random.default_rng(1)
    image = rng.normal(size=(40, 40)) + 1j * rng.normal(size=(40, 40))
    return {
        "objectGuess": npy_bytes(image),
        "probeGuess": npy_bytes(np.ones((8, 8), complex)),
        "xcoords": npy_bytes(rng.uniform(5, 35, 30)),
        "ycoords": npy_bytes(rng.uniform(5, 35, 30)),
    }


def scan(**changes):
    """A scan with some members replaced, or left out where the value is None."""
    members = {**good_members(), **changes}
    return npz_bytes({name: data for name, data in members.items() if data is not None})


def with_wrong_checksum():
    data = bytearray(npz_bytes(good_members(), zipfile.ZIP_STORED))
    data[200] ^= 0xFF  # within the first member's samples
    return bytes(data)


def with_lying_sizes():
    """Every size in the central directory says 2 GiB."""
    data = bytearray(npz_bytes(good_members()))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 20:at + 28] = struct.pack("<II", 0x7FFFFFFF, 0x7FFFFFFF)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def bad_scans():
    """Contents of INPUT.npz by name."""
    whole = scan()
    long_lines = np.arange(31.0)
    return {
        "empty file": b"",
        "text": b"these are not the arrays you are looking for\n",
        "zip without members": npz_bytes({}),
        "zip cut in half": whole[:len(whole) // 2],
        "zip without its last byte": whole[:-1],
        "zip of zeros": bytes(len(whole)),
        "wrong checksum": with_wrong_checksum(),
        "lying sizes in the zip": with_lying_sizes(),
        "no objectGuess": scan(objectGuess=None),
        "no xcoords": scan(xcoords=None),
        "no ycoords": scan(ycoords=None),
        "an npy in place of the zip": npy_bytes(np.ones((40, 40), complex)),
        "member cut short": scan(objectGuess=good_members()["objectGuess"][:-100]),
        "member of nothing but its magic": scan(objectGuess=b"\x93NUMPY\x01\x00"),
        "member without magic": scan(objectGuess=b"PK" + good_members()["objectGuess"][2:]),
        "member of another version": scan(objectGuess=b"\x93NUMPY\x09\x00" + bytes(100)),
        "header longer than the member": scan(xcoords=npy_with_header(claim(), length=60000)),
        "header without shape": scan(xcoords=npy_with_header("{'descr': '<f8'}")),
        "header that is no dictionary": scan(xcoords=npy_with_header("import os")),
        "header that never ends": scan(xcoords=npy_with_header("{'descr': '" + "<" * 5000)),
        "more samples claimed than there are": scan(
            objectGuess=npy_with_header(claim(shape="(4000, 4000)"), bytes(40 * 40 * 16))),
        "fewer samples claimed than there are": scan(
            objectGuess=npy_with_header(claim(shape="(4, 4)"), bytes(40 * 40 * 16))),
        "absurd size": scan(objectGuess=npy_with_header(claim(shape="(1000000000, 1000000000)"))),
        "size beyond 64 bits": scan(
            objectGuess=npy_with_header(claim(shape="(4294967296, 4294967296, 4294967296)"))),
        "size of twenty digits": scan(
            objectGuess=npy_with_header(claim(shape="(99999999999999999999, 2)"))),
        "negative size": scan(objectGuess=npy_with_header(claim(shape="(-40, 40)"))),
        "unknown dtype": scan(objectGuess=npy_with_header(claim(descr="'<q99'"), bytes(25600))),
        "pickled objects": scan(objectGuess=npy_bytes(np.array([[{}, 1]], dtype=object))),
        "text in place of numbers": scan(xcoords=npy_bytes(np.array(["a"] * 30))),
        "structured dtype": scan(xcoords=npy_bytes(np.zeros(30, dtype=[("a", "f8"), ("b", "i4")]))),
        "complex positions": scan(xcoords=npy_bytes(np.ones(30, complex))),
        "object of one axis": scan(objectGuess=npy_bytes(np.ones(40, complex))),
        "object of four axes": scan(objectGuess=npy_bytes(np.ones((2, 2, 40, 40), complex))),
        "xcoords longer than ycoords": scan(xcoords=npy_bytes(long_lines)),
        "positions of three axes": scan(xcoords=npy_bytes(np.ones((30, 2, 2)))),
        "a position that is NaN": scan(xcoords=npy_bytes(np.array([1.0, np.nan] * 15))),
        "a position that is infinite": scan(ycoords=npy_bytes(np.array([1.0, -np.inf] * 15))),
    }


def bad_pairs():
    """Contents of IMAGE.npy and POSITIONS.npy by name."""
    image = npy_bytes(np.ones((40, 40), np.complex64))
    positions = npy_bytes(np.ones((30, 2)))
    return {
        "image cut short": (image[:-1], positions),
        "positions cut short": (image, positions[:100]),
        "empty image": (b"", positions),
        "image header only": (image[:64], positions),
        "positions of three columns": (image, npy_bytes(np.ones((30, 3)))),
        "positions of one axis": (image, npy_bytes(np.ones(30))),
        "image of one axis": (npy_bytes(np.ones(40)), positions),
        "positions of text": (image, npy_bytes(np.array([["a", "b"]]))),
        "positions with NaN": (image, npy_bytes(np.full((30, 2), np.nan))),
        "absurd image": (npy_with_header(claim(shape="(1152921504606846976, 16)")), positions),
    }


BAD_OPTIONS = {
    "no patch size": [],
    "patch size 0": ["-N", "0"],
    "negative patch size": ["-N", "-8"],
    "patch size of text": ["-N", "large"],
    "absurd patch size": ["-N", "9223372036854775807"],
    "patches that no memory holds": ["-N", "1000000"],
    "unknown boundary": ["-N", "8", "--boundary", "soft"],
    "unknown interpolation": ["-N", "8", "--interp", "quintic"],
    "unknown anchor": ["-N", "8", "--anchor", "left"],
    "neighbours without groups": ["-N", "8", "-K", "6"],
    "groups of more positions than there are": ["-N", "8", "--gridsize", "60"],
    "fewer neighbours than members": ["-N", "8", "--gridsize", "2", "-K", "3"],
    "groups that no memory holds": ["-N", "8", "--gridsize", "2", "--samples", "1000000000000",
                                    "--oversample"],
    "no such file of groups": ["-N", "8", "--groups", "none.npz"],
    "PtychoPINN's keys without groups": ["-N", "8", "--keys", "ptychopinn"],
    "unknown option": ["-N", "8", "--no-such-option"],
    "unknown device": ["-N", "8", "--device", "abacus"],
    "negative threads": ["-N", "8", "--threads", "-2"],
    "memory budget of text": ["-N", "8", "--memory-budget", "plenty"],
}


class Trial:
    def __init__(self, command, folder, verbose):
        self.command = command
        self.folder = folder
        self.verbose = verbose
        self.count = 0
        self.wrong = 0
        # Outside any one user's own folders, so that a case can run as nobody.
        os.chmod(folder, 0o755)

    def new_folder(self):
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        (folder / "out").mkdir()
        os.chmod(folder / "out", 0o777)
        return folder

    def refuse(self, name, folder, arguments, names, output=None, **how):
        """Runs `extract` with arguments; names: words of which the sentence must hold one."""
        output = output or folder / "out" / "patches.npz"
        before = {path: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
        command = [*how.pop("prefix", []), self.command, "extract", *map(str, arguments),
                   "-o", str(output)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace",
                                  timeout=TIME_LIMIT, stdin=subprocess.DEVNULL, **how)
        except subprocess.TimeoutExpired:
            self.complain(name, f"still ran after {TIME_LIMIT} s")
            return
        text = done.stderr.strip()
        after = {path: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
        if done.returncode != 2:
            self.complain(name, f"exit status {done.returncode}, expected 2: {text[:300]}")
        elif len(text.splitlines()) != 1 or not 10 <= len(text) <= 1000:
            self.complain(name, f"expected one sentence, got {text[:300]!r}")
        elif names and not any(word in text for word in names):
            self.complain(name, f"none of {', '.join(names)} is in: {text[:300]}")
        elif after != before:
            changed = sorted(after.items() ^ before.items())
            self.complain(name, f"left or changed {', '.join(str(path) for path, _ in changed)}")
        elif self.verbose:
            print(f"  {name}: {text}")

    def complain(self, name, what):
        self.wrong += 1
        print(f"  {name}: {what}")

    def scans(self):
        for name, data in bad_scans().items():
            folder = self.new_folder()
            (folder / "scan.npz").write_bytes(data)
            self.refuse(name, folder, [folder / "scan.npz", "-N", "8"], ["scan.npz", "position"])

    def pairs(self):
        for name, (image, positions) in bad_pairs().items():
            folder = self.new_folder()
            (folder / "image.npy").write_bytes(image)
            (folder / "where.npy").write_bytes(positions)
            arguments = ["--image", folder / "image.npy", "--positions", folder / "where.npy"]
            self.refuse(name, folder, [*arguments, "-N", "8"],
                        ["image.npy", "where.npy", "position"])

    def options(self):
        for name, arguments in BAD_OPTIONS.items():
            folder = self.new_folder()
            (folder / "scan.npz").write_bytes(scan())
            self.refuse(name, folder, [folder / "scan.npz", *arguments], [])

    def places(self):
        folder = self.new_folder()
        self.refuse("a directory", folder, [folder, "-N", "8"], [str(folder)])
        folder = self.new_folder()
        self.refuse("no such file", folder, [folder / "none.npz", "-N", "8"], ["none.npz"])
        folder = self.new_folder()
        # The kernel gives an input/output error for its first byte, to root too.
        (folder / "memory.npz").symlink_to("/proc/self/mem")
        self.refuse("a file that cannot be read", folder, [folder / "memory.npz", "-N", "8"],
                    ["memory.npz"])
        folder = self.new_folder()
        (folder / "secret.npz").write_bytes(scan())
        os.chmod(folder / "secret.npz", 0)
        self.refuse("a file without permission", folder, [folder / "secret.npz", "-N", "8"],
                    ["secret.npz"], prefix=as_nobody())
        folder = self.new_folder()
        (folder / "scan.npz").write_bytes(scan())
        self.refuse("output into no folder", folder, [folder / "scan.npz", "-N", "8"], ["nowhere"],
                    output=folder / "nowhere" / "patches.npz")
        folder = self.new_folder()
        (folder / "scan.npz").write_bytes(scan())
        (folder / "out" / "patches.npz").write_bytes(b"mine")
        self.refuse("output that is there already", folder, [folder / "scan.npz", "-N", "8"],
                    ["patches.npz"])
        folder = self.new_folder()
        (folder / "scan.npz").write_bytes(scan())
        arguments = [folder / "scan.npz", "-N", "8", "--overwrite"]
        self.refuse("output that is a folder", folder, arguments, ["out"], output=folder / "out")

    def full_disk(self):
        # More than fits: 30 patches of 32 x 32 complex128 are 480 KiB of noise.
        folder = self.new_folder()
        (folder / "scan.npz").write_bytes(scan())
        arguments = [folder / "scan.npz", "-N", "32"]
        self.refuse("a file that may not grow", folder, arguments, ["patches.npz"],
                    preexec_fn=limit_files)
        folder = self.new_folder()
        (folder / "scan.npz").write_bytes(scan())
        arguments[0] = folder / "scan.npz"
        prefix = ["unshare", "--map-root-user", "--mount", "sh", "-c",
                  'mount -t tmpfs -o size=128k none "$0" && "$@"; status=$?; '
                  'test -z "$(ls -A "$0")" || { echo "left: $(ls -A "$0")" >&2; }; exit $status',
                  str(folder / "out")]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            self.refuse("a full disk", folder, arguments, ["patches.npz"], prefix=prefix)
        else:
            self.count -= 1
            print("  a full disk: not tried, this machine lets nobody mount a small one")


def limit_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))


def as_nobody():
    """What runs a command without root's right to read everything."""
    return ["setpriv", "--reuid", "65534", "--clear-groups"] if os.getuid() == 0 else []


def portable_copy(command, folder):
    """A copy of the command and its library that every user can reach."""
    folder.mkdir()
    os.chmod(folder, 0o755)
    shutil.copy(command, folder / "ptychopatch")
    linked = subprocess.run(["ldd", command], capture_output=True, text=True, check=True).stdout
    for line in linked.splitlines():
        if "libptychopatch" in line and "=>" in line:
            name, path = line.split("=>")
            shutil.copy(path.split()[0], folder / name.strip())
    os.environ["LD_LIBRARY_PATH"] = str(folder)
    return folder / "ptychopatch"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", required=True, type=pathlib.Path)
    parser.add_argument("--verbose", action="store_true", help="print every sentence")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ptychopatch-bad-input-") as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o755)
        trial = Trial(portable_copy(options.command, folder / "bin"), folder, options.verbose)
        trial.scans()
        trial.pairs()
        trial.options()
        trial.places()
        trial.full_disk()
    met = trial.wrong == 0
    print(f"{f'bad input not refused well, of {trial.count} cases':<56}  {trial.wrong}  0  "
          f"{'ok' if met else 'MISS'}")
    sys.exit(0 if met else 1)


main()
