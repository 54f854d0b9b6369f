# The web interface inside the program.
#
#   embed_web(TARGET DIRECTORY)
#
# generates `std::span<const qd::EmbeddedFile> qd::web::files()`: every file of DIRECTORY (the bundler's
# output) and beside each one that shrinks its .gz and .br. What is there counts when building, not
# when configuring; when nothing is there, one page that says so takes its place.
find_program(QD_GZIP gzip REQUIRED)
find_program(QD_BROTLI brotli REQUIRED)

function(embed_web target directory)
  set(packed ${CMAKE_BINARY_DIR}/embed/web)
  # The first output is never made, so that the step always looks; it writes the second only when
  # something changed.
  add_custom_command(
    OUTPUT ${packed}.always
    BYPRODUCTS ${packed}.manifest
    COMMAND ${CMAKE_COMMAND} -DDIRECTORY=${directory} -DPACKED=${packed} -DGZIP=${QD_GZIP}
            -DBROTLI=${QD_BROTLI} -P ${CMAKE_SOURCE_DIR}/cmake/pack_web.cmake
    COMMENT "Looking at ${directory}"
    VERBATIM)
  add_custom_target(${target}_web_files DEPENDS ${packed}.always)
  qd_embed(${target} qd::web::files ${packed} "*" DEPENDS ${packed}.manifest)
  add_dependencies(${target} ${target}_web_files)
endfunction()
