# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# LibTorch as an imported target. The wheel's own CMake files want a CUDA language dialect that CMake 3.25 does not know.
# INR_LIBTORCH is a folder with include/ and lib/ (an unpacked wheel's torch/, or a LibTorch archive).

set(INR_LIBTORCH "" CACHE PATH "LibTorch 2.11: a folder with include/ and lib/")
if(NOT EXISTS ${INR_LIBTORCH}/include/ATen/ATen.h OR NOT EXISTS ${INR_LIBTORCH}/lib/libtorch_cpu.so)
  message(FATAL_ERROR "no LibTorch at '${INR_LIBTORCH}'. 'make deps' fetches version 2.11.0; or give LIBTORCH=/path/to/libtorch")
endif()
file(STRINGS ${INR_LIBTORCH}/include/torch/headeronly/version.h INR_TORCH_VERSION REGEX "define TORCH_VERSION_(MAJOR|MINOR) ")
if(NOT INR_TORCH_VERSION MATCHES "MAJOR 2;.*MINOR 11")
  message(WARNING "LibTorch at ${INR_LIBTORCH} is another version than 2.11, with which this project is tested")
endif()

add_library(torch_cpu SHARED IMPORTED)
add_library(torch_c10 SHARED IMPORTED)
set_target_properties(torch_c10 PROPERTIES IMPORTED_LOCATION ${INR_LIBTORCH}/lib/libc10.so)
set_target_properties(torch_cpu PROPERTIES
  IMPORTED_LOCATION ${INR_LIBTORCH}/lib/libtorch_cpu.so
  INTERFACE_INCLUDE_DIRECTORIES "${INR_LIBTORCH}/include;${INR_LIBTORCH}/include/torch/csrc/api/include"
  INTERFACE_LINK_LIBRARIES torch_c10
  INTERFACE_LINK_OPTIONS "LINKER:-rpath-link,${INR_LIBTORCH}/lib;LINKER:--allow-shlib-undefined")

# The one precompiled header; every target that uses LibTorch reuses it.
function(inr_torch_pch)
  # file(CONFIGURE) leaves the file alone where it has not changed.
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/torch_pch.cpp CONTENT "// generated: carries the precompiled header\n")
  add_library(inr_torch_pch STATIC ${CMAKE_BINARY_DIR}/torch_pch.cpp)
  target_link_libraries(inr_torch_pch PUBLIC torch_cpu nlohmann_json::nlohmann_json)
  target_compile_options(inr_torch_pch PRIVATE ${INR_WARNINGS})
  target_precompile_headers(inr_torch_pch PRIVATE ${PROJECT_SOURCE_DIR}/libcore/cmake/torch_pch.hpp)
endfunction()
inr_torch_pch()

function(inr_use_torch target)
  target_link_libraries(${target} PUBLIC torch_cpu nlohmann_json::nlohmann_json)
  target_precompile_headers(${target} REUSE_FROM inr_torch_pch)
endfunction()
