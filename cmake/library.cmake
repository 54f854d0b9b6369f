# qd_library(name [LINKS lib...] [PCH target]): the folder src/<name> as one static library qd_<name>,
# and its *_test.cc files as one test program <name>_test known to ctest. A library links only to lower
# layers; script/check-layers holds the includes to the same order.
function(qd_library name)
  cmake_parse_arguments(ARG "" "PCH" "LINKS" ${ARGN})
  if(NOT ARG_PCH)
    set(ARG_PCH qd_pch)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  if(NOT sources)
    message(FATAL_ERROR "src/${name} has no sources")
  endif()
  add_library(qd_${name} STATIC ${sources})
  target_link_libraries(qd_${name} PUBLIC ${ARG_LINKS} qd_options)
  target_precompile_headers(qd_${name} REUSE_FROM ${ARG_PCH})

  if(tests AND QD_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE qd_${name} qd_test_support)
    target_precompile_headers(${name}_test REUSE_FROM qd_test_support)
    add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()
