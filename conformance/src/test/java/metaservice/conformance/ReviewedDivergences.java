package metaservice.conformance;

import java.util.List;
import java.util.Optional;

/**
 * How our services differ from the recordings, each generation in one value. A step joins the list of divergences only
 * with a reason why ours is the better answer.
 */
final class ReviewedDivergences {

    /** None so far. */
    private static final List<AllowedDivergence> STEPS = List.of();

    /** 1.x and 2.x report the recorded versions. */
    static final DeclaredDifferences V1_AND_V2 = new DeclaredDifferences(Optional.empty(), true, STEPS);

    /** Where the recording, made of unreleased code, still says 2.5.1. */
    static final String V3_VERSION = "3.0.0";

    static final DeclaredDifferences V3 = new DeclaredDifferences(Optional.of(V3_VERSION), true, STEPS);

    private ReviewedDivergences() {}
}
