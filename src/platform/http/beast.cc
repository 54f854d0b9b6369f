// The one place where Beast and Asio's TLS are compiled; everything else sees declarations only.
//
// Its chunk reader asserts more bytes than a body of one empty chunk has (`n >= 5` in
// basic_parser::parse_chunk_header; `0\r\n` and one more are four): anybody could end a debug build
// so.
#define BOOST_DISABLE_ASSERTS
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
