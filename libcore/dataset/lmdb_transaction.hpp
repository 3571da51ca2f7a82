// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A writing transaction of liblmdb, for the writer of datasets alone.
#pragma once
#include <lmdb.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace inr::dataset {

inline MDB_val mdb_value(std::span<const std::byte> bytes) {
  // MDB_val has no const; liblmdb does not write to keys and values it is given.
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}

/// A transaction that is aborted unless it was committed.
class Transaction {
 public:
  explicit Transaction(MDB_env* env) : rc_(mdb_txn_begin(env, nullptr, 0, &txn_)) {}
  ~Transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Each does nothing once one has failed.
  void open(std::string_view name, MDB_dbi& dbi) {
    if (rc_ == 0) rc_ = mdb_dbi_open(txn_, std::string(name).c_str(), MDB_CREATE, &dbi);
  }
  void put(MDB_dbi dbi, std::span<const std::byte> key, std::span<const std::byte> value, unsigned flags) {
    MDB_val k = mdb_value(key);
    MDB_val v = mdb_value(value);
    if (rc_ == 0) rc_ = mdb_put(txn_, dbi, &k, &v, flags);
  }
  [[nodiscard]] int commit() {
    if (rc_ != 0) return rc_;
    rc_ = mdb_txn_commit(txn_);
    txn_ = nullptr;  // gone, whatever the result
    return rc_;
  }

 private:
  MDB_txn* txn_ = nullptr;
  int rc_;
};

}  // namespace inr::dataset
