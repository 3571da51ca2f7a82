// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Tensors written piece by piece make the file that they make at once; what comes to another size replaces nothing.
#include "base/safetensors_stream.hpp"

#include <fstream>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr;

namespace {

base::TensorSource in_pieces(const std::string& name, const std::vector<float>& values, std::vector<int64_t> shape,
                             size_t piece) {
  return {name, base::Dtype::kF32, std::move(shape), [&values, piece](const base::TensorSink& sink) {
            for (size_t i = 0; i < values.size(); i += piece)
              sink(std::as_bytes(std::span(values).subspan(i, std::min(piece, values.size() - i))));
          }};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(safetensors_stream)

BOOST_AUTO_TEST_CASE(the_file_is_that_of_whole_tensors) {
  const test::TemporaryFolder folder;
  const std::vector<float> a = {1, 2, 3, 4, 5, 6, 7}, b = {8}, none;
  for (const bool with_checksum : {true, false}) {
    const std::vector<base::TensorView> whole = {{"a", base::Dtype::kF32, {7}, std::as_bytes(std::span(a))},
                                                 {"none", base::Dtype::kF32, {0, 3}, {}},
                                                 {"b", base::Dtype::kF32, {}, std::as_bytes(std::span(b))}};
    base::write_safetensors(folder / "whole", {{"key", "value"}}, whole, with_checksum);
    for (const size_t piece : {1U, 3U, 100U}) {
      const std::vector<base::TensorSource> sources = {
          in_pieces("a", a, {7}, piece), in_pieces("none", none, {0, 3}, piece), in_pieces("b", b, {}, piece)};
      base::write_safetensors(folder / "pieces", {{"key", "value"}}, sources, with_checksum);
      BOOST_TEST((base::read_file(folder / "pieces") == base::read_file(folder / "whole")));
    }
  }
}

BOOST_AUTO_TEST_CASE(another_size_replaces_nothing) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  std::ofstream(path) << "earlier";
  const std::vector<float> values = {1, 2, 3};
  const std::vector<base::TensorSource> wrong = {in_pieces("a", values, {4}, 2)};
  BOOST_CHECK_THROW(base::write_safetensors(path, {}, wrong), base::DataError);
  int calls = 0;
  const std::vector<base::TensorSource> changing = {
      {"a", base::Dtype::kF32, {3}, [&](const base::TensorSink& sink) {
         sink(std::as_bytes(std::span(values).first(++calls == 1 ? 3 : 2)));
       }}};
  BOOST_CHECK_THROW(base::write_safetensors(path, {}, changing), base::DataError);
  const std::vector<std::byte> left = base::read_file(path);
  BOOST_TEST(left.size() == 7U);
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
