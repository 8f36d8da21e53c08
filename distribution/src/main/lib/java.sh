# Read by scripts that are going to start Java. Sets java, the program, and feature, its version as a number; ends the
# script with one sentence if there is no Java or it is too old.

if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
else
  java=java
fi
if ! command -v "$java" >/dev/null 2>&1; then
  echo "No Java found ($java): install a Java 17 or newer, or let JAVA_HOME point to one." >&2
  exit 1
fi

# A JDK says its version in a file; that is read faster than Java starts. A line there: JAVA_VERSION="17.0.15"
release=$(dirname "$(readlink -f "$(command -v "$java")")")/../release
found=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*$/\1/p' "$release" 2>/dev/null | head -n 1)
if [ -z "$found" ]; then
  # The line with the version looks like: openjdk version "17.0.15" 2025-04-15
  found=$("$java" -version 2>&1 | sed -n 's/^.* version "\([^"]*\)".*$/\1/p' | head -n 1)
fi
feature=${found%%[!0-9]*}
if [ "${feature:-0}" -lt 17 ]; then
  echo "Java ${found:-of an unknown version} ($java) is too old: Java 17 or newer is needed; JAVA_HOME says which one to take." >&2
  exit 1
fi
