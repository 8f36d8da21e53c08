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
 * A change of a run's tags (source: reference {@code tag/mutate}). Removals come first, so a tag that is in both lists
 * stays. System tags cannot be added, which is ignored, nor removed, which is refused as a whole.
 */
record TagMutation(List<String> toAdd, List<String> toRemove) {

    /** For what was once accepted, whatever the bounds of requests are today. */
    private static final ObjectMapper STORED = new ObjectMapper();

    /** As many as no client has; each is sent with every run, step and task of it. */
    private static final int MAX_TAGS = 100_000;

    /** Both kinds of tags of a run. */
    record Tags(List<String> tags, List<String> systemTags) {

        /** Reads two JSONB values; what is no list of texts has no tags in it. */
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
                throw new IllegalStateException("the database holds tags that are no JSON", e);
            }
        }
    }

    /**
     * Reads the body.
     *
     * @throws ClientError 400 if a member is no list of texts
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
     * The tags after the change, each once.
     *
     * @throws ClientError 422 if a system tag is to be removed, 400 if there would be too many
     */
    Set<String> apply(Tags before) {
        Set<String> systemTags = new HashSet<>(before.systemTags());
        Set<String> untouchable = new LinkedHashSet<>(toRemove);
        untouchable.retainAll(systemTags);
        if (!untouchable.isEmpty()) {
            String list = untouchable.stream().map(tag -> "'" + tag + "'").collect(Collectors.joining(", ", "{", "}"));
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
        return array.toString();
    }
}
