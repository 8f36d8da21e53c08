# Sourced by start.sh and by tests. Finds the memory limit of the container and the JVM options that fit it.
# docs/configuration.md, section "Memory", has the measurements.

# Prints the memory limit of the control group of a process in MiB; nothing if it has none. The argument is the file that
# names the group, by default that of this process.
container_mib() {
  lowest=
  while IFS=: read -r _ controllers path; do
    case ",$controllers," in
      ,,) mount=/sys/fs/cgroup; file=memory.max ;;
      *,memory,*) mount=/sys/fs/cgroup/memory; file=memory.limit_in_bytes ;;
      *) continue ;;
    esac
    # The limits of all groups above count as well. In a container the path may be that of the host, which does not exist
    # here; the root of the mount is the container's own group then.
    while :; do
      read -r bytes < "$mount$path/$file" || bytes=max
      case $bytes in
        *[!0-9]* | '' | ???????????????*) ;; # "max", no such file, or a number that stands for no limit
        *) if [ -z "$lowest" ] || [ "$bytes" -lt "$lowest" ]; then lowest=$bytes; fi ;;
      esac
      [ -n "${path#/}" ] || break
      path=${path%/*}
    done
  done < "${1:-/proc/self/cgroup}" 2>/dev/null
  if [ -n "$lowest" ]; then echo $((lowest / 1048576)); fi
}

# Whether a limit in MiB calls for a JVM with little memory; an empty one does not.
is_small() {
  [ -n "$1" ] && [ "$1" -lt 1024 ]
}

# Prints the JVM options for a container. Arguments: its limit in MiB, empty if it has none, and the options of the
# operator, which take precedence.
memory_options() {
  case $2 in
    *-Xmx* | *MaxHeapSize* | *RAMPercentage*) ;;
    *) if is_small "$1"; then echo "-Xmx$(heap_mib "$1")m"; else echo "-XX:MaxRAMPercentage=60"; fi ;;
  esac
  is_small "$1" || return 0
  case $2 in
    *-XX:+Use*GC*) ;;
    *) echo "-XX:+UseSerialGC" ;;
  esac
  # The optimizing compiler needs up to 40 MiB while it compiles the code of a new service.
  [ "$1" -ge 400 ] || echo "-XX:TieredStopAtLevel=1"
  echo "-Xss512k -XX:MaxMetaspaceSize=96m -XX:ReservedCodeCacheSize=48m -XX:MaxDirectMemorySize=32m"
  echo "-Djdk.nio.maxCachedBufferSize=65536"
}

# What is not heap during a swap: 85 MiB of the launcher (classes and compiled code of two services, threads, buffers), 30
# more with the optimizing compiler, and 50 for migration_tools if it runs in the same container.
heap_mib() {
  heap=$(($1 - ($1 < 400 ? 156 : 176)))
  [ "$heap" -le $(($1 * 6 / 10)) ] || heap=$(($1 * 6 / 10))
  [ "$heap" -ge 48 ] || heap=48
  echo "$heap"
}
