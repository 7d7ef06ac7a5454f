# Flags that every target of the project shares, as an interface target.
add_library(ptychopatch_flags INTERFACE)
# One formula, one result: no fused multiply-add unless the source asks for it.
target_compile_options(ptychopatch_flags INTERFACE -ffp-contract=off -Wall -Wextra -Wshadow
                       -Wno-missing-field-initializers)
set(PTYCHOPATCH_WERROR OFF CACHE BOOL "Treat warnings as errors")
if(PTYCHOPATCH_WERROR)
  target_compile_options(ptychopatch_flags INTERFACE -Werror)
endif()

# Where each instruction is checked, compilation takes longest, and what is compiled runs slowly.
set(PTYCHOPATCH_SANITIZED OFF)
set(PTYCHOPATCH_ADDRESS_SANITIZER OFF)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  set(PTYCHOPATCH_SANITIZED ON)
endif()
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=address")
  set(PTYCHOPATCH_ADDRESS_SANITIZER ON)
endif()

option(PTYCHOPATCH_PACKAGES "Build for packages: lists of what they are made of, no paths of this machine" OFF)
if(PTYCHOPATCH_PACKAGES)
  set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
  # Of every target, those that other projects' CMake packages make, too.
  foreach(option IN ITEMS -ffile-prefix-map=${PROJECT_BINARY_DIR}/=build/
                          -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
    add_compile_options($<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${option}>
                        $<$<NOT:$<COMPILE_LANGUAGE:CUDA>>:${option}>)
  endforeach()
endif()
