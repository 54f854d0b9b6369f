cmake_minimum_required(VERSION 3.25)
# Run by embed_web (cmake/embed_web.cmake): fills PACKED with the files of DIRECTORY and their
# compressed variants; PACKED.manifest changes when, and only when, a file did.
file(GLOB_RECURSE files RELATIVE ${DIRECTORY} ${DIRECTORY}/*)
list(FILTER files EXCLUDE REGEX "\\.map$")
list(SORT files)
if(NOT "index.html" IN_LIST files)
  set(DIRECTORY ${PACKED}.absent)
  set(files index.html)
  file(WRITE ${DIRECTORY}/index.html "<!doctype html>
<html lang=\"en\"><meta charset=\"utf-8\"><title>Quarterdeck</title>
<body style=\"font-family: system-ui; margin: 4rem auto; max-width: 40rem; line-height: 1.5\">
<h1>Quarterdeck is running</h1>
<p>This program was built without the web interface. To have it, run <code>npm ci &amp;&amp; npm run build</code>
in <code>web/</code> and build again. The API is documented at <a href=\"/docs\">/docs</a>.</p>
</body></html>
")
endif()

set(manifest "")
foreach(file IN LISTS files)
  file(SHA256 ${DIRECTORY}/${file} hash)
  string(APPEND manifest "${hash} ${file}\n")
endforeach()
if(EXISTS ${PACKED}.manifest)
  file(READ ${PACKED}.manifest packed_before)
  if(packed_before STREQUAL manifest AND EXISTS ${PACKED}/index.html)
    return()
  endif()
endif()

# Keeps the variant only when it is smaller than the file itself.
function(pack file variant)
  execute_process(COMMAND ${ARGN} OUTPUT_FILE ${variant} COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE ${file} plain)
  file(SIZE ${variant} compressed)
  if(compressed GREATER_EQUAL plain)
    file(REMOVE ${variant})
  endif()
endfunction()

file(REMOVE_RECURSE ${PACKED})
foreach(file IN LISTS files)
  get_filename_component(folder ${PACKED}/${file} DIRECTORY)
  file(COPY ${DIRECTORY}/${file} DESTINATION ${folder})
  if(file MATCHES "\\.(html|js|mjs|css|svg|json|txt|xml|ico|wasm|webmanifest)$")
    pack(${PACKED}/${file} ${PACKED}/${file}.gz ${GZIP} -9 -n -c ${PACKED}/${file})
    pack(${PACKED}/${file} ${PACKED}/${file}.br ${BROTLI} -q 11 -c ${PACKED}/${file})
  endif()
endforeach()
file(WRITE ${PACKED}.manifest "${manifest}")
