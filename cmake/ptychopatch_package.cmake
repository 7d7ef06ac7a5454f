# Debian packages, one a component: `cpack` in the build folder, or scripts/package.sh.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ptychopatch)
set(CPACK_PACKAGE_VENDOR "libptychopatch")
set(CPACK_PACKAGE_CONTACT "libptychopatch maintainers <maintainers@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL runtime development)
if(TARGET ptychopatch_command)
  list(APPEND CPACK_COMPONENTS_ALL command)
endif()
if(TARGET ptychopatch_cuda)
  list(APPEND CPACK_COMPONENTS_ALL cuda)
endif()

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/capi)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
# Before 1.0 a minor version may change the ABI.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(library libptychopatch${PTYCHOPATCH_ABI})
set(this_library "${library} (= ${PROJECT_VERSION})")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${library})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "${PROJECT_DESCRIPTION}")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libptychopatch-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${this_library}")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "${PROJECT_DESCRIPTION} (headers for C, C++ and Fortran, CMake package, pkg-config file)")

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME ptychopatch)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION science)
# Libraries are found by themselves; the font that pictures are labelled with is not.
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS "${this_library}, fonts-dejavu-core")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION
    "Extracts and assembles patches of scans, groups positions, aligns camera RAWs")

# The driver comes with the card; CUDA's runtime is in the module. cuFFT is opened by its name, and
# only for registration, so no tool finds that it is needed: this is NVIDIA's package of it.
if(TARGET ptychopatch_cuda)
  find_package(CUDAToolkit REQUIRED)
  set(CPACK_DEBIAN_CUDA_PACKAGE_RECOMMENDS
      "libcufft-${CUDAToolkit_VERSION_MAJOR}-${CUDAToolkit_VERSION_MINOR}")
endif()
set(CPACK_DEBIAN_CUDA_PACKAGE_NAME libptychopatch-cuda${CUDAToolkit_VERSION_MAJOR})
set(CPACK_DEBIAN_CUDA_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_CUDA_PACKAGE_DEPENDS "${this_library}")
set(CPACK_COMPONENT_CUDA_DESCRIPTION "${PROJECT_DESCRIPTION} (backend for NVIDIA cards)")
# Everything as old as SOURCE_DATE_EPOCH says, so that two builds give the same bytes.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/ptychopatch_clamp_times.cmake)

set(parts highway onetbb ducc0)
ptychopatch_materials(runtime ${library} ${CMAKE_INSTALL_DATADIR}/doc/${library}
                      CONTAINS ${parts} BINARIES ptychopatch)
ptychopatch_materials(development libptychopatch-dev ${CMAKE_INSTALL_DATADIR}/doc/libptychopatch-dev)
if(TARGET ptychopatch_command)
  set(programs ptychopatch_command)
  set(parts_of_programs cli11 nlohmann-json spdlog kissfft)
  if(TARGET ptychopatch_bench)
    list(APPEND programs ptychopatch_bench)
    list(APPEND parts_of_programs highway)
  endif()
  ptychopatch_materials(command ptychopatch ${CMAKE_INSTALL_DATADIR}/doc/ptychopatch
                        CONTAINS ${parts_of_programs} BINARIES ${programs})
endif()
if(TARGET ptychopatch_cuda)
  ptychopatch_materials(cuda ${CPACK_DEBIAN_CUDA_PACKAGE_NAME}
                        ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_CUDA_PACKAGE_NAME}
                        CONTAINS cudart cccl BINARIES ptychopatch_cuda)
endif()
include(CPack)
