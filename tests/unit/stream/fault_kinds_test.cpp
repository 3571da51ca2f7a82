// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The kind of the errors of INR streams. The fault tests cut and flip every byte; here each kind has its example.
#include "stream/inr_stream.hpp"
#include "support/fault_of.hpp"
#include "support/stream_bytes.hpp"

using namespace inr;
using base::Fault;
using test::Bytes;

namespace {

void read(const Bytes& bytes) {
  const test::BytesDescriptor file(bytes);
  stream::InrStreamReader reader(file.fd(), "cut short, newer than this program");
  while (reader.next_stream()) {
    for (stream::StreamRecord record; reader.next(record);) {
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(fault_kinds_of_streams) {
  const Bytes whole = test::small_stream({});
  Bytes newer = whole, flipped = whole, more = whole;
  newer[8] = std::byte{9};
  flipped[40] ^= std::byte{1};
  more.push_back(std::byte{'x'});
  const std::pair<Fault, Bytes> cases[] = {{Fault::kEmpty, {}},
                                           {Fault::kForeign, test::text_bytes("a text, not a stream")},
                                           {Fault::kCutShort, test::text_bytes("INRST")},
                                           {Fault::kCutShort, Bytes(whole.begin(), whole.end() - 1)},
                                           {Fault::kCutShort, Bytes(whole.begin(), whole.begin() + 30)},
                                           {Fault::kDamaged, flipped},
                                           {Fault::kDamaged, more},
                                           {Fault::kNewer, newer}};
  BOOST_TEST(test::fault_of([&] { read(whole); }) == "no error");
  for (const auto& [kind, bytes] : cases) test::expect_fault(kind, base::to_string(kind), [&] { read(bytes); });
}
