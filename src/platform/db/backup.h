// A copy of a SQLite store in one file, made while the program runs, and the way back. PostgreSQL
// has its own tools for this, and is refused with their names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace qd::db {

/// Writes a consistent copy of the store to `file`, which must not exist yet; its size in bytes.
/// The store may be in use meanwhile. Throws std::runtime_error; then there is no file.
std::uint64_t back_up(std::string_view url, const std::string& file);

/// Puts a copy in the place of the store, which must not be in use. A store that is there already
/// is kept beside it; its path, or nothing. Throws std::runtime_error, and changes nothing, when
/// the copy is damaged or of a newer version than this program.
std::string restore(std::string_view url, const std::string& file);

}  // namespace qd::db
