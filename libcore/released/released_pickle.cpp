// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// G_ema of a network snapshot: its modules are walked by name, its tensors located, its constructor arguments turned
// into JSON. Whatever is not walked (G, D, caches of coordinates, source texts) is not looked at.
#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/widen.hpp"
#include "released/pickle_reader.hpp"
#include "released/released_forms.hpp"
#include "released/released_storage.hpp"

namespace inr::released {
namespace {

// Of a hostile file; a released generator has some 90 modules 6 deep and 300 tensors.
constexpr size_t kMaxDepth = 32, kMaxModules = 2000, kMaxTensors = 10000, kMaxRank = 8;
constexpr size_t kMaxPartBytes = 200, kMaxNameBytes = 400;
constexpr size_t kMaxLooks = size_t{1} << 20;  // keys that are compared, all dictionaries together; some 50,000 are
constexpr int64_t kModuleVersion = 6;
constexpr std::string_view kWayOut = "take a network snapshot of the released training code";

class Walk {
 public:
  Walk(const base::ByteSource& file, const PickleTree& tree, ReleasedSource& source)
      : file_(file), tree_(tree), source_(source) {}

  void run() {
    if (!tree_.is(tree_.root, PickleKind::kDict))
      fail(base::Fault::kForeign, "", "holds " + kind(tree_.root) + " instead of networks", kWayOut);
    const std::vector<PickleHandle>& entries = tree_[tree_.root].items;
    for (size_t i = 0; i < entries.size() && i < 2 * kMaxModules; i += 2)
      source_.entries.push_back(name_of("", entries[i]) + ": " + kind(entries[i + 1]));
    const auto generator = find("", tree_.root, "G_ema");
    if (!generator) fail(base::Fault::kForeign, "", "has no entry G_ema", kWayOut);
    module("", *generator, 0);
    const PickleHandle state = state_of("", *generator);
    const auto positional = find("", state, "_init_args");
    if (positional && (!tree_.is(*positional, PickleKind::kTuple) || !tree_[*positional].items.empty()))
      fail(base::Fault::kUnsupported, "_init_args", "is not empty: the generator was made with positional arguments");
    source_.kwargs = to_json(member("", state, "_init_kwargs", PickleKind::kDict), 0);
  }

 private:
  // fault: damaged, or of another program, or beyond what is read here
  [[noreturn]] void fail(base::Fault fault, const std::string& name, const std::string& text,
                         std::string_view way_out = {}) const {
    throw base::DataError(fault, tree_.where, (name.empty() ? "" : "G_ema: " + base::printable(name) + " ") + text,
                          way_out);
  }
  [[nodiscard]] std::string kind(PickleHandle handle) const { return std::string(kind_text(tree_[handle].kind)); }

  [[nodiscard]] std::string name_of(const std::string& parent, PickleHandle key) const {
    const std::string_view text = tree_.text(key);
    if (text.empty() || text.size() > kMaxPartBytes || base::printable(text, kMaxPartBytes) != text)
      fail(base::Fault::kUnsupported, parent,
           "has a part whose name is not printable text of at most " + std::to_string(kMaxPartBytes) + " bytes");
    std::string name = parent.empty() ? std::string(text) : parent + "." + std::string(text);
    if (name.size() > kMaxNameBytes)
      fail(base::Fault::kUnsupported, parent,
           "has a part whose full name is longer than " + std::to_string(kMaxNameBytes) + " bytes");
    return name;
  }

  /// Python writes no key twice; readers that differ in which one counts would see different models.
  [[nodiscard]] std::optional<PickleHandle> find(const std::string& name, PickleHandle dictionary,
                                                 std::string_view key) {
    std::optional<PickleHandle> found;
    if (!tree_.is(dictionary, PickleKind::kDict)) return found;
    const std::vector<PickleHandle>& items = tree_[dictionary].items;
    look_at(items.size() / 2);
    for (size_t i = 0; i < items.size(); i += 2) {
      if (!tree_.is(items[i], PickleKind::kText) || tree_.text(items[i]) != key) continue;
      if (found)
        fail(base::Fault::kDamaged, name.empty() ? "the generator" : name, "has " + std::string(key) + " twice");
      found = items[i + 1];
    }
    return found;
  }

