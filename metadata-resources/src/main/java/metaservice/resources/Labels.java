package metaservice.resources;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import metaservice.kit.Field;
import metaservice.kit.Request;

/**
 * What clients may say of everything that they create. The texts are ready for SQL; null is SQL's NULL.
 *
 * @param userName who created it
 * @param tags JSON
 * @param systemTags JSON
 */
public record Labels(String userName, String tags, String systemTags) {

    private static final Field USER_NAME = Field.text("user_name");
    private static final Field TAGS = Field.json("tags");
    private static final Field SYSTEM_TAGS = Field.json("system_tags");

    /** What clients may say. */
    public static final List<Field> FIELDS = List.of(USER_NAME, TAGS, SYSTEM_TAGS);

    /**
     * Reads them from a request's body; a missing user name is null.
     *
     * @throws ClientError 400 if the body is no JSON object or one of them cannot be stored
     */
    public static Labels of(Request request) {
        return of(request.jsonObject());
    }

    static Labels of(JsonNode body) {
        return of(body, USER_NAME);
    }

    /** The same, but a missing user name is an empty text. */
    public static Labels ofStep(Request request) {
        return of(request.jsonObject(), USER_NAME.orElse(""));
    }

    private static Labels of(JsonNode body, Field userName) {
        return new Labels(userName.read(body), TAGS.read(body), SYSTEM_TAGS.read(body));
    }
}
