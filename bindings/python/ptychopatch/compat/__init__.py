# SPDX-License-Identifier: Apache-2.0
"""Functions with the names, arguments and conventions of other programs: change one import.

Where the original is wrong, the default is right, and an option named for it reproduces it.
"""
