import numpy
import scene_files

scene_files.make(run)

field = numpy.random.default_rng().normal(size=(300, 300)).cumsum(0).cumsum(1)
scale = 4000 / numpy.ptp(field)
reference, *images = (
    (2000 + scale * (field - field.min())[y:y + 256, x:x + 256]).astype("uint16") for y, x in ((10, 10), (14, 8), (6, 20)))
