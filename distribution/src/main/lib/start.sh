# Sourced by the scripts in bin. They set $main to the main class and $kind to JVM options for it, and $memory to JVM options
# on its memory if it is not the main program of its container. Replaces the shell by Java.

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P)
. "$root/lib/java.sh"
. "$root/lib/memory.sh"

if [ -z "${memory:-}" ]; then
  limit=$(container_mib)
  memory=$(memory_options "$limit" "${JAVA_OPTS:-} ${JDK_JAVA_OPTIONS:-} ${JAVA_TOOL_OPTIONS:-}")
  if is_small "$limit"; then
    # By default glibc has eight arenas for each processor, and each keeps memory that was freed.
    export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
  fi
fi

flags="-XX:+ExitOnOutOfMemoryError -Xshare:auto"
# Newer JVMs print warnings about native libraries and about sun.misc.Unsafe, which bundled libraries use; these options
# switch the warnings off.
if [ "$feature" -ge 22 ]; then
  flags="$flags --enable-native-access=ALL-UNNAMED"
fi
if [ "$feature" -ge 23 ]; then
  flags="$flags --sun-misc-unsafe-memory-access=allow"
fi

# The variables are not quoted because each may hold several options.
# shellcheck disable=SC2086
exec "$java" $memory $flags $kind ${JAVA_OPTS:-} "-Dmetaservice.home=$root" -cp "$root/lib/*" "$main" "$@"
