// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Names of numbered files, and which requests have them.
#include "draw/frame_pattern.hpp"

#include "base/error.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::Mode;
using draw::Request;

namespace {

std::string refusal(Request request, const std::string& output) {
  try {
    draw::complete(request, output);
    draw::numbered_files(request, output);
  } catch (const base::UsageError& error) {
    return error.what();
  }
  return {};
}

Request of(Mode mode) {
  Request request;
  request.mode = mode;
  return request;
}

}  // namespace

BOOST_AUTO_TEST_CASE(numbered_names) {
  using draw::FramePattern;
  BOOST_TEST(FramePattern::parse("dir/%06d.png")->name(7) == "dir/000007.png");
  BOOST_TEST(FramePattern::parse("%d")->name(1234567) == "1234567");
  BOOST_TEST(FramePattern::parse("%02d.ppm")->name(1234) == "1234.ppm");
  BOOST_TEST(FramePattern::parse("100%% of %03d %%d")->name(5) == "100% of 005 %d");
  BOOST_TEST(!FramePattern::parse("plain.png"));
  BOOST_TEST(!FramePattern::parse("100%%d.png"));
  for (const char* text : {"%s.png", "%", "a%", "%06", "%6d", "%06x", "%0d", "%d%d", "%06d/%06d.png", "%n", "%*d",
                           "%012d", "%-5d", "%05ld", "%d %s"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_CHECK_THROW(FramePattern::parse(text), base::UsageError); }
  }
}

BOOST_AUTO_TEST_CASE(one_picture_has_no_number) {
  // A name of one picture is taken as it is.
  BOOST_TEST(!refusal(of(Mode::kGrid), "g-%02d.png").empty());
  BOOST_TEST(!refusal(of(Mode::kZoom), "%d.png").empty());
  for (const char* name : {"100%.png", "%%d.png", "%s.png"}) BOOST_TEST(refusal(of(Mode::kGrid), name).empty());
  Request one = of(Mode::kEach);
  one.select = {1};
  BOOST_TEST(refusal(one, "i4.png").empty());
  one.select = {1, 1};
  BOOST_TEST(refusal(one, "a.b/i4.png").find("'a.b/i4-%d.png'") != std::string::npos);
  BOOST_TEST(refusal(one, "a.b/i4").find("'a.b/i4-%d'") != std::string::npos);
}
