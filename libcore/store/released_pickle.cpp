// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// G_ema of a network snapshot: its modules are walked by name, its tensors located, its constructor arguments turned
// into JSON. Whatever is not walked (G, D, caches of coordinates, source texts) is not looked at.
#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/widen.hpp"
#include "store/little_endian.hpp"
#include "store/pickle_reader.hpp"
#include "store/released_source.hpp"

namespace inr::store {
namespace {

// Of a hostile file; a released generator has some 90 modules 6 deep and 300 tensors.
constexpr size_t kMaxDepth = 32, kMaxModules = 2000, kMaxTensors = 10000, kMaxRank = 8;
constexpr size_t kMaxNameBytes = 200, kMaxArguments = 2000, kMaxTextBytes = size_t{1} << 16;
constexpr std::array<uint8_t, 10> kTorchMagic = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
constexpr int64_t kTorchVersion = 1001, kModuleVersion = 6;

class Walk {
 public:
  Walk(const PickleTree& tree, ReleasedSource& source) : tree_(tree), source_(source) {}

  void run() {
    if (!tree_.is(tree_.root, PickleKind::kDict)) fail("", "holds " + kind(tree_.root) + " instead of networks");
    const std::vector<PickleHandle>& entries = tree_[tree_.root].items;
    for (size_t i = 0; i < entries.size() && i < 2 * kMaxModules; i += 2)
      source_.entries.push_back(name_of("", entries[i]) + ": " + kind(entries[i + 1]));
    const auto generator = tree_.find(tree_.root, "G_ema");
    if (!generator) fail("", "has no entry G_ema", "take a network snapshot of the released training code");
    module("", *generator, 0);
    const PickleHandle state = state_of("", *generator);
    const auto positional = tree_.find(state, "_init_args");
    if (positional && (!tree_.is(*positional, PickleKind::kTuple) || !tree_[*positional].items.empty()))
      fail("_init_args", "is not empty: the generator was made by arguments without names");
    source_.kwargs = to_json(member("", state, "_init_kwargs", PickleKind::kDict), 0);
  }

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& fault, std::string_view way_out = {}) const {
    throw base::DataError(tree_.where, (name.empty() ? "" : "G_ema: " + name + " ") + fault, way_out);
  }
  [[nodiscard]] std::string kind(PickleHandle handle) const { return std::string(kind_text(tree_[handle].kind)); }

  [[nodiscard]] std::string name_of(const std::string& parent, PickleHandle key) const {
    const std::string_view text = tree_.text(key);
    if (text.empty() || text.size() > kMaxNameBytes || base::printable(text, kMaxNameBytes) != text)
      fail(parent, "has a part whose name is no printable text of at most " + std::to_string(kMaxNameBytes) + " bytes");
    return parent.empty() ? std::string(text) : parent + "." + std::string(text);
  }

  [[nodiscard]] PickleHandle member(const std::string& name, PickleHandle dictionary, std::string_view key,
                                    PickleKind wanted) const {
    const auto found = tree_.find(dictionary, key);
    const std::string what = name.empty() ? "the generator" : name;
    if (!found) fail(what, "lacks " + std::string(key));
    if (!tree_.is(*found, wanted))
      fail(what, "has " + kind(*found) + " as " + std::string(key) + " instead of " + std::string(kind_text(wanted)));
    return *found;
  }

  /// The state of a module; its class goes into source_.modules.
  [[nodiscard]] PickleHandle state_of(const std::string& name, PickleHandle handle) const {
    const PickleValue& value = tree_[handle];
    const std::string what = name.empty() ? "the generator" : name;
    if (value.kind != PickleKind::kModule) fail(what, "is " + kind(handle));
    if (value.items.empty()) fail(what, "is a list of modules without a state");
    const PickleHandle made_of = value.items[0];
    if (value.integer == 1) return made_of;
    if (tree_.text(member(name, made_of, "type", PickleKind::kText)) != "class") fail(what, "is made of no class");
    const int64_t version = tree_[member(name, made_of, "version", PickleKind::kInt)].integer;
    if (version != kModuleVersion)
      fail(what, "has version " + std::to_string(version) + " instead of " + std::to_string(kModuleVersion));
    return member(name, made_of, "state", PickleKind::kDict);
  }

  [[nodiscard]] std::string class_of(PickleHandle handle) const {
    const PickleValue& value = tree_[handle];
    if (value.integer == 1) return "ModuleList";
    const auto name = tree_.find(value.items[0], "class_name");
    return name ? base::printable(tree_.text(*name), kMaxNameBytes) : "";
  }

