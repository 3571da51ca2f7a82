# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Build types, language level and warnings, for every target of the project.

set(INR_BUILD release CACHE STRING "release, debug, asan (address + undefined) or tsan (threads)")
set_property(CACHE INR_BUILD PROPERTY STRINGS release debug asan tsan)
option(INR_WERROR "Warnings are errors: for those who change the sources; a newer compiler warns of more" OFF)
if(NOT INR_BUILD MATCHES "^(release|debug|asan|tsan)$")
  message(FATAL_ERROR "INR_BUILD is '${INR_BUILD}'; use release, debug, asan or tsan")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_COMPILE_OPTIONS_PIE -fPIC)  # programs as libraries: one precompiled header serves both
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_BUILD_TYPE "" CACHE STRING "unused: see INR_BUILD" FORCE)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# No contraction into fused multiply-add: the same source gives the same bits on every machine.
add_compile_options(-ffp-contract=off -g1)
if(INR_BUILD STREQUAL "release")
  add_compile_options(-O2)
elseif(INR_BUILD STREQUAL "debug")
  add_compile_options(-Og -ggdb)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
elseif(INR_BUILD STREQUAL "tsan")
  add_compile_options(-O1 -fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
else()
  add_compile_options(-O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

# Warnings belong to our own targets only (inr_library and inr_tool add them).
set(INR_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast)
if(INR_WERROR)
  list(APPEND INR_WARNINGS -Werror)
endif()

find_program(INR_CCACHE ccache)
if(INR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Sloppiness: what ccache needs to cache compilations that use a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${INR_CCACHE})
  add_compile_options(-fpch-preprocess)
endif()
