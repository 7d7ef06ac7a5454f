# ptychopatch_generate(LANGUAGE OUTPUT) makes a file of the public headers, by cmake/generate. The
# library itself needs none.
function(ptychopatch_generate language output)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(COMMAND ${Python3_EXECUTABLE} -c "import pycparser" RESULT_VARIABLE missing
                  OUTPUT_QUIET ERROR_QUIET)
  if(missing)
    message(FATAL_ERROR "${Python3_EXECUTABLE} has no pycparser, by which the public headers are read "
                        "for the command, Fortran, Julia and Python. Install python3-pycparser "
                        "(scripts/install-deps.sh does), or pycparser from PyPI")
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/ptychopatch/*.h
       ${PROJECT_SOURCE_DIR}/cmake/generate/*.py)
  add_custom_command(OUTPUT ${output}
    COMMAND ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/cmake/generate ${language}
            --include ${PROJECT_SOURCE_DIR}/include --cc ${CMAKE_C_COMPILER} --output ${output}
    DEPENDS ${sources} COMMENT "Reading the public headers for ${output}" VERBATIM)
endfunction()

# The choices of options as C++ tables, made once for all targets that link to ptychopatch_choices.
function(ptychopatch_add_choices)
  if(TARGET ptychopatch_choices)
    return()
  endif()
  set(folder ${PROJECT_BINARY_DIR}/generated)
  ptychopatch_generate(cxx ${folder}/choices.hpp)
  add_custom_target(ptychopatch_generate_choices DEPENDS ${folder}/choices.hpp)
  add_library(ptychopatch_choices INTERFACE)
  add_dependencies(ptychopatch_choices ptychopatch_generate_choices)
  target_include_directories(ptychopatch_choices INTERFACE ${folder})
  target_link_libraries(ptychopatch_choices INTERFACE ptychopatch::ptychopatch)
endfunction()
