# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# One static library per room (folder) of libcore. The table below is the whole law of who may include whom. Rooms are
# linked PRIVATE: a target sees the headers of its own row and of nothing that stands behind it, so that a wrong include
# does not compile (tests/lint/includes proves it). Rooms above the line know nothing of LibTorch.

set(INR_ROOM_base       "")
set(INR_ROOM_kernels    "")
set(INR_ROOM_cli        base)
set(INR_ROOM_image      base)
set(INR_ROOM_lmdb       base)
set(INR_ROOM_stream     base)
set(INR_ROOM_dataset    base image lmdb)
set(INR_ROOM_model      base)
set(INR_ROOM_render     base model kernels)
set(INR_ROOM_released   base model)
set(INR_ROOM_runs       base model)
set(INR_ROOM_inspect    base image lmdb dataset stream model runs)
set(INR_ROOM_draw       base image model stream render)
set(INR_ROOM_sample     base stream model render runs)
# ------------------------------------------------------- LibTorch
set(INR_ROOM_field      base model render kernels)
set(INR_ROOM_parallel   base)
set(INR_ROOM_gan        base image dataset model field render parallel runs)
set(INR_ROOM_metrics    base image dataset stream model field render parallel gan sample runs)

# A directory that holds one symbolic link, <room> -> libcore/<room>: the include path of that room and of no other.
function(inr_include_root room out)
  set(root ${CMAKE_BINARY_DIR}/include/${room})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/libcore/${room} ${root}/${room} SYMBOLIC)
  set(${out} ${root} PARENT_SCOPE)
endfunction()

# inr_library(<room> [TORCH] [DECODERS <file>...] [LINK <external targets>...] [PRIVATE_LINK <external targets>...])
# Sources: every .cpp of the folder and its subfolders but plugin/ (a library of its own), and with DECODERS every
# libcore/decoders/*/<file> of these. Dependencies: the room's row of the table.
function(inr_library room)
  cmake_parse_arguments(ARG "TORCH" "" "DECODERS;LINK;PRIVATE_LINK" ${ARGN})
  if(NOT DEFINED INR_ROOM_${room})
    message(FATAL_ERROR "libcore/${room} has no row in libcore/cmake/InrLibrary.cmake: say what it may include")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libcore/${room}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/plugin/")
  foreach(file IN LISTS ARG_DECODERS)
    file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/libcore/decoders/*/${file})
    list(APPEND sources ${parts})
  endforeach()
  if(NOT sources)  # a folder of headers alone
    set(sources ${CMAKE_BINARY_DIR}/empty_${room}.cpp)
    file(WRITE ${sources} "")
  endif()
  add_library(inr_${room} STATIC ${sources})
  inr_include_root(${room} root)
  target_include_directories(inr_${room} PUBLIC ${root})
  target_compile_options(inr_${room} PRIVATE ${INR_WARNINGS})
  foreach(dep IN LISTS INR_ROOM_${room})
    target_link_libraries(inr_${room} PRIVATE inr_${dep})
  endforeach()
  target_link_libraries(inr_${room} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  if(ARG_TORCH)
    inr_use_torch(inr_${room})
  endif()
endfunction()

# Links a program to rooms and lets it include their headers. A room's headers may include those of its row, so that row
# is seen too.
function(inr_link_rooms target)
  set(rooms)
  foreach(room IN LISTS ARGN)
    list(APPEND rooms ${room} ${INR_ROOM_${room}})
  endforeach()
  list(REMOVE_DUPLICATES rooms)
  list(TRANSFORM rooms PREPEND inr_)
  target_link_libraries(${target} PRIVATE ${rooms})
endfunction()