  void look_at(size_t n_keys) {
    n_looks_ += n_keys;
    if (n_looks_ > kMaxLooks) fail(base::Fault::kUnsupported, "", "holds dictionaries that are too large");
  }

  [[nodiscard]] PickleHandle member(const std::string& name, PickleHandle dictionary, std::string_view key,
                                    PickleKind wanted) {
    const auto found = find(name, dictionary, key);
    const std::string what = name.empty() ? "the generator" : name;
    if (!found) fail(base::Fault::kDamaged, what, "lacks " + std::string(key));
    if (!tree_.is(*found, wanted))
      fail(base::Fault::kDamaged, what,
           "has " + kind(*found) + " as " + std::string(key) + " instead of " + std::string(kind_text(wanted)));
    return *found;
  }

  /// The state of a module; its class goes into source_.modules.
  [[nodiscard]] PickleHandle state_of(const std::string& name, PickleHandle handle) {
    const PickleValue& value = tree_[handle];
    const std::string what = name.empty() ? "the generator" : name;
    if (value.kind != PickleKind::kModule)
      fail(base::Fault::kForeign, what, "is " + kind(handle) + " instead of a module", kWayOut);
    if (value.items.empty()) fail(base::Fault::kDamaged, what, "is a list of modules without a state");
    const PickleHandle made_of = value.items[0];
    if (value.integer == 1) return made_of;
    if (tree_.text(member(name, made_of, "type", PickleKind::kText)) != "class")
      fail(base::Fault::kUnsupported, what, "was not saved as a class");
    const int64_t version = tree_[member(name, made_of, "version", PickleKind::kInt)].integer;
    if (version != kModuleVersion)
      fail(base::Fault::kUnsupported, what,
           "has version " + std::to_string(version) + " instead of " + std::to_string(kModuleVersion));
    return member(name, made_of, "state", PickleKind::kDict);
  }

  [[nodiscard]] std::string class_of(const std::string& name, PickleHandle handle) {
    const PickleValue& value = tree_[handle];
    if (value.integer == 1) return "ModuleList";
    const auto found = find(name, value.items[0], "class_name");
    return found ? base::printable(tree_.text(*found), kMaxPartBytes) : "";
  }

  void module(const std::string& name, PickleHandle handle, size_t depth) {
    if (depth > kMaxDepth)
      fail(base::Fault::kUnsupported, name, "lies deeper than " + std::to_string(kMaxDepth) + " modules");
    if (source_.modules.size() == kMaxModules)
      fail(base::Fault::kUnsupported, "", "holds more than " + std::to_string(kMaxModules) + " modules");
    const PickleHandle state = state_of(name, handle);
    source_.modules.push_back({name, class_of(name, handle)});
    for (const std::string_view part : {"_parameters", "_buffers", "_modules"}) {
      const std::vector<PickleHandle>& items = tree_[member(name, state, part, PickleKind::kDict)].items;
      look_at(items.size() / 2);
      std::set<std::string_view> keys;
      for (size_t i = 0; i < items.size(); i += 2) {
        const std::string child = name_of(name, items[i]);
        if (!keys.insert(tree_.text(items[i])).second) fail(base::Fault::kDamaged, child, "appears twice");
        if (tree_.is(items[i + 1], PickleKind::kNone)) continue;
        part == "_modules" ? module(child, items[i + 1], depth + 1) : tensor(child, items[i + 1]);
      }
    }
  }

