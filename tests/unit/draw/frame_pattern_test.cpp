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

BOOST_AUTO_TEST_CASE(a_film_of_one_frame_is_one_picture) {
  Request film = of(Mode::kZoom);
  film.to = model::Window{0.25, 0.25, 0.5, 0.5};
  film.n_frames = 1;
  BOOST_TEST(refusal(film, "one.png").empty());
  film.n_frames = 2;
  BOOST_TEST(refusal(film, "one.png").find("'one-%d.png'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_without_a_number) {
  const auto name_of = [](Request request, const std::string& output) {
    draw::complete(request, output);
    BOOST_TEST(!draw::numbered_files(request, output));
    return draw::single_output(request, output);
  };
  // Where a number might stand "%%" is a percent sign; elsewhere a name is taken as it is.
  BOOST_TEST(name_of(of(Mode::kEach), "a%%b%%%%.ppm") == "a%b%%.ppm");
  BOOST_TEST(refusal(of(Mode::kEach), "a%b.ppm").find("%% is a percent sign") != std::string::npos);
  for (const char* name : {"a%b.y4m", "a%%b.y4m", "a%%d.npy", "%.npy"})
    BOOST_TEST(name_of(of(Mode::kEach), name) == name);
  for (const char* name : {"a%b.png", "a%%b.png", "-"}) BOOST_TEST(name_of(of(Mode::kGrid), name) == name);
  for (const char* name : {"a%d.y4m", "a%06d.npy", "%%%d.npy"})
    BOOST_TEST(refusal(of(Mode::kEach), name).find("one file for all pictures") != std::string::npos);
}
