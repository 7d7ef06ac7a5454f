# ptychopatch_materials(COMPONENT PACKAGE FOLDER [CONTAINS part...] [BINARIES target...] [NOTICES name]
#                       [EXCLUDE_FROM_ALL])
# installs into FOLDER, with the component, what the package is made of and the licences of what is
# compiled into it (bill_of_materials.py), where PTYCHOPATCH_PACKAGES is ON.
function(ptychopatch_materials component package folder)
  if(NOT PTYCHOPATCH_PACKAGES)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 3 it "EXCLUDE_FROM_ALL" "NOTICES" "CONTAINS;BINARIES")
  set(of_all)
  if(it_EXCLUDE_FROM_ALL)
    set(of_all EXCLUDE_FROM_ALL)
  endif()
  if(NOT it_NOTICES)
    set(it_NOTICES copyright)
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(out ${PROJECT_BINARY_DIR}/materials/${package})
  file(MAKE_DIRECTORY ${out})
  set(binaries)
  foreach(target IN LISTS it_BINARIES)
    list(APPEND binaries $<TARGET_FILE:${target}>)
  endforeach()
  get_filename_component(ducc0 ${DUCC0_INCLUDE_DIR} DIRECTORY)
  set(nanobind)
  if(nanobind_ROOT)
    cmake_path(GET nanobind_ROOT PARENT_PATH nanobind)
  endif()
  set(cuda_root)
  if(CUDAToolkit_BIN_DIR)
    cmake_path(GET CUDAToolkit_BIN_DIR PARENT_PATH cuda_root)
  endif()
  set(script ${PROJECT_SOURCE_DIR}/cmake/bill_of_materials.py)
  add_custom_command(OUTPUT ${out}/${package}.spdx.json ${out}/${it_NOTICES}
    COMMAND ${Python3_EXECUTABLE} -B ${script} --source ${PROJECT_SOURCE_DIR} --name ${package}
            --version ${PROJECT_VERSION} --spdx ${out}/${package}.spdx.json
            --notices ${out}/${it_NOTICES} --ducc0 ${ducc0} --nanobind=${nanobind}
            --cuda=${CUDAToolkit_VERSION} --cuda-root=${cuda_root}
            --contains ${it_CONTAINS} --binary ${binaries}
    DEPENDS ${script} ${PROJECT_SOURCE_DIR}/LICENSE ${it_BINARIES}
    COMMENT "What ${package} is made of" VERBATIM)
  add_custom_target(ptychopatch_materials_${component} ALL
    DEPENDS ${out}/${package}.spdx.json ${out}/${it_NOTICES})
  install(FILES ${out}/${package}.spdx.json ${out}/${it_NOTICES} DESTINATION ${folder}
          COMPONENT ${component} ${of_all})
endfunction()