  void tensor(const std::string& name, PickleHandle handle) {
    if (!tree_.is(handle, PickleKind::kTensor))
      fail(base::Fault::kDamaged, name, "is " + kind(handle) + " instead of a tensor");
    if (source_.tensors.size() == kMaxTensors)
      fail(base::Fault::kUnsupported, "", "holds more than " + std::to_string(kMaxTensors) + " tensors");
    const std::vector<PickleHandle>& parts = tree_[handle].items;
    ReleasedTensor tensor;
    tensor.shape = integers(name, parts[2]);
    tensor.stride = integers(name, parts[3]);
    const PickleValue& content = tree_[tree_[parts[0]].items[0]];
    const FloatExtent floats =
        read_storage(file_, {content.offset, content.offset + content.length}, tree_.where, base::printable(name));
    const int64_t n_floats = floats.count;
    const int64_t offset = tree_[parts[1]].integer;
    const auto numel = base::checked_numel(tensor.shape, sizeof(float));
    // Nothing that is larger than the file it comes from: a value may not stand for many.
    if (tensor.shape.size() != tensor.stride.size() || !numel || *numel > n_floats || offset < 0 || offset > n_floats)
      fail(base::Fault::kDamaged, name, "does not fit into its storage");
    int64_t last = offset;
    for (size_t i = 0; i < tensor.shape.size() && *numel > 0; ++i) {
      const int64_t steps = tensor.shape[i] - 1;
      if (steps > 0 && (tensor.stride[i] < 0 || tensor.stride[i] > (n_floats - last) / steps))
        fail(base::Fault::kDamaged, name, "does not fit into its storage");
      last += steps * (steps > 0 ? tensor.stride[i] : 0);
    }
    if (*numel > 0 && last >= n_floats) fail(base::Fault::kDamaged, name, "does not fit into its storage");
    n_values_ += *numel;
    if (static_cast<uint64_t>(n_values_) > file_.size() / sizeof(float))
      fail(base::Fault::kDamaged, "", "holds tensors that are larger together than the file");
    tensor.file = &file_;
    tensor.offset = floats.offset + static_cast<uint64_t>(offset) * sizeof(float);
    tensor.numel = *numel;
    if (!source_.tensors.emplace(name, std::move(tensor)).second) fail(base::Fault::kDamaged, name, "appears twice");
  }

  [[nodiscard]] std::vector<int64_t> integers(const std::string& name, PickleHandle tuple) const {
    std::vector<int64_t> out;
    if (tree_[tuple].items.size() > kMaxRank)
      fail(base::Fault::kUnsupported, name, "has more than " + std::to_string(kMaxRank) + " dimensions");
    for (const PickleHandle item : tree_[tuple].items) {
      if (!tree_.is(item, PickleKind::kInt)) fail(base::Fault::kDamaged, name, "has " + kind(item) + " as a size");
      out.push_back(tree_[item].integer);
    }
    return out;
  }

  /// Constructor arguments. Objects that are not read become a text that says so: whoever needs one names it.
  [[nodiscard]] base::Json to_json(PickleHandle handle, size_t depth) {
    const PickleValue& value = tree_[handle];
    if (depth > kMaxDepth || ++n_arguments_ > kMaxArguments)
      fail(base::Fault::kUnsupported, "_init_kwargs", "holds too much");
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
          if (!number && !tree_.is(key, PickleKind::kText))
            fail(base::Fault::kDamaged, "_init_kwargs", "has " + kind(key) + " as a key");
          const std::string name = number ? std::to_string(tree_[key].integer) : argument_text(key);
          if (out.contains(name))
            fail(base::Fault::kDamaged, "_init_kwargs", "has the key " + base::printable(name) + " twice");
          out[name] = to_json(value.items[i + 1], depth + 1);
        }
        return out;
      }
      default:
        return "(" + kind(handle) + ")";
    }
  }

  // What is remembered once may be used a thousand times.
  [[nodiscard]] std::string argument_text(PickleHandle handle) {
    const uint64_t length = tree_[handle].length;
    if (length > PickleTree::kKeptBytes)
      fail(base::Fault::kUnsupported, "_init_kwargs", "holds a text of " + std::to_string(length) + " bytes");
    n_argument_bytes_ += static_cast<size_t>(length);
    if (n_argument_bytes_ > kMaxArgumentBytes)
      fail(base::Fault::kUnsupported, "_init_kwargs",
           "holds more than " + std::to_string(kMaxArgumentBytes) + " bytes of text");
    return std::string(tree_.text(handle));
  }

  const base::ByteSource& file_;
  const PickleTree& tree_;
  ReleasedSource& source_;
  size_t n_arguments_ = 0, n_argument_bytes_ = 0, n_looks_ = 0;
  int64_t n_values_ = 0;
};

}  // namespace

ReleasedSource read_released_pickle(const std::shared_ptr<const base::ByteSource>& file, const std::string& where) {
  ReleasedSource source;
  const PickleTree tree = read_pickle(*file, {0, file->size()}, PickleDialect::kSnapshot, where);
  if (tree.end != file->size()) {
    throw base::DataError(base::Fault::kDamaged, where,
                          std::to_string(file->size() - tree.end) + " bytes follow the end of its pickle",
                          "fetch it again");
  }
  Walk(*file, tree, source).run();
  return source;
}

}  // namespace inr::released
