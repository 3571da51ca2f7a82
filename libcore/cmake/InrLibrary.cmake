# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# One static library per folder of libcore. The table below is the whole law of who may include whom; a target sees only
# the headers of the folders in its row, so that a wrong include does not compile.

set(INR_ALLOWED_base    "")
set(INR_ALLOWED_image   base)
set(INR_ALLOWED_store   base image)
set(INR_ALLOWED_model   base image store)
set(INR_ALLOWED_cli     base)
set(INR_ALLOWED_kernels "")
set(INR_ALLOWED_render  base image store model kernels)
set(INR_ALLOWED_field   base image store model)
set(INR_PRIVATE_field   kernels render)  # for its sources, not its headers: who uses field does not see them
set(INR_ALLOWED_parallel base)
set(INR_ALLOWED_gan     base image store model field parallel)
set(INR_ALLOWED_draw    base image store model field)
set(INR_ALLOWED_metrics base image store model field gan parallel)

# A directory that holds one symbolic link, <folder> -> libcore/<folder>: the include path of that folder and of no other.
function(inr_include_root folder out)
  set(root ${CMAKE_BINARY_DIR}/include/${folder})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/libcore/${folder} ${root}/${folder} SYMBOLIC)
  set(${out} ${root} PARENT_SCOPE)
endfunction()

# inr_library(<folder> [TORCH] [DECODERS <file>] [LINK <external targets>...] [PRIVATE_LINK <external targets>...])
# Sources: every .cpp of the folder and its subfolders but plugin/ (a library of its own), and with DECODERS every
# libcore/decoders/*/<file>. Dependencies: the folder's row of the table.
function(inr_library folder)
  cmake_parse_arguments(ARG "TORCH" "DECODERS" "LINK;PRIVATE_LINK" ${ARGN})
  if(NOT DEFINED INR_ALLOWED_${folder})
    message(FATAL_ERROR "libcore/${folder} has no row in libcore/cmake/InrLibrary.cmake: say what it may include")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libcore/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/plugin/")
  if(ARG_DECODERS)
    file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libcore/decoders/*/${ARG_DECODERS})
    list(APPEND sources ${parts})
  endif()
  if(NOT sources)  # a folder of headers alone
    set(sources ${CMAKE_BINARY_DIR}/empty_${folder}.cpp)
    file(WRITE ${sources} "")
  endif()
  add_library(inr_${folder} STATIC ${sources})
  inr_include_root(${folder} root)
  target_include_directories(inr_${folder} PUBLIC ${root})
  target_compile_options(inr_${folder} PRIVATE ${INR_WARNINGS})
  foreach(dep IN LISTS INR_ALLOWED_${folder})
    target_link_libraries(inr_${folder} PUBLIC inr_${dep})
  endforeach()
  foreach(dep IN LISTS INR_PRIVATE_${folder})
    target_link_libraries(inr_${folder} PRIVATE inr_${dep})
  endforeach()
  target_link_libraries(inr_${folder} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  if(ARG_TORCH)
    inr_use_torch(inr_${folder})
  endif()
endfunction()
