# The names of all types of pixels, from the one list of them.
set(pixel_type_list ${PROJECT_SOURCE_DIR}/src/math/pixel_types.hpp)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pixel_type_list})
file(READ ${pixel_type_list} pixel_types)
string(REGEX MATCHALL "\n  X\\([a-z0-9]+," pixel_types "${pixel_types}")
list(TRANSFORM pixel_types REPLACE "\n  X\\(([a-z0-9]+)," "\\1")
if(NOT pixel_types)
  message(FATAL_ERROR "${pixel_type_list}: expected lines X(name, storage, arithmetic, components)")
endif()

# A unit for each type, NAME_type.EXTENSION: the included file with PPATCH_PIXEL set to the type.
function(ptychopatch_pixel_units result name extension included)
  set(units)
  foreach(type IN LISTS pixel_types)
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/${name}_${type}.${extension})
    file(CONFIGURE OUTPUT ${unit} CONTENT
         "#define PPATCH_PIXEL ${type}\n#include \"${included}\"\n")
    list(APPEND units ${unit})
  endforeach()
  set(${result} ${units} PARENT_SCOPE)
endfunction()
