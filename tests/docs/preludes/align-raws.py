import pathlib
import shutil

run("ptychopatch simulate scene ROOT")
files = sorted(pathlib.Path("ROOT").rglob("*.dng"))
shutil.copy(next(file for file in files if file.parent.name == "gt"), "clean.dng")
noisy = [file for file in files if file.parent.name != "gt"]
shutil.copy(noisy[0], "noisy1.dng")
shutil.copy(noisy[1], "noisy2.dng")

import numpy

field = numpy.random.default_rng().normal(size=(300, 300)).cumsum(0).cumsum(1)
scale = 4000 / numpy.ptp(field)
reference, *images = (
    (2000 + scale * (field - field.min())[y:y + 256, x:x + 256]).astype("uint16") for y, x in ((10, 10), (14, 8), (6, 20)))
