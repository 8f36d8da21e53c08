# Read by the scripts in bin, which say what is to be started: main is the class. Ends by becoming Java.

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P)

if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
else
  java=java
fi
if ! command -v "$java" >/dev/null 2>&1; then
  echo "No Java found ($java): install a Java 17 or newer, or let JAVA_HOME point to one." >&2
  exit 1
fi

# The line with the version looks like: openjdk version "17.0.15" 2025-04-15
found=$("$java" -version 2>&1 | sed -n 's/^.* version "\([^"]*\)".*$/\1/p' | head -n 1)
feature=${found%%[!0-9]*}
if [ "${feature:-0}" -lt 17 ]; then
  echo "Java ${found:-of an unknown version} ($java) is too old: Java 17 or newer is needed; JAVA_HOME says which one to take." >&2
  exit 1
fi

# Native libraries and the memory access that libraries still use are no surprise to us; say so to the Javas that warn.
flags="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError -Xshare:auto"
if [ "$feature" -ge 22 ]; then
  flags="$flags --enable-native-access=ALL-UNNAMED"
fi
if [ "$feature" -ge 23 ]; then
  flags="$flags --sun-misc-unsafe-memory-access=allow"
fi

classes="$root/lib/*"
if [ -d "$root/lib/embedded" ]; then
  classes="$classes:$root/lib/embedded/*"
fi

# Options are several words on purpose.
# shellcheck disable=SC2086
exec "$java" $flags ${JAVA_OPTS:-} "-Dmetaservice.home=$root" -cp "$classes" "$main" "$@"
