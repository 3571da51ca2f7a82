// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Room model computes; it reads and writes no pictures.
#include "image/image.hpp"
