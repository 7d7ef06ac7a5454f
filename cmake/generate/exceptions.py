# SPDX-License-Identifier: Apache-2.0
"""What does not follow from the headers."""

# Options whose names are not those of their enumerators.
CHOICES = {
    "PPATCH_GROUP_ORDER_AS_DRAWN": "drawn",
    "PPATCH_GROUP_ORDER_BY_DISTANCE": "distance",
    "PPATCH_GROUP_ORDER_BY_POSITION": "position",
}

# Members of structures that begin with another value than 0.
DEFAULTS = {"ppatch_array.device_type": "PPATCH_DEVICE_HOST"}

# Arguments that are arrays of as many structures as the argument count says.
ARRAYS = {
    "ppatch_scene_plan_align": ("images", "results"),
    "ppatch_scene_plan_measure_motion": ("images", "results", "motions", "tiles"),
}
