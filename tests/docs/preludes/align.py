import scene_files

scene_files.make(run)
