// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Streams and datasets know nothing of each other.
#include "lmdb/lmdb_reader.hpp"
