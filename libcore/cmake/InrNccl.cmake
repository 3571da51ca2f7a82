# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# The plug-in for transfers between GPUs, libinr_nccl.so: built where NCCL's and CUDA's headers and LibTorch's CUDA half
# are found, left out otherwise; everything else builds and runs without them. Elsewhere than in the usual places:
# -DINR_NCCL_INCLUDE=/path/to/nvidia/nccl/include -DINR_CUDA_INCLUDE=/path/to/nvidia/cuda_runtime/include
# (empty: without the plug-in)

set(cuda_roots $ENV{CUDA_HOME} /usr/local/cuda)
find_path(INR_NCCL_INCLUDE nccl.h HINTS ${cuda_roots} PATH_SUFFIXES include)
find_path(INR_CUDA_INCLUDE cuda_runtime_api.h HINTS ${cuda_roots} PATH_SUFFIXES include)
find_library(INR_CUDART NAMES cudart libcudart.so.13 libcudart.so.12
  HINTS ${INR_LIBTORCH}/lib ${cuda_roots} PATH_SUFFIXES lib64 lib)
find_library(INR_NCCL_LIBRARY NAMES nccl libnccl.so.2 HINTS ${INR_NCCL_INCLUDE}/.. ${cuda_roots} PATH_SUFFIXES lib64 lib)
mark_as_advanced(INR_NCCL_LIBRARY INR_NCCL_INCLUDE INR_CUDA_INCLUDE INR_CUDART)

function(inr_nccl_plugin)
  foreach(needed INR_NCCL_INCLUDE INR_CUDA_INCLUDE INR_CUDART)
    if(NOT ${needed})
      message(STATUS "no plug-in for NCCL (several GPUs): ${needed} was not found")
      return()
    endif()
  endforeach()
  if(NOT EXISTS ${INR_LIBTORCH}/lib/libc10_cuda.so OR NOT EXISTS ${INR_LIBTORCH}/lib/libtorch_cuda.so)
    message(STATUS "no plug-in for NCCL (several GPUs): LibTorch at ${INR_LIBTORCH} is one for processors only")
    return()
  endif()
  add_library(inr_nccl MODULE ${PROJECT_SOURCE_DIR}/libcore/parallel/plugin/nccl_wire.cpp)
  inr_include_root(parallel parallel_root)
  inr_include_root(base base_root)
  target_include_directories(inr_nccl PRIVATE ${parallel_root} ${base_root})
  target_include_directories(inr_nccl SYSTEM PRIVATE ${INR_NCCL_INCLUDE} ${INR_CUDA_INCLUDE})
  target_compile_options(inr_nccl PRIVATE ${INR_WARNINGS})
  target_link_libraries(inr_nccl PRIVATE inr_base torch_cpu ${INR_LIBTORCH}/lib/libc10_cuda.so ${INR_CUDART})
  # LibTorch's CUDA half has loaded NCCL before the plug-in: that copy serves, by its name, or by its symbols alone.
  if(INR_NCCL_LIBRARY)
    target_link_libraries(inr_nccl PRIVATE ${INR_NCCL_LIBRARY})
  endif()
  set_target_properties(inr_nccl PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/inr INSTALL_RPATH "$ORIGIN;${CMAKE_INSTALL_RPATH}")
  install(TARGETS inr_nccl LIBRARY DESTINATION lib/inr)
endfunction()
inr_nccl_plugin()
