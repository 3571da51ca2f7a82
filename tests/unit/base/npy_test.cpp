// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// npy and npz: what is written is read back, the bytes are NumPy's, and the forms other writers use are read.
#include "base/npy.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr::base;

namespace {

std::vector<std::byte> to_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string npy_by_hand(std::string_view dictionary, std::string_view data, char version = 1) {
  std::string text = "\x93NUMPY";
  text += version;
  text += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += static_cast<char>(dictionary.size() >> (8 * i));
  return text.append(dictionary).append(data);
}

NpyArray parse_text(const std::string& text) { return parse_npy(to_bytes(text), "x.npy"); }

std::string fault_of(const std::string& text) {
  try {
    (void)parse_text(text);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

const std::string kOneDouble("\0\0\0\0\0\0\xf0\x3f", 8);

}  // namespace

BOOST_AUTO_TEST_SUITE(npy)

BOOST_AUTO_TEST_CASE(the_header_is_numpys) {
  const int64_t square[] = {64, 64};
  const std::string header = npy_header(Dtype::kF64, square);
  const std::string start =
      std::string("\x93NUMPY\x01\x00\x76\x00", 10) + "{'descr': '<f8', 'fortran_order': False, 'shape': (64, 64), }";
  BOOST_TEST(header.size() == 128U);
  BOOST_TEST(header == start + std::string(127 - start.size(), ' ') + "\n");
  const int64_t one[] = {7};
  BOOST_TEST(npy_header(Dtype::kU8, one).find("{'descr': '|u1', 'fortran_order': False, 'shape': (7,), }") == 10U);
  BOOST_TEST(npy_header(Dtype::kF32, {}).find("{'descr': '<f4', 'fortran_order': False, 'shape': (), }") == 10U);
  for (size_t rank = 0; rank < 60; ++rank) {
    const std::vector<int64_t> shape(rank, 12345);
    BOOST_TEST(npy_header(Dtype::kF32, shape).size() % 64 == 0U);
  }
  BOOST_CHECK_THROW(npy_header(Dtype::kBF16, one), DataError);
}

BOOST_AUTO_TEST_CASE(written_then_read) {
  const inr::test::TemporaryFolder folder;
  const std::vector<double> values = {1, -2.5, 1e300, 0, NAN, -0.0};
  write_npy(folder / "a.npy", make_npy(values, {2, 3}));
  const NpyArray array = read_npy(folder / "a.npy");
  BOOST_TEST((array.dtype == Dtype::kF64));
  BOOST_TEST((array.shape == std::vector<int64_t>{2, 3}));
  BOOST_TEST(array.numel() == 6);
  BOOST_TEST((array.data == make_npy(values, {2, 3}).data));
  BOOST_TEST(array.to_f64()[2] == 1e300);
  BOOST_TEST(array.to_f32()[1] == -2.5F);
  BOOST_CHECK_THROW(make_npy(values, {7}), DataError);
  BOOST_CHECK_THROW(write_npy("/dev/full", array), SystemError);
}

BOOST_AUTO_TEST_CASE(every_dtype_goes_there_and_back) {
  for (const Dtype dtype : {Dtype::kF64, Dtype::kF32, Dtype::kF16, Dtype::kI64, Dtype::kI32, Dtype::kI16, Dtype::kI8,
                            Dtype::kU64, Dtype::kU32, Dtype::kU16, Dtype::kU8, Dtype::kBool}) {
    const int64_t shape[] = {3};
    const std::string data(3 * dtype_bytes(dtype), '\x01');
    const NpyArray array = parse_text(npy_header(dtype, shape) + data);
    BOOST_TEST((array.dtype == dtype));
    BOOST_TEST((array.data == to_bytes(data)));
  }
}

BOOST_AUTO_TEST_CASE(headers_of_other_writers_are_read) {
  for (const char* dictionary : {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n",
                                 "{\"shape\":(1),\"fortran_order\":False,\"descr\":\"<f8\"}",
                                 "{ 'shape' : ( 1L , ) , 'fortran_order' : True , 'descr' : '<f8' }   \n"}) {
    for (const char version : {'\x01', '\x02', '\x03'}) {
      const NpyArray array = parse_text(npy_by_hand(dictionary, kOneDouble, version));
      BOOST_TEST((array.shape == std::vector<int64_t>{1}));
      BOOST_TEST(array.to_f64()[0] == 1.0);
    }
  }
  BOOST_TEST(
      parse_text(npy_by_hand("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", kOneDouble)).shape.empty());
  BOOST_TEST(parse_text(npy_by_hand("{'descr': '<u1', 'fortran_order': False, 'shape': (2,)}", "ab")).to_f32()[1] ==
             98.0F);
  BOOST_TEST(parse_text(npy_by_hand("{'descr': '<f8', 'fortran_order': True, 'shape': (4, 0)}", "")).numel() == 0);
}

BOOST_AUTO_TEST_CASE(fortran_order_becomes_c_order) {
  // a[i][j][k] = 100 i + 10 j + k of shape (2, 3, 2), the first index running fastest in the file.
  std::string data;
  for (int k = 0; k < 2; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) data += static_cast<char>(100 * i + 10 * j + k);
    }
  }
  const NpyArray array = parse_text(npy_by_hand("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2)}", data));
  const std::vector<double> want = {0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121};
  BOOST_TEST(array.to_f64() == want, boost::test_tools::per_element());
  BOOST_TEST((array.shape == std::vector<int64_t>{2, 3, 2}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named) {
  const auto with = [](const std::string& descr, const std::string& order, const std::string& shape,
                       const std::string& data) {
    return npy_by_hand("{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + "}", data);
  };
  const std::pair<std::string, const char*> cases[] = {
      {"", "is empty"},
      {"PK\x03\x04 and so on", "is not an npy file"},
      {std::string("\x93NUM"), "cut short: 8 bytes promised, 4 are there"},
      {std::string("\x93NUMPY\x01\x00\x76", 9), "cut short"},
      {std::string("\x93NUMPY\x04\x00\x76\x00", 10), "npy version 4"},
      {npy_by_hand("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", kOneDouble.substr(1)), "cut short"},
      {with("'<f8'", "False", "(1,)", kOneDouble + "x"), "has 1 bytes after its array"},
      {with("'|O'", "False", "(1,)", kOneDouble), "Python objects"},
      {with("'>f8'", "False", "(1,)", kOneDouble), "big endian"},
      {with("'<U5'", "False", "(1,)", kOneDouble), "unknown type '<U5'"},
      {with("'<c8'", "False", "(1,)", kOneDouble), "unknown type '<c8'"},
      {with("[('a', '<f8')]", "False", "(1,)", kOneDouble), "several fields"},
      {with("'<f8'", "None", "(1,)", kOneDouble), "True or False expected"},
      {with("'<f8'", "False", "(-1,)", kOneDouble), "impossible size"},
      {with("'<f8'", "False", "(99999999999999999999,)", kOneDouble), "impossible size"},
      {with("'<f8'", "False", "(4294967296, 4294967296)", kOneDouble), "too large"},
      {with("'<f8'", "False", "(1152921504606846976, 8)", kOneDouble), "too large"},
      {with("'<f8'", "False", "(4294967296, 4294967296, 0)", ""), "too large"},
      {with("'<f8'", "False", "(1152921504606846975,)", kOneDouble), "cut short"},
      {with("'<f8'", "False", "(1,", kOneDouble), "impossible size"},
      {with("'<f8'", "False", "[1]", kOneDouble), "'(' expected"},
      {npy_by_hand("{'descr': '<f8', 'fortran_order': False}", kOneDouble), "lacks one of"},
      {npy_by_hand("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", kOneDouble),
       "which is unknown or repeated"},
      {npy_by_hand("{'color': 1}", kOneDouble), "'color' which is unknown or repeated"},
      {npy_by_hand("{'descr': '<f8", kOneDouble), "text expected"},
      {npy_by_hand("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} 7", kOneDouble),
       "has text after its closing brace"},
      {npy_by_hand("", kOneDouble), "'{' expected"},
      {npy_by_hand("{'descr': '<f8', 'fortran_order': False, 'shape': (" + std::string(500, '1') + ",)}", ""),
       "impossible size"},
      {std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12), "has an npy header of 4294967295 bytes"}};
  for (const auto& [text, fault] : cases) {
    BOOST_TEST(fault_of(text).starts_with("x.npy: "), fault);
    BOOST_TEST(fault_of(text).find(fault) != std::string::npos,
               "expected '" << fault << "', got '" << fault_of(text) << "'");
  }
}

BOOST_AUTO_TEST_CASE(npz_written_then_read) {
  const inr::test::TemporaryFolder folder;
  const std::vector<double> mu = {1, 2, 3};
  const std::vector<float> sigma(9, 0.5F);
  const std::map<std::string, NpyArray> arrays = {
      {"mu", make_npy(mu, {3})}, {"sigma", make_npy(sigma, {3, 3})}, {"info", make_npy_text("{\"n\":10}")}};
  write_npz(folder / "a.npz", arrays);
  const auto back = read_npz(folder / "a.npz");
  BOOST_TEST(back.size() == 3U);
  for (const auto& [name, array] : arrays) {
    BOOST_TEST((back.at(name).dtype == array.dtype));
    BOOST_TEST((back.at(name).shape == array.shape));
    BOOST_TEST((back.at(name).data == array.data));
  }
  write_npz(folder / "b.npz", arrays);
  BOOST_TEST((read_file(folder / "a.npz") == read_file(folder / "b.npz")));  // no dates in it
  BOOST_CHECK_THROW(write_npz("/dev/full", arrays), SystemError);
  BOOST_CHECK_THROW(read_npz(folder / "a.npz", 400), DataError);  // unpacks to more than that
  BOOST_TEST(read_npz(folder / "a.npz", 128 * 3 + 24 + 36 + 8).size() == 3U);
}

BOOST_AUTO_TEST_CASE(members_that_are_not_asked_for_do_not_matter) {
  const inr::test::TemporaryFolder folder;
  const std::vector<double> mu = {1, 2, 3}, large(1000, 0.5);
  write_npz(folder / "a.npz", {{"arr_0", make_npy(large, {1000})}, {"mu", make_npy(mu, {3})}});
  const std::array<std::string_view, 2> names = {"mu", "absent"};
  const auto back = inr::base::read_npz_members(folder / "a.npz", names, 128 + 24);  // no byte more than mu
  BOOST_TEST(back.size() == 1U);
  BOOST_TEST(back.at("mu").to_f64()[2] == 3.0);
  BOOST_CHECK_THROW(inr::base::read_npz_members(folder / "a.npz", names, 128 + 23), DataError);
  // Bytes that are no array at all, under another name.
  std::vector<std::byte> bytes = read_file(folder / "a.npz");
  bytes[30 + 9] = std::byte{'x'};  // the magic of the first member, behind its local header and name
  inr::base::AtomicFile file(folder / "b.npz");
  file.write(bytes);
  file.commit();
  BOOST_CHECK_THROW(read_npz(folder / "b.npz"), DataError);
  BOOST_TEST(inr::base::read_npz_members(folder / "b.npz", names).at("mu").to_f64()[0] == 1.0);
}

BOOST_AUTO_TEST_CASE(npz_without_members) {
  const inr::test::TemporaryFolder folder;
  write_npz(folder / "empty.npz", {});
  BOOST_TEST(read_npz(folder / "empty.npz").empty());
}

BOOST_AUTO_TEST_SUITE_END()
