// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How the processes of a group find each other: a store (c10d's TCPStore) at MASTER_ADDR:MASTER_PORT, served by rank 0
// or by torchrun, says where the watch of rank 0 listens; the watch says who is there.
#pragma once
#include <c10/util/intrusive_ptr.h>

#include <memory>
#include <string>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

#include "parallel/launch.hpp"
#include "parallel/watch.hpp"

namespace inr::parallel {

struct GroupStore {
  c10::intrusive_ptr<c10d::Store> store;  // keys of this group and attempt
  std::vector<int> connections;           // its descriptors
};

struct Meeting {
  GroupStore store;
  std::unique_ptr<Watch> watch;
  std::string address;  // of this machine, where the others reach it
};

/// Returns when all processes are there. Throws as the constructor of Group does.
Meeting meet(const Launch& launch);

}  // namespace inr::parallel
