// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The kind of the errors of released checkpoints: pickles and safetensors.
#include <cstring>
#include <memory>
#include <string>

#include "base/byte_source.hpp"
#include "released/released_source.hpp"
#include "support/fault_of.hpp"

using namespace inr;
using namespace std::string_literals;
using base::Fault;

namespace {

void read(const std::string& bytes) {
  released::read_released(std::make_shared<const base::MemoryBytes>(std::as_bytes(std::span(bytes))), "cut short");
}

std::string safetensors_of(const std::string& header, const std::string& data = {}) {
  std::string file(8, '\0');
  const uint64_t n = header.size();
  std::memcpy(file.data(), &n, 8);
  return file + header + data;
}

}  // namespace

BOOST_AUTO_TEST_CASE(fault_kinds_of_released_checkpoints) {
  const std::string metadata = R"({"__metadata__":{"init_kwargs":"{}"},)";
  const std::string tensor = metadata + R"("w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string half = metadata + R"("w":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}})";
  const std::pair<Fault, std::string> cases[] = {
      {Fault::kEmpty, ""s},
      {Fault::kForeign, "hello"s},
      {Fault::kForeign, "PK\x03\x04"s},
      {Fault::kForeign, "\x80\x04N."s},  // a pickle of nothing
      {Fault::kUnsupported, "\x80\x05N."s},
      {Fault::kUnsupported, "\x80\x04\x8c\x02os\x8c\x06system\x93."s},
      {Fault::kCutShort,
       "\x80\x04\x8c\x05"
       "ab"s},
      {Fault::kDamaged, "\x80\x04t."s},
      {Fault::kForeign, safetensors_of("{}")},
      {Fault::kCutShort, safetensors_of("{}").substr(0, 9)},
      {Fault::kCutShort, safetensors_of(tensor, "0123")},
      {Fault::kDamaged, safetensors_of(tensor, "0123456789")},
      {Fault::kUnsupported, safetensors_of(half, "01234567")},
  };
  for (const auto& [kind, bytes] : cases) test::expect_fault(kind, bytes, [&] { read(bytes); });
}
