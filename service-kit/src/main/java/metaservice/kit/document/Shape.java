package metaservice.kit.document;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.Field;

/**
 * A kind of JSON value under the name by which the API's document refers to it, as a schema of OpenAPI 3.0. What the
 * code knows of columns and fields (types, lengths, whether there may be nothing) is not told twice. Immutable.
 */
public final class Shape {

    private static final int MAX_NAME_LENGTH = 255;

    private final String name;
    private final ObjectNode schema;

    private Shape(String name, ObjectNode schema) {
        this.name = name;
        this.schema = schema;
    }

    /**
     * What rows become.
     *
     * @param columns the members; those without a field are always there and never null
     * @param fields what clients may say of some of them
     */
    public static Shape row(String name, Columns columns, List<Field> fields) {
        ObjectNode schema = object("object");
        for (Column column : columns.columns()) {
            Optional<Field> field = fields.stream()
                    .filter(one -> one.name().equals(column.name()))
                    .findFirst();
            schema.withObjectProperty("properties").set(column.name(), property(column, field));
            if (column.kind() != Column.Kind.TEXT_IF_ANY) {
                schema.withArrayProperty("required").add(column.name());
            }
        }
        return new Shape(name, schema);
    }

    /** What clients send to make something; no member has to be there. */
    public static Shape body(String name, List<Field> fields) {
        ObjectNode schema = object("object");
        for (Field field : fields) {
            schema.withObjectProperty("properties").set(field.name(), property(field));
        }
        return new Shape(name, schema);
    }

    /** An object that holds one list of texts in each member. */
    public static Shape lists(String name, String... members) {
        ObjectNode schema = object("object");
        for (String member : members) {
            ObjectNode list = schema.withObjectProperty("properties").putObject(member);
            list.put("type", "array").putObject("items").put("type", "string");
        }
        return new Shape(name, schema);
    }

    /**
     * An object that says how many rows were stored.
     *
     * @param told whether it says which were left out, too
     */
    public static Shape count(String name, String member, boolean told) {
        ObjectNode schema = object("object");
        schema.withObjectProperty("properties")
                .putObject(member)
                .put("type", "integer")
                .put("minimum", 0);
        schema.withArrayProperty("required").add(member);
        if (told) {
            ObjectNode rejected = schema.withObjectProperty("properties").putObject("rejected");
            rejected.put("type", "array").put("description", "what was left out; not there if it is nothing");
            ObjectNode one = rejected.putObject("items").put("type", "object");
            one.withObjectProperty("properties").putObject("index").put("type", "integer");
            one.withObjectProperty("properties").putObject("field").put("type", "string");
            one.withObjectProperty("properties").putObject("reason").put("type", "string");
        }
        return new Shape(name, schema);
    }

    /** An object whose members are texts and always there. */
    public static Shape texts(String name, String... members) {
        ObjectNode schema = object("object");
        for (String member : members) {
            schema.withObjectProperty("properties").putObject(member).put("type", "string");
            schema.withArrayProperty("required").add(member);
        }
        return new Shape(name, schema);
    }

    /** A text. */
    public static Shape text(String name, String description) {
        return new Shape(name, object("string").put("description", description));
    }

    /** An object with members that the code does not list. */
    public static Shape open(String name, String description) {
        return new Shape(name, object("object").put("description", description));
    }

    /** The same, but a member that is always there may be null. */
    public Shape orNull(String member) {
        ObjectNode copy = schema.deepCopy();
        copy.withObjectProperty("properties").withObjectProperty(member).put("nullable", true);
        return new Shape(name, copy);
    }

    /** The same, but a member is there only at times. */
    public Shape sometimes(String member, String when) {
        ObjectNode copy = schema.deepCopy();
        copy.withObjectProperty("properties").withObjectProperty(member).put("description", when);
        for (int i = copy.withArrayProperty("required").size() - 1; i >= 0; i--) {
            if (copy.get("required").get(i).textValue().equals(member)) {
                copy.withArrayProperty("required").remove(i);
            }
        }
        return new Shape(name, copy);
    }

    /** The name by which docs refer to it. */
    public String name() {
        return name;
    }

    /** The schema; the caller may change it. */
    ObjectNode schema() {
        return schema.deepCopy();
    }

    private static ObjectNode property(Column column, Optional<Field> field) {
        ObjectNode property = switch (column.kind()) {
            case TEXT, TEXT_IF_ANY -> text(field.map(Field::maxLength).orElse(MAX_NAME_LENGTH));
            case NUMBER -> object("integer").put("format", "int64");
            case JSON -> anything();
            case ID -> id();
        };
        if (column.kind() != Column.Kind.JSON && field.filter(Field::nullable).isPresent()) {
            property.put("nullable", true);
        }
        return property;
    }

    private static ObjectNode property(Field field) {
        ObjectNode property = switch (field.kind()) {
            case TEXT -> text(field.maxLength());
            case JSON -> anything();
            case SMALL_NUMBER ->
                object("integer").put("minimum", Short.MIN_VALUE).put("maximum", Short.MAX_VALUE);
        };
        if (field.kind() != Field.Kind.JSON && field.nullable()) {
            property.put("nullable", true);
        }
        return property;
    }

    private static ObjectNode text(int maxLength) {
        ObjectNode text = object("string");
        return maxLength == Integer.MAX_VALUE ? text : text.put("maxLength", maxLength);
    }

    private static ObjectNode anything() {
        return JsonNodeFactory.instance.objectNode().put("description", "any JSON; Metaflow sends a list of texts");
    }

    private static ObjectNode id() {
        ObjectNode id =
                JsonNodeFactory.instance.objectNode().put("description", "a number, or the name that its client gave");
        id.putArray("oneOf")
                .add(object("integer").put("format", "int64"))
                .add(object("string").put("maxLength", MAX_NAME_LENGTH));
        return id;
    }

    private static ObjectNode object(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }
}
