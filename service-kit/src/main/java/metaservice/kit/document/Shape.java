package metaservice.kit.document;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.Field;

/**
 * A named JSON schema of the OpenAPI document. Types, lengths and nullability come from the columns and fields that the
 * statements use. Immutable.
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
     * An object for a row of a table.
     *
     * @param columns the members; those without a field are never null
     * @param fields the members that clients send
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

    /** An object that clients send to create something; no member is required. */
    public static Shape body(String name, List<Field> fields) {
        ObjectNode schema = object("object");
        for (Field field : fields) {
            schema.withObjectProperty("properties").set(field.name(), property(field));
        }
        return new Shape(name, schema);
    }

    /** An object whose members are lists of texts. */
    public static Shape lists(String name, String... members) {
        ObjectNode schema = object("object");
        for (String member : members) {
            ObjectNode list = schema.withObjectProperty("properties").putObject(member);
            list.put("type", "array").putObject("items").put("type", "string");
        }
        return new Shape(name, schema);
    }

    /**
     * An object with the number of rows that were stored.
     *
     * @param reportsRejected whether it also lists the rejected rows
     */
    public static Shape count(String name, String member, boolean reportsRejected) {
        ObjectNode schema = object("object");
        schema.withObjectProperty("properties")
                .putObject(member)
                .put("type", "integer")
                .put("minimum", 0);
        schema.withArrayProperty("required").add(member);
        if (reportsRejected) {
            ObjectNode rejected = schema.withObjectProperty("properties").putObject("rejected");
            rejected.put("type", "array")
                    .put("description", "the rows that were not stored; missing if all were stored");
            ObjectNode one = rejected.putObject("items").put("type", "object");
            one.withObjectProperty("properties").putObject("index").put("type", "integer");
            one.withObjectProperty("properties").putObject("field").put("type", "string");
            one.withObjectProperty("properties").putObject("reason").put("type", "string");
        }
        return new Shape(name, schema);
    }

    /** An object whose members are texts, all of them required. */
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

    /** An object whose members are not described. */
    public static Shape open(String name, String description) {
        return new Shape(name, object("object").put("description", description));
    }

    /** This shape with a member that may be null. */
    public Shape orNull(String member) {
        ObjectNode copy = schema.deepCopy();
        copy.withObjectProperty("properties").withObjectProperty(member).put("nullable", true);
        return new Shape(name, copy);
    }

    /** This shape with a member that is not required; {@code when} describes when it is present. */
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

    /** The name with which docs refer to this shape. */
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
        ObjectNode id = JsonNodeFactory.instance
                .objectNode()
                .put("description", "a number, or the name that the client has given");
        id.putArray("oneOf")
                .add(object("integer").put("format", "int64"))
                .add(object("string").put("maxLength", MAX_NAME_LENGTH));
        return id;
    }

    private static ObjectNode object(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }
}
