# Read by the scripts in bin, which say what is to be started: main is the class, kind are options that suit it. Ends by
# becoming Java.

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P)
. "$root/lib/java.sh"

flags="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError -Xshare:auto"
# Newer Javas warn of native libraries and of a memory access that libraries still use; both are no surprise to us.
if [ "$feature" -ge 22 ]; then
  flags="$flags --enable-native-access=ALL-UNNAMED"
fi
if [ "$feature" -ge 23 ]; then
  flags="$flags --sun-misc-unsafe-memory-access=allow"
fi

# Options are several words on purpose.
# shellcheck disable=SC2086
exec "$java" $flags $kind ${JAVA_OPTS:-} "-Dmetaservice.home=$root" -cp "$root/lib/*" "$main" "$@"
