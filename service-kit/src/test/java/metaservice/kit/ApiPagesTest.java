package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ApiPagesTest {

    /** Browsers ignore a directive with an unknown name, and then load no style sheet because of {@code default-src}. */
    @Test
    void contentSecurityPolicyAllowsScriptsAndStylesOfTheService() throws Exception {
        Route page = ApiPages.with(List.of(), new byte[0]).get(0);
        Answer answer =
                page.endpoint().answer(new Request("", Map.of(), new byte[0])).get();
        Map<String, String> directives = new TreeMap<>();
        for (String directive : answer.headers().get("Content-Security-Policy").split("; *", -1)) {
            String[] nameAndSources = directive.split(" ", 2);
            directives.put(nameAndSources[0], nameAndSources[1]);
        }
        assertEquals("'none'", directives.get("default-src"));
        assertEquals("'self'", directives.get("script-src"));
        assertEquals("'self' 'unsafe-inline'", directives.get("style-src"));
    }
}
