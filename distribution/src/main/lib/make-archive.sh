#!/bin/sh
# Makes an archive of the classes that a start loads, lib/classes-VERSION.jsa, for the Java that JAVA_HOME or PATH selects. It
# shortens later starts with that Java. For this the launcher starts once, with an embedded PostgreSQL in a temporary folder.
# An earlier archive is replaced in one step. It is made again after a change of a jar, because the old one has no effect then.
set -eu
self=$(readlink -f "$0")
lib=${self%/*}

# Settings of the operator have no effect here.
if [ "${1:-}" != --without-settings ]; then
  exec env -i PATH="$PATH" JAVA_HOME="${JAVA_HOME:-}" TMPDIR="${TMPDIR:-/tmp}" sh "$self" --without-settings
fi

. "$lib/java.sh"
folder=$(mktemp -d)
new=classes-$found.jsa.$$
trap 'rm -rf "$folder" "$lib/$new" "$lib/$new.bytes"' EXIT
cd "$lib" # options of Java cannot contain a path with spaces

start() {
  export MF_METADATA_HOST=127.0.0.1 MF_METADATA_PORT=0 MF_MIGRATION_PORT=0
  main=metaservice.launcher.TrainingRun
  kind=-XX:ArchiveClassesAtExit=$new
  memory=
  . "$lib/start.sh"
}

# The virtual machine prints warnings about single classes to standard output.
if ! (start --embedded "$folder/data") 2> "$folder/log" > "$folder/warnings" || ! [ -s "$new" ]; then
  cat "$folder/log" >&2
  echo "No archive of classes was made; the messages above have the reason. Starts work without it." >&2
  exit 1
fi
chmod 644 "$new"
# start.sh compares the size, because a JVM crashes if the file ends too early.
wc -c < "$new" > "$new.bytes"
mv "$new" "classes-$found.jsa"
mv "$new.bytes" "classes-$found.bytes"
