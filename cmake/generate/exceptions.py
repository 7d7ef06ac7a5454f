# SPDX-License-Identifier: Apache-2.0
"""What does not follow from the headers."""

# Members of structures that begin with another value than 0.
DEFAULTS = {"ppatch_array.device_type": "PPATCH_DEVICE_HOST"}

# Arguments that are arrays of as many structures as the argument count says.
ARRAYS = {
    "ppatch_scene_plan_align": ("images", "results"),
    "ppatch_scene_plan_measure_motion": ("images", "results", "motions", "tiles"),
}
