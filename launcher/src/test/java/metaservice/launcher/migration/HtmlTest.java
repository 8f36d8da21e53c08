package metaservice.launcher.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlTest {

    @Test
    void valuesBecomeTextAndPiecesStayMarkup() {
        Html bold = Html.of("<b title=\"%s\">%s</b>", "\"'", "a < b & c > d");
        assertEquals("<b title=\"&quot;&#39;\">a &lt; b &amp; c &gt; d</b>", bold.markup());
        assertEquals(
                "<p>" + bold.markup() + "&lt;b&gt;</p>",
                Html.of("<p>%s%s</p>", bold, "<b>").markup());
        assertEquals(
                bold.markup() + "7", Html.all(List.of(bold, Html.of("%s", 7))).markup());
    }
}
