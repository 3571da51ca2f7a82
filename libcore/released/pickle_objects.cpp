// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What calls in a pickle mean: each is noted down, none is made.
#include <string>
#include <utility>

#include "base/error.hpp"
#include "released/pickle_machine.hpp"

namespace inr::released {

void PickleMachine::push_global(std::string_view module, std::string_view name) {
  const std::optional<PickleGlobal> known = known_global(dialect_, module, name);
  if (!known) {
    const std::string full =
        base::printable(std::string(module.substr(0, 128)) + "." + std::string(name.substr(0, 128)), 300);
    fail(base::Fault::kUnsupported,
         "refers to " + full + ", which is not among the names that a released checkpoint contains",
         "nothing was run; do not load such a file elsewhere unless you trust it");
  }
  PickleValue value;
  value.kind = PickleKind::kGlobal;
  value.global = *known;
  push_new(std::move(value));
}

void PickleMachine::push_persistent(PickleHandle identity) {
  if (!tree_.is(identity, PickleKind::kTuple)) fail_use("a persistent identity", identity);
  push_items(PickleKind::kPersistent, {&identity, 1});
}

std::span<const PickleHandle> PickleMachine::arguments_of(std::string_view name, PickleHandle arguments, size_t min,
                                                          size_t max) {
  const PickleValue& value = tree_[arguments];
  if (value.items.size() < min || value.items.size() > max)
    fail(base::Fault::kDamaged, "gives " + std::string(name) + " " + std::to_string(value.items.size()) + " arguments");
  return value.items;
}

void PickleMachine::reduce(PickleHandle callable, PickleHandle arguments) {
  const PickleValue& value = tree_[callable];
  if (!tree_.is(arguments, PickleKind::kTuple)) fail_use("what a call is given", arguments);
  if (value.kind == PickleKind::kOpaque) return void(push_items(PickleKind::kOpaque, {}));
  if (value.kind != PickleKind::kGlobal) fail_use("what is called", callable);
  const auto check = [&](PickleHandle handle, PickleKind kind, std::string_view what) {
    if (!tree_.is(handle, kind)) fail_use(what, handle);
  };
  switch (value.global) {
    case PickleGlobal::kOpaque:
      push_items(PickleKind::kOpaque, {});
      return;
    case PickleGlobal::kReconstruct: {
      const PickleHandle made_of = arguments_of("_reconstruct_persistent_obj", arguments, 1, 1)[0];
      check(made_of, PickleKind::kDict, "what a module is made of");
      push_items(PickleKind::kModule, {&made_of, 1});
      return;
    }
    case PickleGlobal::kRebuildParameter: {  // tensor, requires_grad, hooks
      const PickleHandle tensor = arguments_of("_rebuild_parameter", arguments, 3, 3)[0];
      check(tensor, PickleKind::kTensor, "a parameter");
      push(tensor);
      return;
    }
    case PickleGlobal::kRebuildTensor: {  // storage, offset, size, stride, requires_grad, hooks, (metadata)
      const auto given = arguments_of("_rebuild_tensor_v2", arguments, 6, 7);
      check(given[0], PickleKind::kStorage, "the storage of a tensor");
      check(given[1], PickleKind::kInt, "the offset of a tensor");
      check(given[2], PickleKind::kTuple, "the size of a tensor");
      check(given[3], PickleKind::kTuple, "the stride of a tensor");
      push_items(PickleKind::kTensor, given.first(4));
      return;
    }
    case PickleGlobal::kLoadFromBytes: {
      const PickleHandle bytes = arguments_of("_load_from_bytes", arguments, 1, 1)[0];
      check(bytes, PickleKind::kBytes, "the content of a storage");
      push_items(PickleKind::kStorage, {&bytes, 1});
      return;
    }
    case PickleGlobal::kOrderedDict:
      arguments_of("OrderedDict", arguments, 0, 0);
      push_items(PickleKind::kDict, {});
      return;
    case PickleGlobal::kModuleList:
    case PickleGlobal::kEasyDict:
    case PickleGlobal::kFloatStorage:
      break;
  }
  fail(base::Fault::kUnsupported, "calls something that is not a function of such a file");
}

void PickleMachine::new_object(PickleHandle type, PickleHandle arguments) {
  const PickleValue& value = tree_[type];
  if (!tree_.is(arguments, PickleKind::kTuple)) fail_use("what a class is given", arguments);
  if (value.kind == PickleKind::kOpaque) return void(push_items(PickleKind::kOpaque, {}));
  if (value.kind != PickleKind::kGlobal) fail_use("a class", type);
  switch (value.global) {
    case PickleGlobal::kOpaque:
      push_items(PickleKind::kOpaque, {});
      return;
    case PickleGlobal::kModuleList: {  // its state follows by BUILD
      arguments_of("ModuleList", arguments, 0, 0);
      const PickleHandle module = push_items(PickleKind::kModule, {});
      tree_.values[module].integer = 1;
      return;
    }
    case PickleGlobal::kEasyDict:
    case PickleGlobal::kOrderedDict:
      arguments_of("a dictionary", arguments, 0, 0);
      push_items(PickleKind::kDict, {});
      return;
    default:
      fail(base::Fault::kUnsupported, "makes an object of something that is not a class of such a file");
  }
}

void PickleMachine::build(PickleHandle object, PickleHandle state) {
  PickleValue& value = tree_.values[object];
  // Of an opaque object everything is skipped; a dictionary's own attributes are none of its keys.
  if (value.kind == PickleKind::kOpaque || value.kind == PickleKind::kDict) return;
  if (value.kind != PickleKind::kModule || value.integer != 1 || !value.items.empty())
    fail_use("what is given a state", object);
  if (!tree_.is(state, PickleKind::kDict)) fail_use("the state of a module", state);
  value.items.push_back(state);
}

}  // namespace inr::released
