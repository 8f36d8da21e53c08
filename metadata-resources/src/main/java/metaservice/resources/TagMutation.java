package metaservice.resources;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Json;

/**
 * A change of a run's tags, with the rules of the reference's {@code tag/mutate}. Removals are applied before additions, so
 * a tag in both lists is kept. Adding a system tag is ignored. Removing a system tag refuses the whole change. Immutable.
 *
 * @param toAdd the tags to add
 * @param toRemove the tags to remove
 */
record TagMutation(List<String> toAdd, List<String> toRemove) {

    /** Reads stored tags. It has no limits, because tags may have been stored before the limits of requests existed. */
    private static final ObjectMapper STORED = new ObjectMapper();

    /** Most tags of a run; clients use far fewer. Every answer with the run, its steps or its tasks has all of them. */
    private static final int MAX_TAGS = 100_000;

    /** The tags and the system tags of a run. */
    record Tags(List<String> tags, List<String> systemTags) {

        /** Parses two JSONB values; null counts as an empty list. */
        static Tags parse(String tags, String systemTags) {
            return new Tags(texts(tags), texts(systemTags));
        }

        private static List<String> texts(String json) {
            List<String> texts = new ArrayList<>();
            if (json != null) {
                node(json).forEach(element -> texts.add(element.asText()));
            }
            return texts;
        }

        private static JsonNode node(String json) {
            try {
                return STORED.readTree(json);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("tags in the database are not JSON", e);
            }
        }
    }

    /**
     * Reads the body.
     *
     * @throws ClientError 400 if a member is not a list of texts
     */
    static TagMutation read(JsonNode body) {
        return new TagMutation(list(body, "tags_to_add"), list(body, "tags_to_remove"));
    }

    private static List<String> list(JsonNode body, String member) {
        JsonNode node = body.get(member);
        if (node == null) {
            return List.of();
        }
        if (!node.isArray()) {
            throw ClientError.of(Answer.jsonString(400, member + " must be a list"));
        }
        List<String> tags = new ArrayList<>();
        for (JsonNode tag : node) {
            if (!tag.isTextual()) {
                throw ClientError.of(Answer.jsonString(400, "All tag values must be strings"));
            }
            if (!Json.isStorable(tag.textValue())) {
                throw ClientError.badRequest(member + ": expected text without NUL characters and lone surrogates");
            }
            tags.add(tag.textValue());
        }
        return tags;
    }

    /**
     * The tags after the change, without duplicates.
     *
     * @throws ClientError 422 if the change removes a system tag, 400 if it increases the number of tags beyond the limit
     */
    Set<String> apply(Tags before) {
        Set<String> systemTags = new HashSet<>(before.systemTags());
        Set<String> systemTagsToRemove = new LinkedHashSet<>(toRemove);
        systemTagsToRemove.retainAll(systemTags);
        if (!systemTagsToRemove.isEmpty()) {
            String list =
                    systemTagsToRemove.stream().map(tag -> "'" + tag + "'").collect(Collectors.joining(", ", "{", "}"));
            throw ClientError.of(Answer.jsonString(422, "Cannot remove tags that are existing system tags " + list));
        }
        Set<String> after = new LinkedHashSet<>(before.tags());
        toRemove.forEach(after::remove);
        toAdd.stream().filter(tag -> !systemTags.contains(tag)).forEach(after::add);
        if (after.size() > MAX_TAGS && after.size() > before.tags().size()) {
            throw ClientError.badRequest(
                    "tags_to_add: the run would have " + after.size() + " tags, expected at most " + MAX_TAGS);
        }
        return after;
    }

    static String toJson(Set<String> tags) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        tags.forEach(array::add);
        return Json.text(array);
    }
}
