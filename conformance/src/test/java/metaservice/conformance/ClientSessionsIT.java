package metaservice.conformance;

import java.util.List;
import metaservice.migrations.TestDatabases;

/** What a real client asked and got: a run, a resume, and reads through the client API. */
class ClientSessionsIT extends RecordedGeneration {

    ClientSessionsIT() {
        super(
                TestDatabases.newest(),
                ReviewedDivergences.V3_VERSION,
                ReviewedDivergences.V3,
                List.of("v3/client-run.jsonl", "v3/client-read.jsonl", "v3/client-resume.jsonl"));
    }
}
