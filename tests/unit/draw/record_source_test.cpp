// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Reading records for drawing: selection, several streams, cut ones.
#include "draw/record_source.hpp"

#include "base/error.hpp"
#include "draw/record_spool.hpp"
#include "drawing.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

std::vector<uint64_t> indices(draw::RecordSource source) {
  std::vector<uint64_t> out;
  for (draw::Record record; source.next(record);) {
    out.push_back(record.info["index"].get<uint64_t>());
    BOOST_TEST((record.theta == test::random_theta(test::small_model(), out.back())));
    BOOST_TEST(record.origin->model_hash == "0123abcd");
  }
  return out;
}

using Numbers = std::vector<uint64_t>;

}  // namespace

BOOST_AUTO_TEST_CASE(streams_follow_one_another) {
  const model::ModelConfig config = test::small_model();
  const test::Bytes a = test::function_stream(config, 3);
  const test::Bytes b = test::function_stream(config, 2, 3);
  test::Bytes both = a;
  both.insert(both.end(), b.begin(), b.end());
  BOOST_TEST((indices(test::MemoryInputs({a}).source()) == Numbers{0, 1, 2}));
  const test::MemoryInputs two({a, b});
  BOOST_TEST((indices(two.source()) == Numbers{0, 1, 2, 3, 4}));
  const test::MemoryInputs joined({both});
  BOOST_TEST((indices(joined.source()) == Numbers{0, 1, 2, 3, 4}));
}

BOOST_AUTO_TEST_CASE(selections) {
  const model::ModelConfig config = test::small_model();
  const std::vector<test::Bytes> inputs = {test::function_stream(config, 3), test::function_stream(config, 3, 3)};
  for (const Numbers& numbers : {Numbers{0}, Numbers{5}, Numbers{1, 4}, Numbers{4, 1}, Numbers{5, 4, 3, 2, 1, 0},
                                 Numbers{2, 2}, Numbers{3, 0, 3, 0, 5, 3}}) {
    const test::MemoryInputs memory(inputs);
    BOOST_TEST((indices(memory.source(numbers)) == numbers));
  }
  const test::MemoryInputs memory(inputs);
  draw::RecordSource source = memory.source({1, 6});
  draw::Record record;
  BOOST_TEST(source.next(record));
  BOOST_TEST(source.promised().value() == 2);
  BOOST_CHECK_EXCEPTION(source.next(record), base::DataError, [](const base::DataError& error) {
    return std::string(error.what()) == "input 1: record 6 was selected, and there are 6 (counted from 0)";
  });
}

BOOST_AUTO_TEST_CASE(a_cut_after_the_selection_is_told) {
  test::Bytes cut = test::function_stream(test::small_model(), 4);
  cut.resize(cut.size() - 40);
  const test::MemoryInputs memory({cut});
  draw::RecordSource source = memory.source({1});
  draw::Record record;
  BOOST_TEST(source.next(record));
  BOOST_CHECK_THROW(source.next(record), stream::StreamError);
}

BOOST_AUTO_TEST_CASE(what_is_promised) {
  const model::ModelConfig config = test::small_model();
  const auto promised = [](const std::vector<test::Bytes>& inputs) {
    const test::MemoryInputs memory(inputs);
    draw::RecordSource source = memory.source();
    draw::Record record;
    BOOST_TEST(source.next(record));
    return source.promised();
  };
  BOOST_TEST(promised({test::function_stream(config, 3)}).value() == 3);
  BOOST_TEST(!promised({test::function_stream(config, 3, 0, false)}));
  BOOST_TEST(!promised({test::function_stream(config, 3), test::function_stream(config, 3)}));
}

BOOST_AUTO_TEST_CASE(a_spool_gives_back_what_it_was_given) {
  const model::ModelConfig config = test::small_model();
  const int64_t one = 4 * model::theta_layout(config).n_theta + 256;
  for (const int64_t memory_bytes : {int64_t{0}, 3 * one, 100 * one}) {
    const test::MemoryInputs memory({test::function_stream(config, 7)});
    draw::RecordSource source = memory.source();
    draw::RecordSpool spool(memory_bytes);
    draw::Record record;
    BOOST_TEST(!spool.pop(record));
    while (source.next(record)) spool.push(std::move(record));
    BOOST_TEST(spool.size() == 7);
    for (uint64_t i = 0; i < 7; ++i) {
      BOOST_TEST_REQUIRE(spool.pop(record));
      BOOST_TEST((record.theta == test::random_theta(config, i)));
      BOOST_TEST(record.info.dump() == "{\"seed\":5,\"index\":" + std::to_string(i) + "}");
      BOOST_TEST(record.model->layout.n_theta == static_cast<int64_t>(record.theta.size()));
    }
    BOOST_TEST(!spool.pop(record));
  }
}

BOOST_AUTO_TEST_CASE(a_spool_without_room_says_so) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("TMPDIR", "/nonexistent/folder", 1);
  const test::MemoryInputs memory({test::function_stream(test::small_model(), 1)});
  draw::RecordSource source = memory.source();
  draw::RecordSpool spool(0);
  draw::Record record;
  BOOST_TEST(source.next(record));
  BOOST_CHECK_THROW(spool.push(std::move(record)), base::SystemError);
  if (before != nullptr)
    ::setenv("TMPDIR", kept.c_str(), 1);
  else
    ::unsetenv("TMPDIR");
}
