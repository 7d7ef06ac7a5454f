# The transforms of registration, DUCC0's, for the target ptychopatch_objects.
# The headers of PyPI's source package, which scripts/install-deps.sh unpacks there.
find_path(DUCC0_INCLUDE_DIR ducc0/fft/fft1d_impl.h
          HINTS ${PROJECT_SOURCE_DIR}/build/deps/ducc0/src
          DOC "Folder that holds ducc0/fft/fft1d_impl.h")
if(NOT DUCC0_INCLUDE_DIR)
  message(FATAL_ERROR "DUCC0's headers are not there: run scripts/install-deps.sh, or set "
                      "DUCC0_INCLUDE_DIR to the src folder of ducc0's source package")
endif()
# The unit for any machine comes first: see fft_ducc_avx2.cpp.
set(fft_sources cpu/fft/fft_ducc_base.cpp cpu/fft/fft_ducc.cpp cpu/fft/fft_ducc_threads.cpp)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND NOT PTYCHOPATCH_SANITIZED)
  list(APPEND fft_sources cpu/fft/fft_ducc_avx2.cpp cpu/fft/fft_ducc_avx512.cpp)
  set_source_files_properties(cpu/fft/fft_ducc.cpp cpu/fft/fft_ducc_threads.cpp PROPERTIES
    COMPILE_DEFINITIONS PTYCHOPATCH_FFT_LEVELS)
endif()
target_sources(ptychopatch_objects PRIVATE ${fft_sources})
target_include_directories(ptychopatch_objects SYSTEM PRIVATE ${DUCC0_INCLUDE_DIR})
if(PTYCHOPATCH_ADDRESS_SANITIZER)
  set(fft_options -O1 -fno-sanitize=all)  # minutes of compilation, of code that is not ours
elseif(PTYCHOPATCH_SANITIZED)
  set(fft_options -O1)
else()
  set(fft_options -O3)
endif()
set_source_files_properties(cpu/fft/fft_ducc_base.cpp PROPERTIES COMPILE_OPTIONS "${fft_options}")
set_source_files_properties(cpu/fft/fft_ducc_avx2.cpp PROPERTIES
  COMPILE_OPTIONS "${fft_options};-mavx2")
# What DUCC0 vectorizes in 512 bits it says itself. What GCC's vectorizer adds keeps to 256 bits without
# FMA: it fuses multiplications and additions of complex numbers, whatever -ffp-contract says, and
# results would not be those of other targets.
set_source_files_properties(cpu/fft/fft_ducc_avx512.cpp PROPERTIES
  COMPILE_OPTIONS "${fft_options};-mavx2;-mavx512f;-mavx512bw;-mavx512dq;-mavx512cd;-mno-fma;\
-mprefer-vector-width=256")
