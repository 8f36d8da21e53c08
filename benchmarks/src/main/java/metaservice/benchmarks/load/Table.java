package metaservice.benchmarks.load;

import java.io.PrintStream;
import java.util.Locale;

/** Prints results as tables in Markdown. Values that were not measured are a dash. */
final class Table {

    private final PrintStream out;
    private final boolean withPeer;

    Table(PrintStream out, boolean withPeer) {
        this.out = out;
        this.withPeer = withPeer;
    }

    void printHeader() {
        out.println("| workload | connections | requests/s | ceiling/s | share of ceiling | p50 ms | p99 ms"
                + " | service µs/request | database µs/request | not 2xx |"
                + (withPeer ? " peer/s | times the peer | peer p50 ms | peer p99 ms | peer µs/request |" : ""));
        out.println("|---|---|---|---|---|---|---|---|---|---|" + (withPeer ? "---|---|---|---|---|" : ""));
    }

    void print(Measurement line) {
        ServerResult ours = line.ours();
        out.print("| " + line.workload() + " | " + line.connections());
        cells(0, ours.perSecond(), line.ceiling());
        cells(2, line.shareOfCeiling(), ours.p50(), ours.p99());
        cells(0, ours.serviceMicros(), ours.databaseMicros());
        out.print(" | " + ours.failures());
        if (line.peer() != null) {
            cells(0, line.peer().perSecond());
            cells(2, line.timesPeer(), line.peer().p50(), line.peer().p99());
            cells(0, line.peer().serviceMicros());
        }
        out.println(" |");
    }

    void printOpenLoopHeader() {
        out.println();
        out.println("At a fixed rate, from the intended time of each request:");
        out.println();
        out.println("| workload | requests/s | p50 ms | p99 ms | p99.9 ms | worst ms | not 2xx |"
                + (withPeer ? " peer p50 ms | peer p99 ms | peer p99.9 ms | peer worst ms | peer not 2xx |" : ""));
        out.println("|---|---|---|---|---|---|---|" + (withPeer ? "---|---|---|---|---|" : ""));
    }

    void print(FixedRate line) {
        out.print("| " + line.workload());
        cells(0, line.perSecond());
        print(line.ours());
        if (line.peer() != null) {
            print(line.peer());
        }
        out.println(" |");
    }

    private void print(OpenLoop.Result result) {
        cells(
                2,
                result.latencies().median(),
                result.latencies().p99(),
                result.latencies().p999(),
                result.latencies().worst());
        out.print(" | " + result.failures());
    }

    private void cells(int decimals, double... values) {
        for (double value : values) {
            out.print(" | " + (Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%." + decimals + "f", value)));
        }
    }
}
