package metaservice.resources;

import java.util.List;
import java.util.Set;
import metaservice.kit.Field;

/**
 * The rows that a batch stores. Immutable.
 *
 * @param fields the fields of a row
 * @param countedAs the member of the answer with the number of stored rows
 * @param keyFields the fields that identify a row within its task; empty if equal rows may be stored
 * @param isNumbered whether rows get a serial number, in the column {@code id}
 */
public record BatchSpec(List<Field> fields, String countedAs, List<String> keyFields, boolean isNumbered) {

    /** Artifacts. All texts have at most 255 characters. */
    public static final BatchSpec ARTIFACTS = new BatchSpec(
            List.of(
                    Field.text("name").orElse(" ").required(),
                    Field.text("location").orElse(" ").required(),
                    Field.text("ds_type").orElse(" ").required(),
                    Field.text("sha").orElse(" "),
                    Field.text("type").orElse(" "),
                    Field.text("content_type").orElse(" "),
                    Field.text("user_name").orElse(" "),
                    Field.smallNumber("attempt_id", "0"),
                    Field.json("tags"),
                    Field.json("system_tags")),
            "artifacts_created",
            List.of("name", "attempt_id"),
            false);

    /** Metadata. The value has no limit of its length; the other texts have at most 255 characters. */
    public static final BatchSpec METADATA = new BatchSpec(
            List.of(
                    Field.text("field_name").orElse(" ").required(),
                    Field.text("value").orElse(" ").required().unlimited(),
                    Field.text("type").orElse(" ").required(),
                    Field.text("user_name"),
                    Field.json("tags"),
                    Field.json("system_tags")),
            "metadata_created",
            List.of(),
            true);

    /** This specification without length limits for these fields. */
    public BatchSpec withUnlimited(String... names) {
        Set<String> unlimited = Set.of(names);
        List<Field> wider = fields.stream()
                .map(field -> unlimited.contains(field.name()) ? field.unlimited() : field)
                .toList();
        return new BatchSpec(wider, countedAs, keyFields, isNumbered);
    }
}
