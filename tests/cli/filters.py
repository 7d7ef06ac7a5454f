# SPDX-License-Identifier: Apache-2.0
"""Filters of system calls for a process to be, to put it into surroundings that are hard to come by, and to
end it at a certain step."""
import ctypes
import os
import struct

KILL, ERROR, ALLOW = 0x80000000, 0x00050000, 0x7fff0000  # to ERROR belongs a number
NUMBERS = {"x86_64": {"seccomp": 317, "prctl": 157, "rename": 82, "renameat": 264, "renameat2": 316},
           "aarch64": {"seccomp": 277, "prctl": 167, "rename": 38, "renameat": 38, "renameat2": 276}}


def known():
    return os.uname().machine in NUMBERS


def number(name):
    return NUMBERS[os.uname().machine][name]


def install(*rules):
    """Of this process and those that come of it: each rule a call, None or the place of an argument and its
    value, and what becomes of it then."""
    PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2
    LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
    code = []
    for call, argument, value, action in rules:
        code += [(LOAD, 0, 0, 0), (EQUAL, 0, 1 if argument is None else 3, call)]
        if argument is not None:
            code += [(LOAD, 0, 0, 16 + 8 * argument), (EQUAL, 0, 1, value)]
        code += [(RETURN, 0, 0, action)]
    code += [(RETURN, 0, 0, ALLOW)]
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(text))
    call = ctypes.CDLL(None, use_errno=True).prctl
    call.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
    if (call(PR_SET_NO_NEW_PRIVS, 1, None, 0, 0) != 0 or
            call(PR_SET_SECCOMP, MODE_FILTER, program, 0, 0) != 0):
        raise OSError(ctypes.get_errno(), "no filter of system calls")
