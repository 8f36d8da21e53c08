# Sourced by the scripts in bin. They set $main to the main class and $kind to JVM options for it. Replaces the shell by Java.

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P)
. "$root/lib/java.sh"

flags="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError -Xshare:auto"
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
exec "$java" $flags $kind ${JAVA_OPTS:-} "-Dmetaservice.home=$root" -cp "$root/lib/*" "$main" "$@"
