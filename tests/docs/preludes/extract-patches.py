import numpy

run("ptychopatch simulate scan -o scan.npz")
with numpy.load("scan.npz") as scan:
    numpy.save("object.npy", scan["objectGuess"])
    numpy.save("where.npy", numpy.column_stack([scan["xcoords"], scan["ycoords"]]))
    nominal = numpy.column_stack([scan["ycoords"], scan["xcoords"]])
    numpy.save("refined.npy", nominal @ [[1.01, 0], [0.01, 0.99]] + numpy.random.default_rng().normal(0, 0.3, nominal.shape))
