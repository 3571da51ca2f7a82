// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "metrics/agreement.hpp"

#include <array>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"

namespace inr::metrics {
namespace {

constexpr const char* kMixed = "mixed";

struct Item {
  const char* what;
  std::string StatisticsInfo::*text;
  const char* way_out;
};
constexpr const char* kSameNetwork = "make both with the same --network and --protocol";
constexpr std::array<Item, 5> kItems = {
    {{"network", &StatisticsInfo::network, kSameNetwork},
     {"network file (SHA-256)", &StatisticsInfo::network_hash, kSameNetwork},
     {"protocol", &StatisticsInfo::protocol, kSameNetwork},
     {"resolution", &StatisticsInfo::resolution, "make both from pictures of one size"},
     {"filter that resized the pictures", &StatisticsInfo::filter, "make both from pictures resized by one filter"}}};

}  // namespace

bool check_agreement(const Side& real, const Side& fake, bool allow_mixed, bool known) {
  bool mixed = false;
  for (const Item& item : kItems) {
    const std::string &a = real.info.*item.text, &b = fake.info.*item.text;
    if (a.empty() || b.empty() || a == b || a == kMixed || b == kMixed) continue;
    mixed = true;
    const std::string where = base::printable(real.path) + " and " + base::printable(fake.path);
    const std::string fault =
        std::string("not the same ") + item.what + ": " + base::printable(a) + " and " + base::printable(b);
    if (!allow_mixed) {
      throw base::DataError(where, fault,
                            std::string(item.way_out) + ", or compare them as they are with --allow-mixed");
    }
    if (known) base::log_warning(where + ": " + fault);
  }
  if (!known) return mixed;
  if (real.statistics.dims() != fake.statistics.dims()) {
    throw base::DataError(base::printable(real.path) + " and " + base::printable(fake.path),
                          "not the same number of features: " + std::to_string(real.statistics.dims()) + " and " +
                              std::to_string(fake.statistics.dims()),
                          kSameNetwork);
  }
  if (real.info.network.empty() != fake.info.network.empty()) {
    base::log_warning(
        "one side does not say which network made its statistics; the score is valid only if both used the same one");
  }
  const std::string &a = real.info.resolution, &b = fake.info.resolution;
  if (!a.empty() && !b.empty() && a != b && (a == kMixed || b == kMixed)) {
    base::log_warning("the real pictures are " + base::printable(a) + ", the fake ones " + base::printable(b));
  }
  return mixed;
}

void check_network(const Side& loaded, const FeatureNetwork& network, bool hash) {
  const std::string there =
      loaded.info.network.empty() ? std::string("an unnamed network") : base::printable(loaded.info.network);
  const int64_t dims = loaded.features.defined() ? loaded.features.size(1) : loaded.statistics.dims();
  if (dims != network.dims()) {
    throw base::DataError(base::printable(loaded.path),
                          "statistics of " + there + " with " + std::to_string(dims) +
                              " features, but the network for the pictures is " + network.name() + " with " +
                              std::to_string(network.dims()),
                          "give the network that made the statistics with --network");
  }
  const std::string& stated = loaded.info.network_hash;
  if (!hash || stated.empty() || stated == network.hash()) return;
  throw base::DataError(base::printable(loaded.path),
                        "made by " + there + " (SHA-256 " + base::printable(stated) + "), but --network is " +
                            network.name() + " (" + network.hash() + ")",
                        "give the network that made them, or accept this with --allow-mixed");
}

void check_protocol(const Side& loaded, const std::string& protocol) {
  const std::string& stated = loaded.info.protocol;
  if (protocol.empty() || stated.empty() || stated == protocol) return;
  throw base::DataError(
      base::printable(loaded.path),
      "statistics of protocol " + base::printable(stated) + ", but --protocol is " + base::printable(protocol),
      "leave --protocol out, make them again, or accept this with --allow-mixed");
}

}  // namespace inr::metrics
