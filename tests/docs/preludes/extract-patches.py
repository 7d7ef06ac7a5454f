import numpy

run("ptychopatch simulate scan -o scan.npz")
with numpy.load("scan.npz") as scan:
    numpy.save("object.npy", scan["objectGuess"])
    numpy.save("where.npy", numpy.column_stack([scan["xcoords"], scan["ycoords"]]))
