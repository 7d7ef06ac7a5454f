import pathlib
import shutil

run("ptychopatch simulate scene ROOT")
files = sorted(pathlib.Path("ROOT").rglob("*.dng"))
shutil.copy(next(file for file in files if file.parent.name == "gt"), "clean.dng")
noisy = [file for file in files if file.parent.name != "gt"]
shutil.copy(noisy[0], "noisy1.dng")
shutil.copy(noisy[1], "noisy2.dng")
