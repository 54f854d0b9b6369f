// The one place where Beast and Asio's TLS are compiled; everything else sees declarations only.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
