// The kinds of errors by name, for those who store one or send it on.
#pragma once

#include <boost/describe.hpp>

#include "base/error.h"

namespace qd {

BOOST_DESCRIBE_ENUM(ErrorKind, Malformed, Unauthenticated, Forbidden, NotFound, Conflict, Stale,
                    TooLarge, UnsupportedMedia, Invalid, Limited, Internal, Unavailable)

}  // namespace qd