  void module(const std::string& name, PickleHandle handle, size_t depth) {
    if (depth > kMaxDepth) fail(name, "lies deeper than " + std::to_string(kMaxDepth) + " modules");
    if (source_.modules.size() == kMaxModules) fail("", "holds more than " + std::to_string(kMaxModules) + " modules");
    const PickleHandle state = state_of(name, handle);
    source_.modules.push_back({name, class_of(handle)});
    for (const std::string_view part : {"_parameters", "_buffers", "_modules"}) {
      const std::vector<PickleHandle>& items = tree_[member(name, state, part, PickleKind::kDict)].items;
      for (size_t i = 0; i < items.size(); i += 2) {
        if (tree_.is(items[i + 1], PickleKind::kNone)) continue;
        const std::string child = name_of(name, items[i]);
        part == "_modules" ? module(child, items[i + 1], depth + 1) : tensor(child, items[i + 1]);
      }
    }
  }

  void tensor(const std::string& name, PickleHandle handle) {
    if (!tree_.is(handle, PickleKind::kTensor)) fail(name, "is " + kind(handle) + " instead of a tensor");
    if (source_.tensors.size() == kMaxTensors) fail("", "holds more than " + std::to_string(kMaxTensors) + " tensors");
    const std::vector<PickleHandle>& parts = tree_[handle].items;
    ReleasedTensor tensor;
    tensor.shape = integers(name, parts[2]);
    tensor.stride = integers(name, parts[3]);
    const std::span<const std::byte> floats = storage(name, tree_[parts[0]].items[0]);
    const auto n_floats = static_cast<int64_t>(floats.size() / sizeof(float));
    const int64_t offset = tree_[parts[1]].integer;
    const auto numel = base::checked_numel(tensor.shape, sizeof(float));
    // Nothing that is larger than the file it comes from: a value may not stand for many.
    if (tensor.shape.size() != tensor.stride.size() || !numel || *numel > n_floats || offset < 0 || offset > n_floats)
      fail(name, "does not fit into its storage");
    int64_t last = offset;
    for (size_t i = 0; i < tensor.shape.size() && *numel > 0; ++i) {
      const int64_t steps = tensor.shape[i] - 1;
      if (steps > 0 && (tensor.stride[i] < 0 || tensor.stride[i] > (n_floats - last) / steps))
        fail(name, "does not fit into its storage");
      last += steps * (steps > 0 ? tensor.stride[i] : 0);
    }
    if (*numel > 0 && last >= n_floats) fail(name, "does not fit into its storage");
    tensor.bytes = floats.subspan(static_cast<size_t>(offset) * sizeof(float));
    tensor.numel = *numel;
    if (!source_.tensors.emplace(name, std::move(tensor)).second) fail(name, "is there twice");
  }

  [[nodiscard]] std::vector<int64_t> integers(const std::string& name, PickleHandle tuple) const {
    std::vector<int64_t> out;
    if (tree_[tuple].items.size() > kMaxRank) fail(name, "has more than " + std::to_string(kMaxRank) + " dimensions");
    for (const PickleHandle item : tree_[tuple].items) {
      if (!tree_.is(item, PickleKind::kInt)) fail(name, "has " + kind(item) + " as a size");
      out.push_back(tree_[item].integer);
    }
    return out;
  }

