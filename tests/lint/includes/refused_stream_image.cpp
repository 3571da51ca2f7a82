// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Streams carry functions, not pictures.
#include "image/image.hpp"
