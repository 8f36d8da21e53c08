package metaservice.resources;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import metaservice.kit.Field;
import metaservice.kit.Request;

/**
 * The members that every object has: user name, tags and system tags. The texts are ready for binding; null is SQL's NULL.
 * Immutable.
 *
 * @param userName the user who created the object
 * @param tags JSON
 * @param systemTags JSON
 */
public record Labels(String userName, String tags, String systemTags) {

    private static final Field USER_NAME = Field.text("user_name");
    private static final Field TAGS = Field.json("tags");
    private static final Field SYSTEM_TAGS = Field.json("system_tags");

    /** The fields of these members. */
    public static final List<Field> FIELDS = List.of(USER_NAME, TAGS, SYSTEM_TAGS);

    /**
     * Reads the members from a request's body. A missing user name is null.
     *
     * @throws ClientError 400 if the body is not a JSON object or a member cannot be stored
     */
    public static Labels of(Request request) {
        return of(request.jsonObject());
    }

    static Labels of(JsonNode body) {
        return of(body, USER_NAME);
    }

    /** Reads the members from a request's body. A missing user name is an empty text, as the reference stores it for steps. */
    public static Labels ofStep(Request request) {
        return of(request.jsonObject(), USER_NAME.orElse(""));
    }

    private static Labels of(JsonNode body, Field userName) {
        return new Labels(userName.read(body), TAGS.read(body), SYSTEM_TAGS.read(body));
    }
}