  /// A storage's bytes: five pickles, the number of its values, the values.
  [[nodiscard]] std::span<const std::byte> storage(const std::string& name, PickleHandle handle) const {
    const PickleValue& content = tree_[handle];
    const std::span<const std::byte> file = tree_.file.first(content.offset + content.length);
    uint64_t at = content.offset;
    const auto next = [&](auto&& is_right) {
      constexpr PickleLimits kLimits = {.steps = 256, .values = 256};
      const PickleTree part =
          read_pickle(file, at, PickleDialect::kStorage, tree_.where + ": G_ema: " + name + ": storage", kLimits);
      if (!is_right(part)) fail(name, "has a storage of another form than torch.save writes");
      at = part.end;
    };
    const auto integer = [](const PickleTree& part, PickleHandle value) {
      return part.is(value, PickleKind::kInt) ? part[value].integer : -1;
    };
    next([](const PickleTree& part) {
      return part.is(part.root, PickleKind::kBigInt) &&
             std::ranges::equal(part.bytes(part[part.root]), std::as_bytes(std::span(kTorchMagic)));
    });
    next([&](const PickleTree& part) { return integer(part, part.root) == kTorchVersion; });
    next([](const PickleTree& part) {  // of the machine that wrote it
      const auto little = part.find(part.root, "little_endian");
      return part.is(part.root, PickleKind::kDict) &&
             (!little || (part.is(*little, PickleKind::kBool) && part[*little].integer == 1));
    });
    std::string key;
    int64_t n_values = -1;
    next([&](const PickleTree& part) {  // ("storage", class, key, location, number of values, None)
      if (!part.is(part.root, PickleKind::kPersistent)) return false;
      const std::vector<PickleHandle>& identity = part[part[part.root].items[0]].items;
      if (identity.size() != 6 || part.text(identity[0]) != "storage" ||
          part[identity[1]].global != PickleGlobal::kFloatStorage || !part.is(identity[1], PickleKind::kGlobal) ||
          !part.is(identity[2], PickleKind::kText) || !part.is(identity[3], PickleKind::kText) ||
          !part.is(identity[5], PickleKind::kNone)) {
        return false;
      }
      key = part.text(identity[2]);
      n_values = integer(part, identity[4]);
      return n_values >= 0;
    });
    next([&](const PickleTree& part) {
      return part.is(part.root, PickleKind::kList) && part[part.root].items.size() == 1 &&
             part.is(part[part.root].items[0], PickleKind::kText) && part.text(part[part.root].items[0]) == key;
    });
    const std::span<const std::byte> rest = file.subspan(at);
    if (rest.size() < sizeof(uint64_t) || load_le<uint64_t>(rest) != static_cast<uint64_t>(n_values) ||
        (rest.size() - sizeof(uint64_t)) % sizeof(float) != 0 ||
        (rest.size() - sizeof(uint64_t)) / sizeof(float) != static_cast<uint64_t>(n_values)) {
      fail(name, "has a storage whose length is not that of its values");
    }
    return rest.subspan(sizeof(uint64_t));
  }

  /// Constructor arguments. Objects that are not read become a text that says so: whoever needs one names it.
  [[nodiscard]] base::Json to_json(PickleHandle handle, size_t depth) {
    const PickleValue& value = tree_[handle];
    if (depth > kMaxDepth || ++n_arguments_ > kMaxArguments) fail("_init_kwargs", "holds too much");
    switch (value.kind) {
      case PickleKind::kNone:
        return nullptr;
      case PickleKind::kBool:
        return value.integer != 0;
      case PickleKind::kInt:
        return value.integer;
      case PickleKind::kFloat:
        return value.real;
      case PickleKind::kText:
        return argument_text(handle);
      case PickleKind::kTuple:
      case PickleKind::kList: {
        base::Json out = base::Json::array();
        for (const PickleHandle item : value.items) out.push_back(to_json(item, depth + 1));
        return out;
      }
      case PickleKind::kDict: {
        base::Json out = base::Json::object();
        for (size_t i = 0; i < value.items.size(); i += 2) {
          const PickleHandle key = value.items[i];
          const bool number = tree_.is(key, PickleKind::kInt);
          if (!number && !tree_.is(key, PickleKind::kText)) fail("_init_kwargs", "has " + kind(key) + " as a key");
          out[number ? std::to_string(tree_[key].integer) : argument_text(key)] =
              to_json(value.items[i + 1], depth + 1);
        }
        return out;
      }
      default:
        return "(" + kind(handle) + ")";
    }
  }

  [[nodiscard]] std::string argument_text(PickleHandle handle) const {
    const std::string_view text = tree_.text(handle);
    if (text.size() > kMaxTextBytes) fail("_init_kwargs", "holds a text of " + std::to_string(text.size()) + " bytes");
    return std::string(text);
  }

  const PickleTree& tree_;
  ReleasedSource& source_;
  size_t n_arguments_ = 0;
};

}  // namespace

ReleasedSource read_released_pickle(std::span<const std::byte> file, const std::string& where) {
  ReleasedSource source;
  source.where = where;
  source.file = file;
  const PickleTree tree = read_pickle(file, 0, PickleDialect::kSnapshot, where);
  if (tree.end != file.size()) {
    throw base::DataError(where, std::to_string(file.size() - tree.end) + " bytes follow the end of its pickle",
                          "fetch it again");
  }
  Walk(tree, source).run();
  return source;
}

}  // namespace inr::store
