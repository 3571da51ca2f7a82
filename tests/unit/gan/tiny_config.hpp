// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A model small enough for unit tests: 8 x 8 pixels, two blocks.
#pragma once
#include "model/config.hpp"

namespace inr::test {

inline model::Config tiny_config() {
  model::Config config;
  config.model.resolution = 8;
  config.model.z_dim = 6;
  config.model.hidden = 10;
  config.model.depth = 2;
  config.model.rank = 2;
  config.model.blocks = {{4, 6, 3, 2, true, 0}, {8, 4, 2, 2, true, 0}};
  config.discriminator = {.channel_base = 32, .channel_max = 4};
  config.training.batch = 4;
  config.training.lr_hypernet = config.training.lr_shared = config.training.lr_d = 1e-3;
  config.training.iterations = 10;
  return config;
}

}  // namespace inr::test
