# Files inside the program, by name.
#
#   qd_embed(TARGET FUNCTION DIRECTORY PATTERN [DEPENDS file...])
#
# generates `std::span<const qd::EmbeddedFile> FUNCTION()` (declare it where it is used; the type is in
# platform/embedded_file.h): every file below DIRECTORY whose relative path matches PATTERN (a CMake
# glob), sorted by that path. With DEPENDS the files are listed when those change, at build time (for a
# directory that a build step fills); without it they are listed when CMake runs.
function(qd_embed target function directory pattern)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  string(REPLACE "::" "_" file ${function})
  set(output ${CMAKE_BINARY_DIR}/embed/${file}.cc)
  if(NOT ARG_DEPENDS)
    file(GLOB_RECURSE ARG_DEPENDS CONFIGURE_DEPENDS ${directory}/${pattern})
    # The list itself is an input: a file that goes must be noticed too.
    file(GENERATE OUTPUT ${output}.list CONTENT "${ARG_DEPENDS}")
    list(APPEND ARG_DEPENDS ${output}.list)
  endif()
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DFUNCTION=${function} -DDIRECTORY=${directory} "-DPATTERN=${pattern}"
            -DOUTPUT=${output} -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${ARG_DEPENDS} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    COMMENT "Embedding ${directory}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
