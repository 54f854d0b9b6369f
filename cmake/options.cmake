# One interface target carries every flag, so that all code is compiled alike.
option(QD_TESTS "build the tests" ON)
option(QD_BENCH "build the benchmarks" ON)
option(QD_FUZZ "build the fuzz targets (clang's libFuzzer)" OFF)
option(QD_COVERAGE "instrument for coverage" OFF)
set(QD_SANITIZE "" CACHE STRING "sanitizers, comma separated")

add_library(qd_options INTERFACE)
target_compile_features(qd_options INTERFACE cxx_std_23)
target_include_directories(qd_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(qd_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough
  -Werror -Wno-missing-designated-field-initializers -Wno-gnu-zero-variadic-macro-arguments
  -fPIE -fno-omit-frame-pointer -fstack-protector-strong -fpch-instantiate-templates "SHELL:-Xclang -fno-pch-timestamp")
# Asio, Beast and Boost.JSON compile once, in src/base/asio.cc and src/platform/http/beast.cc, not in every file.
target_compile_definitions(qd_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_CONTEXT_FIBER SPDLOG_FMT_EXTERNAL)
target_link_options(qd_options INTERFACE -fuse-ld=mold -pie)
target_link_libraries(qd_options INTERFACE Boost::json fmt::fmt Threads::Threads)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  # Types and lines are enough for a backtrace and keep objects small.
  target_compile_options(qd_options INTERFACE -O1 -g1)
else()
  target_compile_definitions(qd_options INTERFACE _FORTIFY_SOURCE=2)
endif()
if(QD_SANITIZE)
  target_compile_options(qd_options INTERFACE -fsanitize=${QD_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(qd_options INTERFACE -fsanitize=${QD_SANITIZE})
endif()
if(QD_FUZZ)
  target_compile_options(qd_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(QD_COVERAGE)
  target_compile_options(qd_options INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(qd_options INTERFACE -fprofile-instr-generate)
endif()

# qd_precompiled(name header [LINKS lib...]): cmake/<header>, compiled once for all who reuse it.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cc "// Owns a precompiled header.\n")
function(qd_precompiled name header)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  add_library(${name} STATIC ${CMAKE_BINARY_DIR}/pch.cc)
  target_link_libraries(${name} PUBLIC qd_options ${ARG_LINKS})
  target_precompile_headers(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/${header})
endfunction()
qd_precompiled(qd_pch pch.h)
qd_precompiled(qd_cli_pch cli_pch.h LINKS CLI11::CLI11)
