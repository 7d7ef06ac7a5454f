# SPDX-License-Identifier: Apache-2.0
"""The choices of options for C++ and Python, and the recorded constants."""


def choices_of(api):
    """(name, {option's name: enumerator}, enumeration) of every enumeration that is one of choices."""
    for one in api.enumerations:
        choices = one.choices()
        if choices:
            yield one.name[len("ppatch_"):], choices, one


def cxx(api):
    lines = ["#ifndef PTYCHOPATCH_CHOICES_HPP_", "#define PTYCHOPATCH_CHOICES_HPP_", "",
             "#include <cstdint>", "#include <span>", "", '#include "ptychopatch/ptychopatch.h"', "",
             "namespace ptychopatch {", "", "// An option by its name and the library's number.",
             "struct Choice {", "  const char* name;", "  std::int32_t value;", "};",
             "using Choices = std::span<const Choice>;", "",
             "constexpr const char* name_of(Choices choices, std::int32_t value) {",
             "  for (const Choice& choice : choices) {",
             "    if (choice.value == value) return choice.name;", "  }",
             '  return "unknown";', "}", ""]
    for name, choices, _ in choices_of(api):
        lines.append(f"inline constexpr Choice {name}_choices[] = {{")
        lines += [f'    {{"{option}", {enumerator}}},' for option, enumerator in choices.items()]
        lines += ["};", ""]
    return ["// SPDX-License-Identifier: Apache-2.0", *lines, "}  // namespace ptychopatch", "",
            "#endif  // PTYCHOPATCH_CHOICES_HPP_"]


def python(api):
    types, tables = [], []
    for name, choices, enumeration in choices_of(api):
        camel = "".join(part.capitalize() for part in name.split("_"))
        types.append(f"{camel} = Literal[{', '.join(map(repr, choices))}]")
        numbers = ", ".join(f"{option!r}: {enumeration.values[enumerator]}"
                            for option, enumerator in choices.items())
        tables.append(f"    {name!r}: {{{numbers}}},")
    return ["# SPDX-License-Identifier: Apache-2.0",
            '"""The choices that options have: their names, and the library\'s numbers."""',
            "from __future__ import annotations", "", "from typing import Literal", "", *types, "",
            "CHOICES: dict[str, dict[str, int]] = {", *tables, "}"]


def constants(api):
    """Every constant and its number, an enumeration after the other."""
    numbers = dict(api.constants)
    for one in api.enumerations:
        numbers.update(one.values)
    return [f"{name} {number}" for name, number in numbers.items()]
