// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The restricted pickle reader, opcode by opcode, on pickles written by hand: values, what is refused and how, limits.
#include "released/pickle_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr;
using released::PickleDialect;
using released::PickleKind;
using released::PickleTree;
using namespace std::string_literals;

namespace {

struct Read {
  std::string bytes;
  PickleTree tree;
};

PickleTree read_bytes(const std::string& bytes, PickleDialect dialect, released::PickleLimits limits = {}) {
  const base::MemoryBytes file(std::as_bytes(std::span(bytes)));
  return released::read_pickle(file, {0, file.size()}, dialect, "file", limits);
}

Read read(const std::string& body, PickleDialect dialect = PickleDialect::kSnapshot,
          released::PickleLimits limits = {}) {
  Read out{(dialect == PickleDialect::kSnapshot ? "\x80\x04"s : "\x80\x02"s) + body, {}};
  out.tree = read_bytes(out.bytes, dialect, limits);
  return out;
}

std::string error_of(const std::string& body, PickleDialect dialect = PickleDialect::kSnapshot,
                     released::PickleLimits limits = {}) {
  try {
    read(body, dialect, limits);
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "no error";
}

std::string text(std::string_view value) { return "\x8c"s + static_cast<char>(value.size()) + std::string(value); }
std::string name(std::string_view module, std::string_view attribute) {
  return text(module) + text(attribute) + "\x93"s;
}

bool has(const std::string& error, std::string_view part) { return error.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(pickle_reader)

BOOST_AUTO_TEST_CASE(numbers) {
  const auto integer = [](const std::string& body) {
    const Read pickle = read(body + ".");
    BOOST_TEST(pickle.tree.is(pickle.tree.root, PickleKind::kInt));
    return pickle.tree[pickle.tree.root].integer;
  };
  BOOST_TEST(integer("K\xff"s) == 255);
  BOOST_TEST(integer("M\x01\x80"s) == 0x8001);
  BOOST_TEST(integer("J\xff\xff\xff\xff"s) == -1);
  BOOST_TEST(integer("\x8a\x00"s) == 0);
  BOOST_TEST(integer("\x8a\x01\x80"s) == -128);
  BOOST_TEST(integer("\x8a\x02\xff\x00"s) == 255);
  BOOST_TEST(integer("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80"s) == INT64_MIN);
  const Read real = read("G\x3f\xf8\x00\x00\x00\x00\x00\x00."s);
  BOOST_TEST(real.tree[real.tree.root].real == 1.5);
  const Read big = read("\x8a\x09\x00\x01\x02\x03\x04\x05\x06\x07\x08."s);
  BOOST_TEST(big.tree.is(big.tree.root, PickleKind::kBigInt));
  BOOST_TEST(big.tree.text(big.tree.root) == "\x00\x01\x02\x03\x04\x05\x06\x07\x08"s);
}

BOOST_AUTO_TEST_CASE(containers_and_memo) {
  // {"a": [1, (True, None)], "b": the same list, "a": "again"}
  const Read pickle =
      read("}("s + text("a") + "]\x94(K\x01\x88N\x86"s + "e" + text("b") + "h\x00"s + text("a") + text("again") + "u.");
  const PickleTree& tree = pickle.tree;
  const auto list = tree.find(tree.root, "b");
  BOOST_REQUIRE(list.has_value());
  BOOST_TEST(tree.is(*list, PickleKind::kList));
  BOOST_REQUIRE(tree[*list].items.size() == 2U);
  BOOST_TEST(tree.is(tree[*list].items[1], PickleKind::kTuple));
  BOOST_TEST(tree[tree[*list].items[1]].items.size() == 2U);
  BOOST_TEST(tree.text(*tree.find(tree.root, "a")) == "again");
  BOOST_TEST(!tree.find(tree.root, "c").has_value());
  BOOST_TEST(!tree.find(*list, "a").has_value());
  BOOST_TEST(tree.end == pickle.bytes.size());
}

BOOST_AUTO_TEST_CASE(of_a_text_the_beginning_is_kept) {
  const std::string content(70000, 'x');
  const Read pickle = read("]("s + "X\x70\x11\x01\x00"s + content + "e" + text("behind") + "a.");
  const auto& items = pickle.tree[pickle.tree.root].items;
  BOOST_REQUIRE(items.size() == 2U);
  BOOST_TEST(pickle.tree[items[0]].length == content.size());
  BOOST_TEST(pickle.tree.text(items[0]) == content.substr(0, PickleTree::kKeptBytes));
  BOOST_TEST(pickle.tree.text(items[1]) == "behind");
  const released::PickleLimits few = {.kept_bytes = 10};
  BOOST_TEST(has(error_of("]" + text("12345678") + "a" + text("123") + "a.", PickleDialect::kSnapshot, few),
                 "more than 10 bytes of text"));
}

BOOST_AUTO_TEST_CASE(bytes_stay_in_the_file) {
  const std::string content(70000, 'x');
  const Read pickle = read("B\x70\x11\x01\x00"s + content + ".");
  const auto& value = pickle.tree[pickle.tree.root];
  BOOST_TEST((value.kind == PickleKind::kBytes));
  BOOST_TEST(value.offset == 7U);
  BOOST_TEST(value.length == content.size());
}

BOOST_AUTO_TEST_CASE(names_that_are_known) {
  using released::PickleGlobal;
  const auto known = [](std::string_view module, std::string_view attribute) {
    return released::known_global(PickleDialect::kSnapshot, module, attribute);
  };
  BOOST_TEST((known("torch_utils.persistence", "_reconstruct_persistent_obj") == PickleGlobal::kReconstruct));
  BOOST_TEST((known("src.torch_utils.persistence", "_reconstruct_persistent_obj") == PickleGlobal::kReconstruct));
  BOOST_TEST((known("src.dnnlib.util", "EasyDict") == PickleGlobal::kEasyDict));
  for (const auto& [module, attribute] : {std::pair("omegaconf.nodes", "AnyNode"), std::pair("omegaconf", "x"),
                                          std::pair("typing", "Any"), std::pair("numpy._core.multiarray", "scalar"),
                                          std::pair("builtins", "dict"), std::pair("collections", "defaultdict")})
    BOOST_TEST((known(module, attribute) == PickleGlobal::kOpaque), module);
  for (const auto& [module, attribute] :
       {std::pair("os", "system"), std::pair("builtins", "eval"), std::pair("builtins", "getattr"),
        std::pair("omegaconf", "os.system"), std::pair("typing", "sys.modules"), std::pair("omegaconfx", "AnyNode"),
        std::pair("typingx", "Any"), std::pair("numpy", "load"), std::pair("collections", "Counter"),
        std::pair("src.src.dnnlib.util", "EasyDict"), std::pair("torch", "load"), std::pair("torch", "FloatStorage"),
        std::pair("", "")})
    BOOST_TEST(!known(module, attribute).has_value(), module << "." << attribute);
  BOOST_TEST(released::known_global(PickleDialect::kStorage, "torch.cuda", "FloatStorage").has_value());
  BOOST_TEST(!released::known_global(PickleDialect::kStorage, "torch", "HalfStorage").has_value());
  BOOST_TEST(!released::known_global(PickleDialect::kStorage, "typing", "Any").has_value());
}

BOOST_AUTO_TEST_CASE(other_names_are_refused_by_name) {
  const std::string call = name("os", "system") + text("true") + "\x85R."s;
  BOOST_TEST(has(error_of(call), "file: refers to os.system, which"));
  BOOST_TEST(has(error_of(call), "nothing was run"));
  // Also where it would have been ignored.
  BOOST_TEST(has(error_of(name("omegaconf.nodes", "AnyNode") + "("s + name("subprocess", "Popen") + "tR."),
                 "subprocess.Popen"));
  BOOST_TEST(has(error_of(text("os") + "K\x01\x93."s), "a part of a name is an integer"));
  BOOST_TEST(has(error_of(name("x\ny", "z\x1b[1m") + "."), "x\\ny"));
  BOOST_TEST(has(error_of(name(std::string(120, 'a'), "evil") + "."), ".evil, which"));
}

BOOST_AUTO_TEST_CASE(opaque_objects_are_skipped) {
  const std::string node = name("omegaconf.nodes", "AnyNode");
  for (const std::string& body : {node + ")\x81}b."s, node + ")R(K\x01K\x02u."s, node + ")RK\x01K\x02s."s,
                                  node + ")R)R."s, node + ")\x81)\x81."s}) {
    const Read pickle = read(body);
    BOOST_TEST(pickle.tree.is(pickle.tree.root, PickleKind::kOpaque));
  }
  BOOST_TEST(has(error_of(node + ")R(K\x01"s + "e."), "an object that is not read"));
}

BOOST_AUTO_TEST_CASE(known_calls_are_noted_down) {
  const std::string storage = name("torch.storage", "_load_from_bytes") + "C\x01z\x85R"s;
  const std::string tensor =
      name("torch._utils", "_rebuild_tensor_v2") + "("s + storage + "K\x00K\x02\x85K\x01\x85\x89}tR"s;
  const Read pickle = read(name("torch._utils", "_rebuild_parameter") + tensor + "\x88}\x87R."s);
  BOOST_TEST(pickle.tree.is(pickle.tree.root, PickleKind::kTensor));
  BOOST_TEST(pickle.tree.is(pickle.tree[pickle.tree.root].items[0], PickleKind::kStorage));
  const Read list = read(name("torch.nn.modules.container", "ModuleList") + ")\x81}b."s);
  BOOST_TEST(list.tree.is(list.tree.root, PickleKind::kModule));
  const auto is_dictionary = [](const PickleTree& tree) { return tree.is(tree.root, PickleKind::kDict); };
  for (const std::string& made :
       {name("collections", "OrderedDict") + ")R."s, name("dnnlib.util", "EasyDict") + ")\x81."s})
    BOOST_TEST(is_dictionary(read(made).tree));
}

BOOST_AUTO_TEST_CASE(calls_that_do_not_belong_there) {
  const std::string reconstruct = name("torch_utils.persistence", "_reconstruct_persistent_obj");
  BOOST_TEST(has(error_of(reconstruct + "K\x01\x85R."s), "what a module is made of is an integer"));
  BOOST_TEST(has(error_of(reconstruct + ")R."), "0 arguments"));
  BOOST_TEST(has(error_of(reconstruct + "}R."), "what a call is given is a dictionary"));
  BOOST_TEST(has(error_of(reconstruct + ")\x81."s), "not a class"));
  BOOST_TEST(has(error_of(name("torch.storage", "_load_from_bytes") + "N\x85R."s), "storage is None"));
  BOOST_TEST(has(error_of(name("dnnlib.util", "EasyDict") + ")R."s), "not a function"));
  BOOST_TEST(has(error_of("K\x01)R."s), "what is called is an integer"));
  BOOST_TEST(has(error_of("]}b."s), "what is given a state is a list"));
  BOOST_TEST(has(error_of("]K\x01K\x02s."s), "what gets keys and values is a list"));
}

BOOST_AUTO_TEST_CASE(damage) {
  for (const char* const body : {"", "K", "(", "}(",
                                 "\x8c\x05"
                                 "ab",
                                 "B\xff\xff\xff\xff"
                                 "a",
                                 "G\x01", "N"})
    BOOST_TEST(has(error_of(body), "cut short"), body);
  BOOST_TEST(has(error_of("\x8e\xff\xff\xff\xff\xff\xff\xff\xff."s), "cut short"));
  BOOST_TEST(has(error_of("\x95\xff\xff\xff\xff\xff\xff\xff\xff."s), "cut short"));
  for (const std::string& body :
       {"."s, "t."s, "a."s, "K\x01\x86."s, "(K\x01u."s, "R."s, "b."s, "h\x00."s, "j\x00\x00\x00\x01."s, "\x94."s,
        "NN."s, "N(."s, "](Nae."s, "]((s."s, "q\x05."s, "Nq\x05."s})
    BOOST_TEST(has(error_of(body), "damaged"), body << ": " << error_of(body));
}

BOOST_AUTO_TEST_CASE(opcodes_and_protocols_that_are_not_read) {
  for (const char opcode :
       {'i', 'o', 'P', 'I', 'L', 'S', 'V', '0', '2', 'd', 'l', 'F', 'Q', 'c', '\x82', '\x92', '\x96'})
    BOOST_TEST(has(error_of("N("s + opcode + "."), "holds opcode 0x"), opcode);
  const auto whole = [](const std::string& bytes) {
    try {
      read_bytes(bytes, PickleDialect::kSnapshot);
    } catch (const base::DataError& error) {
      return std::string(error.what());
    }
    return "no error"s;
  };
  BOOST_TEST(has(whole("\x80\x05N."s), "protocol 5 instead of 4"));
  BOOST_TEST(has(whole("(dp0\n."s), "is not a pickle of protocol 4"));
  BOOST_TEST(has(whole("PK\x03\x04"s), "zip archive, as torch.save writes it"));
  BOOST_TEST(has(whole("hello"s), "is not a pickle;"));
  BOOST_TEST(has(whole(""s), "is empty"));
}

BOOST_AUTO_TEST_CASE(storages_have_their_own_words) {
  const auto storage = PickleDialect::kStorage;
  const Read pickle = read("ctorch\nFloatStorage\n\x85Q."s, storage);
  BOOST_TEST(pickle.tree.is(pickle.tree.root, PickleKind::kPersistent));
  BOOST_TEST(has(error_of("ctorch\nHalfStorage\n."s, storage), "torch.HalfStorage"));
  BOOST_TEST(has(error_of("cos\nsystem\n)R."s, storage), "os.system"));
  BOOST_TEST(has(error_of("ctorch\nFloatStorage\n)R."s, storage), "opcode 0x52"));
  BOOST_TEST(has(error_of("c"s + std::string(300, 'a'), storage), "a name of more than 256 bytes"));
  BOOST_TEST(has(error_of("NQ."s, storage), "a persistent identity is None"));
}

BOOST_AUTO_TEST_CASE(limits) {
  const released::PickleLimits few = {.steps = 10, .values = 5};
  BOOST_TEST(error_of("]NNNN\x85\x85\x85\x85."s, PickleDialect::kSnapshot, {.steps = 20, .values = 9}) ==
             "file: is damaged: values are left over at its end (byte 11)");
  BOOST_TEST(has(error_of("NNNNNN."s, PickleDialect::kSnapshot, few), "more than 5 values"));
  BOOST_TEST(
      has(error_of("]\x94" + std::string(10, '\x94') + "."s, PickleDialect::kSnapshot, {.steps = 8, .values = 99}),
          "more than 8 steps"));
  BOOST_TEST(has(error_of(std::string(2000, '(')), "nested deeper than 1000"));
  std::string many = "]\x94";
  for (int i = 0; i < 70000; ++i)
    many +=
        "h\x00"
        "a"s;
  BOOST_TEST(has(error_of(many + "."), "a container of more than 65536 values"));
}

BOOST_AUTO_TEST_SUITE_END()
