#!/bin/sh
# A PostgreSQL server for tests: a new cluster in a temporary directory, on a Unix socket in it, with
# the default durability (fsync on) and nobody else's data.
#
#   eval "$(tests/support/postgres.sh start)"   # sets QD_TEST_POSTGRES (its URL) and its directory
#   tests/support/postgres.sh stop              # ends it and removes everything
#
# PostgreSQL refuses to run as root, so root starts it as the user `postgres`.
set -eu

usage() {
  sed -n '2,8s/^# \{0,1\}//p' "$0"
  exit "$1"
}

# The newest installed server: Debian keeps the programs of each version in a directory of its own.
programs() {
  for directory in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -Vr); do
    if [ -x "$directory/initdb" ]; then
      echo "$directory"
      return
    fi
  done
  if command -v initdb >/dev/null; then
    dirname "$(command -v initdb)"
    return
  fi
  echo "postgres.sh: no PostgreSQL server is installed (apt-get install postgresql)" >&2
  exit 1
}

as_owner() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
  else
    "$@"
  fi
}

start() {
  bin=$(programs) || fail
  directory=$(mktemp -d /tmp/qd-postgres-XXXXXX)
  if [ "$(id -u)" = 0 ]; then chown postgres "$directory"; fi
  as_owner "$bin/initdb" -D "$directory/data" -U qd -A trust -E UTF8 --locale=C \
    >"$directory.log" 2>&1 || fail
  as_owner "$bin/pg_ctl" -D "$directory/data" -w -l "$directory/server.log" \
    -o "-k $directory -c listen_addresses= -c max_connections=200" start \
    >>"$directory.log" 2>&1 || fail
  echo "export QD_TEST_POSTGRES='postgres://qd@/postgres?host=$directory'"
  echo "export QD_TEST_POSTGRES_DIRECTORY='$directory'"
}

# `false` on standard output makes the caller's eval fail too.
fail() {
  if [ -n "${directory:-}" ]; then
    cat "$directory.log" "$directory/server.log" >&2 2>/dev/null || true
    rm -rf "$directory" "$directory.log"
  fi
  echo false
  exit 1
}

stop() {
  directory=${QD_TEST_POSTGRES_DIRECTORY:?is not set: nothing was started from this shell}
  as_owner "$(programs)/pg_ctl" -D "$directory/data" -m immediate -w stop >/dev/null || true
  rm -rf "$directory" "$directory.log"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  -h | --help) usage 0 ;;
  *) usage 2 >&2 ;;
esac
