// A file that is part of the program; see qd_embed in cmake/embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace qd {

struct EmbeddedFile {
  /// Its path below the embedded directory, `/` between the parts.
  std::string_view name;
  /// Its bytes, for as long as the program runs; a zero byte follows them.
  std::string_view content;
};

}  // namespace qd
