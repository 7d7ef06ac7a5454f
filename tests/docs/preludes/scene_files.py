# SPDX-License-Identifier: Apache-2.0
"""For preludes: a simulated scene laid out as RawNIND is in ROOT, its index, and three of its files here."""
import pathlib
import shutil


def make(run):
    run("ptychopatch simulate scene ROOT")
    files = sorted(pathlib.Path("ROOT").rglob("*.dng"))
    clean = [file for file in files if file.parent.name == "gt"]
    noisy = [file for file in files if file.parent.name != "gt"]
    lines = ["Bayer:", "  simulated:"]
    for kind, images in (("clean_images", clean), ("noisy_images", noisy)):
        lines += [f"    {kind}:", *(f"    - filename: {file.name}" for file in images)]
    pathlib.Path("dataset_index.yaml").write_text("\n".join([*lines, ""]))
    for file, name in ((clean[0], "clean"), (noisy[0], "noisy1"), (noisy[1], "noisy2")):
        shutil.copy(file, f"{name}.dng")
