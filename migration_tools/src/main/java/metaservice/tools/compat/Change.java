package metaservice.tools.compat;

import java.util.Optional;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/**
 * The change that is asked about: nodes of this image are added to a database while others still run.
 *
 * @param from the image of the others; empty if only the schema is known
 * @param schema the schema version of the database
 * @param floor the lowest service version that the database admits, from its table {@code metaservice_floor}; empty if it is
 *     not given
 * @param withUpgrade whether the schema is upgraded while nodes of both images run
 */
record Change(Optional<Image> from, SchemaVersion schema, Optional<ServiceVersion> floor, boolean withUpgrade) {}
