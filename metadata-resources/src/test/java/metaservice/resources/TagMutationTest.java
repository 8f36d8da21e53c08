package metaservice.resources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import metaservice.kit.ClientError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TagMutationTest {

    private static final TagMutation.Tags BEFORE = TagMutation.Tags.parse("[\"a\", \"b\"]", "[\"user:x\"]");

    @Test
    void removalsAreAppliedBeforeAdditions() {
        assertEquals(Set.of("a", "b"), new TagMutation(List.of("b"), List.of("b")).apply(BEFORE));
    }

    @Test
    void systemTagsAreNotAdded() {
        assertEquals(Set.of("a", "b", "c"), new TagMutation(List.of("user:x", "c"), List.of()).apply(BEFORE));
    }

    @Test
    void removingASystemTagRefusesTheWholeChange() {
        TagMutation mutation = new TagMutation(List.of("c"), List.of("a", "user:x"));
        ClientError error = assertThrows(ClientError.class, () -> mutation.apply(BEFORE));
        assertEquals(422, error.answer().status());
    }

    @Test
    void removingAMissingTagChangesNothing() {
        assertEquals(Set.of("a", "b"), new TagMutation(List.of(), List.of("never")).apply(BEFORE));
    }

    @Test
    @Timeout(20)
    void longListsTakeLinearTime() {
        List<String> many = IntStream.range(0, 300_000).mapToObj(i -> "tag" + i).toList();
        List<String> others =
                many.stream().limit(99_999).map(tag -> "other" + tag).toList();
        Set<String> after = new TagMutation(others, others).apply(new TagMutation.Tags(List.of("a"), many));
        assertEquals(1 + others.size(), after.size());
    }

    @Test
    void tooManyTagsAreRefused() {
        List<String> many = IntStream.range(0, 100_000).mapToObj(i -> "tag" + i).toList();
        TagMutation.Tags before = new TagMutation.Tags(List.of("a"), List.of());
        assertThrows(ClientError.class, () -> new TagMutation(many, List.of()).apply(before));
    }

    @Test
    void runWithTooManyTagsCanRemoveSome() {
        List<String> many = IntStream.range(0, 200_000).mapToObj(i -> "tag" + i).toList();
        TagMutation.Tags before = new TagMutation.Tags(many, List.of());
        assertEquals(
                199_999,
                new TagMutation(List.of(), List.of("tag1")).apply(before).size());
    }
}
