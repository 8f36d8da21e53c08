package metaservice.launcher.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {

    @Test
    void membersKeepTheirOrderAndTypes() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("flag", true);
        members.put("list", List.of("1", "2"));
        members.put("text", "a");
        assertEquals("{\"flag\": true, \"list\": [\"1\", \"2\"], \"text\": \"a\"}", JsonText.object(members));
    }

    @Test
    void specialCharactersAreEscaped() {
        assertEquals(
                "{\"text\": \"\\\"\\\\\\u000a\\u0000\\ud83d\\ude00é\"}",
                JsonText.object(Map.of("text", "\"\\\n\0\uD83D\uDE00é")));
    }
}
