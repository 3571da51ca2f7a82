#!/bin/bash
# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Brings a bare Debian 12 to where the build can start. Every step is skipped where its result is there, and can be
# interrupted and run again.
#   setup.sh packages              Debian packages: installed as root, named with their apt-get line otherwise
#   setup.sh core-packages         those that the tools without LibTorch are built with
#   setup.sh libtorch              LibTorch and its two small CUDA libraries, unpacked from the PyPI wheels
#   setup.sh all                   both
#   setup.sh configure DIR BUILD        CMake's build folder
#   setup.sh configure-core DIR BUILD   the same without LibTorch
# LIBTORCH=/path: use this one and fetch nothing. WERROR=ON: warnings are errors.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly kTorchVersion=2.11.0
readonly kWheels=("torch==$kTorchVersion" 'nvidia-cuda-runtime==13.0.*' 'nvidia-cuda-cupti==13.0.*')
readonly kDeps=$PWD/build/deps
readonly kLibtorch=$kDeps/libtorch-$kTorchVersion
# What the eight tools without LibTorch are built with, and what fetching LibTorch, all tools, tests and the demo take.
readonly kCorePackages=(g++ cmake ninja-build ccache pkg-config python3
  libcli11-dev libpng-dev libjpeg62-turbo-dev libwebp-dev liblmdb-dev libspdlog-dev libzip-dev zlib1g-dev
  nlohmann-json3-dev libboost-test-dev)
readonly kPackages=("${kCorePackages[@]}" python3-pip ca-certificates libgloo-dev fonts-noto-color-emoji)

die() {
  echo "inr: $*" >&2
  exit 1
}

# Names each of the packages unless it, or another one that provides it, is installed.
missing_packages() {
  local installed package
  installed=" $(dpkg-query -W -f '${db:Status-Abbrev}\t${Package} ${Provides}\n' | sed -n 's/^ii[^\t]*\t//p' |
    tr ',\n' '  ' | sed 's/([^)]*)//g') "
  for package in "$@"; do
    [[ $installed == *" $package "* ]] || echo "$package"
  done
}

# packages NAME PACKAGE...: NAME is that of the file that says that all of them were found.
packages() {
  local name=$1
  shift
  # A system without dpkg has to know by itself; CMake names what it does not find.
  command -v dpkg-query >/dev/null || return 0
  # Once all were found, they are looked up again only when the package database or this list changes.
  local stamp=$kDeps/$name.stamp
  mkdir -p "$kDeps"
  [[ $stamp -nt /var/lib/dpkg/status && $stamp -nt libcore/cmake/setup.sh ]] && return 0
  local missing
  missing=($(missing_packages "$@"))  # names without blanks; a bare chroot has no /dev/fd for "< <()"
  if ((${#missing[@]} > 0)); then
    [[ $(id -u) == 0 ]] || die "packages are missing; install them with:
  apt-get install --no-install-recommends ${missing[*]}"
    echo "inr: installing ${missing[*]}" >&2
    local log=$kDeps/apt.log
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } \
      >"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; die "apt-get failed; all it said is in $log"; }
  fi
  touch "$stamp"
}

# Unpacks one wheel into a folder of the same name beside it.
unpack() {
  local wheel=$1 folder=${1%.whl}
  rm -rf "$folder"
  mkdir "$folder"
  python3 -m zipfile -e "$wheel" "$folder"
}

libtorch() {
  if [[ -n ${LIBTORCH:-} ]]; then
    [[ -e $LIBTORCH/include/ATen/ATen.h && -e $LIBTORCH/lib/libtorch_cpu.so ]] ||
      die "LIBTORCH=$LIBTORCH has no include/ATen/ATen.h and lib/libtorch_cpu.so"
    return 0
  fi
  # The rename at the end makes the folder appear whole.
  [[ -e $kLibtorch/lib/libtorch_cpu.so && -e $kLibtorch/include/ATen/ATen.h ]] && return 0
  python3 -m pip --version >/dev/null 2>&1 || die "python3 -m pip is missing; install it with:
  apt-get install --no-install-recommends python3-pip"
  local work=$kDeps/unpacking requirement wheel
  mkdir -p "$kDeps/wheels"
  for requirement in "${kWheels[@]}"; do
    echo "inr: fetching $requirement" >&2
    # A wheel that is already in the folder is not fetched again; pip writes there only what it has checked.
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
      --dest "$kDeps/wheels" "$requirement" >&2 || die "$requirement could not be fetched; try again, or give LIBTORCH=/path"
  done
  echo "inr: unpacking LibTorch" >&2
  rm -rf "$work"
  mkdir -p "$work/result/lib"
  for wheel in "$kDeps"/wheels/*.whl; do
    ln "$wheel" "$work/"
    unpack "$work/$(basename "$wheel")"
  done
  local torch
  torch=$(echo "$work"/torch-*/torch)
  mv "$torch/include" "$work/result/include"
  mv "$torch"/lib/* "$work/result/lib/"
  find "$work" -path '*/nvidia/*' \( -name 'libcudart.so.13*' -o -name 'libcupti.so.13*' \) \
    -exec cp -L {} "$work/result/lib/" \;
  local needed
  for needed in libtorch_cpu.so libc10.so libcudart.so.13 libcupti.so.13; do
    [[ -e $work/result/lib/$needed ]] || die "the wheels have no $needed; give LIBTORCH=/path"
  done
  rm -rf "$kLibtorch"
  mv "$work/result" "$kLibtorch"
  rm -rf "$work" "$kDeps/wheels"
}

# configured DIR LINE...: the folder is configured, with these lines in its cache.
configured() {
  local dir=$1 line
  shift
  [[ -e $dir/build.ninja || -e $dir/Makefile ]] || return 1
  for line in "$@"; do grep -qxF "$line" "$dir/CMakeCache.txt" || return 1; done
}

configure_core() {
  local dir=$1 build=$2 generator=()
  configured "$dir" "INR_TORCH:BOOL=OFF" "INR_WERROR:BOOL=${WERROR:-OFF}" && return 0
  if [[ ! -e $dir/CMakeCache.txt ]] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  cmake -S . -B "$dir" "${generator[@]}" "-DINR_BUILD=$build" -DINR_TORCH:BOOL=OFF "-DINR_WERROR:BOOL=${WERROR:-OFF}"
}

configure() {
  local dir=$1 build=$2 wanted bundle=ON generator=()
  wanted=$(realpath -m "${LIBTORCH:-$kLibtorch}")
  [[ -z ${LIBTORCH:-} ]] || bundle=OFF
  configured "$dir" "INR_LIBTORCH:PATH=$wanted" "INR_WERROR:BOOL=${WERROR:-OFF}" && return 0
  # A folder whose first configuration failed has chosen its generator already.
  if [[ ! -e $dir/CMakeCache.txt ]] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  cmake -S . -B "$dir" "${generator[@]}" "-DINR_BUILD=$build" "-DINR_LIBTORCH:PATH=$wanted" "-DINR_BUNDLE_LIBTORCH=$bundle" \
    "-DINR_WERROR:BOOL=${WERROR:-OFF}"
}

case ${1:-} in
  packages) packages packages "${kPackages[@]}" ;;
  core-packages) packages core-packages "${kCorePackages[@]}" ;;
  libtorch) libtorch ;;
  all)
    packages packages "${kPackages[@]}"
    libtorch
    ;;
  configure) configure "$2" "$3" ;;
  configure-core) configure_core "$2" "$3" ;;
  *) die "setup.sh packages|core-packages|libtorch|all|configure DIR BUILD|configure-core DIR BUILD" ;;
esac
