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

# Prints the memory of the machine in MiB; nothing if it is unknown. The argument is the file that has it.
machine_mib() {
  while read -r name kib _; do
    if [ "$name" = MemTotal: ]; then
      echo $((kib / 1024))
      break
    fi
  done < "${1:-/proc/meminfo}" 2>/dev/null
}

# Whether a version of Java has the option TrimNativeHeapInterval; an older one would not start with it.
trims_native_heap() {
  case $1 in
    17.0.*) [ "$(version_part "${1#17.0.}")" -ge 15 ] ;; # the oldest that was tried
    21.0.*) [ "$(version_part "${1#21.0.}")" -ge 5 ] ;;
    *) [ "$(version_part "$1")" -ge 22 ] ;;
  esac
}

# Prints the number that a text begins with, or 0.
version_part() {
  part=${1%%[!0-9]*}
  echo "${part:-0}"
}

# Prints the JVM options for a container or a machine. Arguments: the limit of the container in MiB, empty if it has none; the
# options of the operator, which take precedence; the memory of the machine in MiB, empty if it is unknown; the version of Java.
memory_options() {
  if is_small "$1"; then
    small_options "$1" "$2"
  else
    large_options "$@"
  fi
}

small_options() {
  case $2 in
    *-Xmx* | *MaxHeapSize* | *RAMPercentage*) ;;
    *) echo "-Xmx$(heap_mib "$1")m" ;;
  esac
  case $2 in
    *-XX:+Use*GC*) ;;
    *) echo "-XX:+UseSerialGC" ;;
  esac
  # The optimizing compiler needs up to 40 MiB while it compiles the code of a new service.
  [ "$1" -ge 400 ] || echo "-XX:TieredStopAtLevel=1"
  echo "-Xss512k -XX:MaxMetaspaceSize=96m -XX:ReservedCodeCacheSize=48m -XX:MaxDirectMemorySize=32m"
  echo "-Djdk.nio.maxCachedBufferSize=65536"
}

# The heap begins small. By default it would begin with a 64th of the memory and grow to some hundred MiB under any load.
large_options() {
  available=$1
  if [ -n "${3:-}" ] && { [ -z "$available" ] || [ "$3" -lt "$available" ]; }; then available=$3; fi
  case $2 in
    *-Xmx* | *MaxHeapSize* | *RAMPercentage*) ;;
    *)
      if [ -n "$available" ]; then
        heap=$((available * 6 / 10))
        [ "$heap" -le 2048 ] || heap=2048
        echo "-Xmx${heap}m"
      else
        echo "-XX:MaxRAMPercentage=60"
      fi
      echo "-Xms12m"
      # New objects are only needed for one request, so a small part of the heap is enough for them, and the parallel
      # collector lets it grow slowly from the minimum to this maximum.
      case $2 in
        *-XX:+Use*GC*) ;;
        *)
          echo "-XX:+UseParallelGC -XX:MaxNewSize=48m"
          # Without the second option a collection while the process is idle does not make the heap smaller. Both are for the
          # versions that were tried; a JVM prints a warning about options that it no longer has.
          if [ "$(version_part "${4:-}")" -le 25 ]; then
            echo "-XX:YoungGenerationSizeSupplement=0 -XX:+UseAdaptiveSizePolicyWithSystemGC"
          fi
          ;;
      esac
      ;;
  esac
  # Returns what compilers have freed to the system.
  if trims_native_heap "${4:-}"; then echo "-XX:TrimNativeHeapInterval=5000 -Xlog:trimnative=off"; fi
}

# What is not heap during a swap: 85 MiB of the launcher (classes and compiled code of two services, threads, buffers), 30
# more with the optimizing compiler, and 50 for migration_tools if it runs in the same container.
heap_mib() {
  heap=$(($1 - ($1 < 400 ? 156 : 176)))
  [ "$heap" -le $(($1 * 6 / 10)) ] || heap=$(($1 * 6 / 10))
  [ "$heap" -ge 48 ] || heap=48
  echo "$heap"
}
