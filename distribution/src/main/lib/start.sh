# Sourced by the scripts in bin. They set $self to their own path, $main to the main class and $kind to JVM options for it, and
# $memory to JVM options on its memory if it is not the main program of its container. Replaces the shell by Java.

root=$(cd "${self%/*}/.." && pwd -P)
. "$root/lib/java.sh"
. "$root/lib/memory.sh"

# Java decodes variables and paths with the character set of the locale. In the locale C (POSIX), which processes without
# LANG have, that is ASCII, and a password with other characters becomes question marks. Python decodes UTF-8 then. So does
# this: it changes the character set only. LC_ALL is changed if it is set, because it hides LC_CTYPE then, and if the system
# does not have one of the locales, because then none of them has an effect.
if [ -n "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ]; then
  charmap=$(locale charmap 2>/dev/null)
else
  charmap=ASCII
fi
case $charmap in
  ANSI_X3.4-1968 | US-ASCII | ASCII | 646)
    for utf8 in C.UTF-8 en_US.UTF-8; do
      if [ "$(LC_ALL=$utf8 locale charmap 2>/dev/null)" = UTF-8 ]; then
        if [ -n "${LC_ALL:-}" ] || [ -n "$(locale charmap 2>&1 >/dev/null)" ]; then
          export LC_ALL="$utf8"
        else
          export LC_CTYPE="$utf8"
        fi
        break
      fi
    done
    ;;
esac

if [ -z "${memory:-}" ]; then
  own="${JAVA_OPTS:-} ${JDK_JAVA_OPTIONS:-} ${JAVA_TOOL_OPTIONS:-}"
  memory=$(memory_options "$(container_mib)" "$own" "$(machine_mib)" "$found")
  # By default glibc has eight arenas for each processor, and each keeps memory that was freed.
  export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
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

# The archive of classes that make-archive.sh has made, if there is one for this Java. A JVM ignores an archive that is damaged
# or was made by another build of the same version; its warnings, which go to standard output, are switched off. JDK 17 crashes
# if the file is too short, so its size is compared.
archive=$root/lib/classes-$found
case "$kind ${JAVA_OPTS:-}" in
  *SharedArchiveFile* | *ArchiveClassesAtExit* | *AOT*) archive= ;;
esac
if [ -n "$archive" ] && [ -r "$archive.jsa" ] && read -r bytes < "$archive.bytes" && [ "$(wc -c < "$archive.jsa")" = "$bytes" ]; then
  archive=-XX:SharedArchiveFile=$archive.jsa
  flags="$flags -XX:+VerifySharedSpaces -Xlog:cds=off -Xlog:cds+dynamic=off"
  [ "$feature" -lt 25 ] || flags="$flags -Xlog:aot=off"
else
  archive=
fi

# An archive is only valid for the class path that it was made with, so the order must be always the same.
classes=
for jar in "$root"/lib/*.jar; do
  classes=${classes:+$classes:}$jar
done

# The variables are not quoted because each may hold several options.
# shellcheck disable=SC2086
exec "$java" $memory $flags $kind ${archive:+"$archive"} ${JAVA_OPTS:-} "-Dmetaservice.home=$root" \
  -cp "$classes" "$main" "$@"
