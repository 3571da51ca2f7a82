// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Our own reader of LMDB files against liblmdb: everything that liblmdb writes is read alike and passes the check.
#include "lmdb/lmdb_reader.hpp"

#include <lmdb.h>

#include <filesystem>
#include <map>

#include "base/error.hpp"
#include "base/philox.hpp"
#include "support/pictures.hpp"
#include "support/test.hpp"

namespace {

using namespace inr;
using Model = std::map<std::string, std::string>;

void require(int rc) {
  if (rc != 0) throw std::runtime_error(mdb_strerror(rc));
}

// A database under construction, beside a std::map that says what it must hold.
class Lmdb {
 public:
  explicit Lmdb(const std::string& path, unsigned flags = MDB_NOSUBDIR) {
    require(mdb_env_create(&env_));
    require(mdb_env_set_maxdbs(env_, 8));
    require(mdb_env_set_mapsize(env_, size_t{1} << 28));
    require(mdb_env_open(env_, path.c_str(), flags | MDB_NOLOCK | MDB_NOSYNC, 0666));
  }
  ~Lmdb() { mdb_env_close(env_); }
  Lmdb(const Lmdb&) = delete;
  Lmdb& operator=(const Lmdb&) = delete;

  // One transaction of random puts and deletes.
  void change(const char* name, Model& model, base::CounterRng& random, int n_changes, uint64_t max_value_bytes) {
    MDB_txn* txn = nullptr;
    MDB_dbi dbi = 0;
    require(mdb_txn_begin(env_, nullptr, 0, &txn));
    require(mdb_dbi_open(txn, name, MDB_CREATE, &dbi));
    for (int i = 0; i < n_changes; ++i) {
      if (!model.empty() && random.next_below(3) == 0) {
        auto victim = model.lower_bound(std::string(1, static_cast<char>('a' + random.next_below(26))));
        if (victim == model.end()) victim = model.begin();
        MDB_val key = {victim->first.size(), const_cast<char*>(victim->first.data())};
        require(mdb_del(txn, dbi, &key, nullptr));
        model.erase(victim);
        continue;
      }
      std::string key(1 + random.next_below(40), 'a');
      for (char& c : key) c = static_cast<char>('a' + random.next_below(26));
      const std::string value(random.next_below(max_value_bytes), static_cast<char>('0' + random.next_below(10)));
      MDB_val k = {key.size(), key.data()};
      MDB_val v = {value.size(), const_cast<char*>(value.data())};
      require(mdb_put(txn, dbi, &k, &v, 0));
      model[key] = value;
    }
    require(mdb_txn_commit(txn));
  }

 private:
  MDB_env* env_ = nullptr;
};

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Model read_all(const lmdb::LmdbReader& reader, const lmdb::LmdbTree& tree) {
  Model model;
  reader.for_each(tree, [&](std::span<const std::byte> key, const lmdb::LmdbValue& value) {
    if (!value.is_database) model[text(key)] = text(reader.read(value));
    return true;
  });
  return model;
}

BOOST_AUTO_TEST_CASE(lmdb_reads_what_liblmdb_writes) {
  for (const uint64_t max_value_bytes : {uint64_t{1}, uint64_t{60}, uint64_t{3000}, uint64_t{20000}}) {
    const test::TemporaryFolder folder;
    Lmdb lmdb(folder / "data");
    Model one;
    Model two;
    base::CounterRng random(1, max_value_bytes);
    for (int round = 0; round < 25; ++round) {
      lmdb.change("one", one, random, 1 + round * 8, max_value_bytes);
      lmdb.change("two", two, random, 20, max_value_bytes);
      const lmdb::LmdbReader reader(folder / "data");
      BOOST_CHECK_NO_THROW(reader.check_all());
      const auto tree = reader.find_tree("one");
      BOOST_REQUIRE(tree.has_value());
      BOOST_TEST((read_all(reader, *tree) == one));
      BOOST_TEST((read_all(reader, *reader.find_tree("two")) == two));
      BOOST_TEST(!reader.find_tree("three").has_value());
      for (const auto& [key, value] : one) {
        const auto found = reader.find(*tree, std::as_bytes(std::span(key)));
        BOOST_REQUIRE(found.has_value());
        BOOST_TEST((text(reader.read(*found)) == value));
        BOOST_TEST((text(reader.read(*found, 3)) == value.substr(0, 3)));
        const std::string missing = key + "!";
        BOOST_TEST(!reader.find(*tree, std::as_bytes(std::span(missing))).has_value());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(lmdb_folder_with_main_database) {
  const test::TemporaryFolder folder;
  Model model;
  {
    Lmdb lmdb(folder.path().string(), 0);
    base::CounterRng random(2);
    for (int round = 0; round < 10; ++round) lmdb.change(nullptr, model, random, 60, 500);
  }
  BOOST_TEST(lmdb::looks_like_lmdb(folder.path().string()));
  const lmdb::LmdbReader reader(folder.path().string());
  reader.check_all();
  BOOST_TEST((read_all(reader, reader.main_tree()) == model));
  BOOST_TEST(reader.main_tree().n_entries == model.size());
  int n_visits = 0;
  reader.for_each(reader.main_tree(),
                  [&](std::span<const std::byte>, const lmdb::LmdbValue&) { return ++n_visits < 5; });
  BOOST_TEST(n_visits == 5);
}

BOOST_AUTO_TEST_CASE(lmdb_refuses_what_is_none) {
  const test::TemporaryFolder folder;
  BOOST_CHECK_THROW(lmdb::LmdbReader(folder / "missing"), base::SystemError);
  test::write_file(folder / "empty", {});
  BOOST_CHECK_THROW(lmdb::LmdbReader(folder / "empty"), base::DataError);
  test::write_file(folder / "zeros", std::vector<std::byte>(16384));
  BOOST_CHECK_THROW(lmdb::LmdbReader(folder / "zeros"), base::DataError);
  BOOST_TEST(!lmdb::looks_like_lmdb(folder / "zeros"));
  { const Lmdb fresh(folder / "fresh"); }
  const lmdb::LmdbReader reader(folder / "fresh");
  BOOST_TEST(reader.pristine());
  BOOST_CHECK_NO_THROW(reader.check_all());
  std::vector<std::byte> newer = test::read_bytes(folder / "fresh");
  newer[20] = newer[4096 + 20] = std::byte{2};
  test::write_file(folder / "newer", newer);
  BOOST_CHECK_EXCEPTION(lmdb::LmdbReader(folder / "newer"), base::DataError, [](const base::DataError& e) {
    return std::string(e.what()).find("format 2") != std::string::npos;
  });
}

}  // namespace
