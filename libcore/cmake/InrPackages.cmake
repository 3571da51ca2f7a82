# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Debian's packages. What is missing is named together with the line that installs it.

include(FindPkgConfig)
set(INR_APT_PACKAGES libcli11-dev libpng-dev libjpeg62-turbo-dev libwebp-dev liblmdb-dev libspdlog-dev
    libzip-dev zlib1g-dev nlohmann-json3-dev libboost-test-dev libgloo-dev)

function(inr_package target pc)
  pkg_check_modules(${target} QUIET IMPORTED_TARGET GLOBAL ${pc})
  if(NOT ${target}_FOUND)
    list(JOIN INR_APT_PACKAGES " " packages)
    message(FATAL_ERROR "${pc} was not found. Install what is missing with:\n  apt-get install ${packages}")
  endif()
endfunction()

inr_package(PNG libpng)
inr_package(JPEG libjpeg)
inr_package(WEBP libwebp)
inr_package(LMDB lmdb)
inr_package(ZIP libzip)
inr_package(ZLIB zlib)
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_path(INR_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
find_path(INR_BOOST_TEST_INCLUDE boost/test/unit_test.hpp REQUIRED)
if(INR_TORCH)  # headers alone: LibTorch has Gloo in it
  find_path(INR_GLOO_INCLUDE gloo/context.h REQUIRED)
endif()
