// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// INR streams: every record read, head and configuration compared. Datasets: their header, and with --check every
// picture.
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "dataset/dataset.hpp"
#include "inspect/inspect_parts.hpp"
#include "lmdb/lmdb_reader.hpp"
#include "model/theta_layout.hpp"
#include "stream/inr_stream.hpp"

namespace inr::inspect {
namespace {

// The head against its configuration. Throws DataError.
model::ModelConfig check_head(const stream::StreamHeader& header) {
  model::ModelConfig config = model::parse_model_config(header.config, "the head's configuration");
  const int64_t n_theta = model::theta_layout(config).n_theta;
  if (n_theta != header.n_theta)
    throw base::DataError(base::Fault::kDamaged, {},
                          "its records hold " + std::to_string(header.n_theta) +
                              " values, but its configuration asks for " + std::to_string(n_theta));
  for (const model::TensorSpec& spec : model::shared_tensors(config)) {
    const base::TensorInfo* tensor = header.blob->find(spec.name);
    if (tensor == nullptr)
      throw base::DataError(base::Fault::kDamaged, {}, "the shared tensor '" + spec.name + "' is missing in the head");
    if (tensor->shape != spec.shape)
      throw base::DataError(base::Fault::kDamaged, {},
                            "the shared tensor '" + spec.name + "' has shape " + base::shape_text(tensor->shape) +
                                " instead of " + base::shape_text(spec.shape));
  }
  return config;
}

// One stream to its end. line: what is known of it, also where this throws.
void read_stream(stream::InrStreamReader& reader, base::Json& line, Finding& finding, const InspectOptions& options) {
  const stream::StreamHeader& header = reader.header();
  if (header.count) line["promised"] = *header.count;
  line["what"] = header.what;
  line["n_theta"] = header.n_theta;
  line["dtype"] = stream::to_string(header.dtype);
  line["model_hash"] = header.model_hash;
  if (!header.checkpoint.empty()) line["checkpoint"] = header.checkpoint;
  const model::ModelConfig config = check_head(header);
  line["model"] = parts::model_line(config);
  line["a pixel depends on"] = pixels_depend_on(config);
  if (options.config) finding.details["config"] = {{"model", to_json(config)}};
  if (options.tensors) finding.details["tensors"] = parts::tensor_list(*header.blob);
  for (stream::StreamRecord record; reader.next(record);) {
    line["records"] = reader.records_read();
    const auto finite = [](float value) { return std::isfinite(value); };
    if (options.check && !std::all_of(record.theta.begin(), record.theta.end(), finite))
      throw base::DataError(
          base::Fault::kDamaged, {},
          "record " + std::to_string(reader.records_read() - 1) + " holds values that are not finite");
  }
}

}  // namespace

Finding inspect_stream(int fd, const std::string& where, const InspectOptions& options) {
  Finding finding;
  finding.path = where;
  finding.kind = "INR stream";
  finding.state = FileState::kWhole;
  base::Json streams = base::Json::array();
  stream::InrStreamReader reader(fd, where);
  try {
    while (reader.next_stream()) {
      streams.push_back({{"records", 0}});
      read_stream(reader, streams.back(), finding, options);
    }
  } catch (const base::DataError& error) {
    parts::set_fault(finding, error, where);
  }
  if (finding.state == FileState::kNotOurs) finding.kind = "input";
  uint64_t n_records = 0;
  for (const base::Json& line : streams) n_records += line["records"].get<uint64_t>();
  if (!streams.empty()) {
    finding.summary = std::to_string(n_records) + (n_records == 1 ? " whole record" : " whole records");
    if (streams.size() > 1) finding.summary += " in " + std::to_string(streams.size()) + " streams";
    if (streams[0].contains("model")) finding.summary += " of " + streams[0]["model"].get<std::string>();
    finding.details["streams"] = std::move(streams);
  }
  return finding;
}

namespace parts {

Finding inspect_dataset(const std::string& path, const InspectOptions& options) {
  Finding finding;
  finding.kind = "dataset";
  finding.state = FileState::kWhole;
  try {
    const dataset::DatasetReader reader(path, {.allow_building = true});
    const dataset::DatasetInfo& info = reader.info();
    finding.summary = std::to_string(info.count) + " pictures";
    if (info.width > 0) finding.summary += " of " + std::to_string(info.width) + "x" + std::to_string(info.height);
    finding.summary += ", " + base::printable(info.codec);
    finding.details["count"] = info.count;
    if (info.width > 0) finding.details["size"] = {info.width, info.height};
    finding.details["codec"] = info.codec;
    if (info.complete) finding.details["content_hash"] = info.content_hash;
    finding.details["sources read"] = info.n_sources;
    finding.details["sources skipped"] = info.n_skipped;
    finding.details["recipe"] = info.recipe;
    finding.details["versions"] = info.versions;
    if (!info.complete)
      set_building(finding, "its build has not finished; run the same inr-prep command to continue it");
    if (!options.check) finding.summary += " (not read; --check reads them)";
    if (options.check) {
      reader.check();
      for (int64_t i = 0; i < reader.size(); ++i) static_cast<void>(reader.read_image(i));
      finding.details["checked"] = "every page, checksum and picture";
    }
  } catch (const dataset::UnfinishedDataset& error) {
    set_fault(finding, error, path);
    finding.state = FileState::kBuilding;
  } catch (const base::DataError& error) {
    set_fault(finding, error, path);
    if (error.fault() == base::Fault::kForeign) finding.kind = lmdb::looks_like_lmdb(path) ? "LMDB file" : "folder";
  }
  return finding;
}

}  // namespace parts
}  // namespace inr::inspect
