# Sourced by scripts that start Java. Sets $java to the program and $feature to its feature version, such as 17. Prints one
# sentence and exits with 1 if Java is missing or older than 17.

if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
else
  java=java
fi
if ! command -v "$java" >/dev/null 2>&1; then
  echo "No Java found ($java): install Java 17 or newer, or set JAVA_HOME to its folder." >&2
  exit 1
fi

# The file release of a JDK contains its version; reading it is faster than starting Java. Its line: JAVA_VERSION="17.0.15"
# Shell built-ins read it because every program that a start runs takes a millisecond.
if [ -n "${JAVA_HOME:-}" ]; then
  release=$JAVA_HOME/release
else
  release=$(readlink -f "$(command -v "$java")")
  release=${release%/*}/../release
fi
found=
if [ -r "$release" ]; then
  while IFS='="' read -r name _ value _; do
    if [ "$name" = JAVA_VERSION ]; then
      found=$value
      break
    fi
  done < "$release"
fi
if [ -z "$found" ]; then
  # The line with the version looks like: openjdk version "17.0.15" 2025-04-15
  found=$("$java" -version 2>&1 | sed -n 's/^.* version "\([^"]*\)".*$/\1/p' | head -n 1)
fi
feature=${found%%[!0-9]*}
if [ "${feature:-0}" -lt 17 ]; then
  echo "Java ${found:-of an unknown version} ($java) is too old: Java 17 or newer is required; JAVA_HOME selects it." >&2
  exit 1
fi
