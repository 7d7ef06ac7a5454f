import numpy
import ptychopatch

run("ptychopatch simulate scan -o scan.npz")
with numpy.load("scan.npz") as scan:
    image = scan["objectGuess"]
    positions = numpy.column_stack([scan["ycoords"], scan["xcoords"]])
