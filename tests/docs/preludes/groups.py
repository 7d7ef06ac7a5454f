run("ptychopatch simulate scan -o scan.npz")
