# What an installation is made of, the command apart: library, headers, and how CMake and pkg-config
# find them. Included where the target ptychopatch is defined. Components are the packages of
# ptychopatch_package.cmake: runtime, development, command, cuda; and the wheel's, python.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(ptychopatch_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ptychopatch)

install(TARGETS ptychopatch EXPORT ptychopatch-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
                COMPONENT runtime NAMELINK_COMPONENT development
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ptychopatch
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(EXPORT ptychopatch-targets NAMESPACE ptychopatch::
        DESTINATION ${ptychopatch_cmake_dir} COMPONENT development)

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/ptychopatchConfig.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/ptychopatchConfig.cmake
  INSTALL_DESTINATION ${ptychopatch_cmake_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the ABI.
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/cmake/ptychopatchConfigVersion.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/ptychopatchConfig.cmake
              ${PROJECT_BINARY_DIR}/cmake/ptychopatchConfigVersion.cmake
        DESTINATION ${ptychopatch_cmake_dir} COMPONENT development)

# The .pc file finds its prefix from where it lies, so that an installation can be moved.
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  set(ptychopatch_pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH ptychopatch_pc_up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  string(REGEX REPLACE "/$" "" ptychopatch_pc_up ${ptychopatch_pc_up})
  set(ptychopatch_pc_prefix "\${pcfiledir}/${ptychopatch_pc_up}")
endif()
foreach(dir LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE ${CMAKE_INSTALL_${dir}})
    set(ptychopatch_pc_${dir} ${CMAKE_INSTALL_${dir}})
  else()
    set(ptychopatch_pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/ptychopatch.pc.in
               ${PROJECT_BINARY_DIR}/cmake/ptychopatch.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/ptychopatch.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
