import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.StructProto;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.google.protobuf.WrappersProto;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Protobuf messages by Java's own library: random ones, their bytes, and the cells that a table is to have of them. */
final class ProtobufMessages {
    private static final int ITEMS = 4;
    private static final int DEPTH = 4;
    private static final String GOOGLE = "google.protobuf.";

    private ProtobufMessages() {}

    /** A message of a file of the text form of a {@code FileDescriptorProto}. */
    static Descriptor descriptor(Path text, String message) throws IOException, DescriptorValidationException {
        return compile(file(text), message);
    }

    /** The same message, packed where it is not and not where it is. */
    static Descriptor otherPacking(Path text, String message) throws IOException, DescriptorValidationException {
        FileDescriptorProto.Builder file = file(text).toBuilder();
        file.getMessageTypeBuilderList().forEach(ProtobufMessages::turnPacking);
        return compile(file.build(), message);
    }

    private static FileDescriptorProto file(Path text) throws IOException {
        FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder();
        TextFormat.merge(Files.readString(text), file);
        return file.build();
    }

    private static Descriptor compile(FileDescriptorProto file, String message) throws DescriptorValidationException {
        FileDescriptor[] known = {
            DurationProto.getDescriptor(), StructProto.getDescriptor(), TimestampProto.getDescriptor(), WrappersProto.getDescriptor(),
        };
        return FileDescriptor.buildFrom(file, known).findMessageTypeByName(message);
    }

    private static void turnPacking(DescriptorProto.Builder message) {
        boolean isNew = !message.getName().equals("Order");
        for (FieldDescriptorProto.Builder field : message.getFieldBuilderList()) {
            boolean isPackable = switch (field.getType()) {
                case TYPE_STRING, TYPE_BYTES, TYPE_MESSAGE, TYPE_GROUP -> false;
                default -> field.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED;
            };
            if (isPackable) {
                boolean isPacked = field.getOptions().hasPacked() ? field.getOptions().getPacked() : isNew;
                field.getOptionsBuilder().setPacked(!isPacked);
            }
        }
        message.getNestedTypeBuilderList().forEach(ProtobufMessages::turnPacking);
    }

    static DynamicMessage random(Descriptor type, Chance chance, int depth) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        if (type.getFullName().equals(GOOGLE + "Timestamp")) {
            return message.setField(type.findFieldByNumber(1), chance.within(-9_223_372_036L, 9_223_372_035L))
                .setField(type.findFieldByNumber(2), (int) chance.within(0, 999_999_999)).build();
        }
        if (type.getFullName().equals(GOOGLE + "Duration")) {
            int sign = chance.coin() ? 1 : -1;
            return message.setField(type.findFieldByNumber(1), sign * chance.within(0, 9_223_372_035L))
                .setField(type.findFieldByNumber(2), sign * (int) chance.within(0, 999_999_999)).build();
        }
        for (FieldDescriptor field : type.getFields()) {
            if (field.getRealContainingOneof() == null) {
                fill(message, field, chance, depth);
            }
        }
        for (OneofDescriptor oneof : type.getRealOneofs()) {
            // A Value is always one of its kinds.
            int chosen = chance.below(oneof.getFieldCount() + (type.getFullName().startsWith(GOOGLE) ? 0 : 1));
            if (chosen < oneof.getFieldCount()) {
                FieldDescriptor field = oneof.getField(depth > DEPTH ? 0 : chosen);
                message.setField(field, value(field, chance, depth));
            }
        }
        if (!type.getFullName().startsWith(GOOGLE) && chance.below(4) == 0) {
            message.setUnknownFields(unknown(chance));
        }
        return message.build();
    }

    private static void fill(DynamicMessage.Builder message, FieldDescriptor field, Chance chance, int depth) {
        if (field.isMapField()) {
            Map<Object, Message> entries = new LinkedHashMap<>();
            for (int left = depth > DEPTH ? 0 : chance.below(ITEMS); left > 0; left--) {
                DynamicMessage.Builder entry = DynamicMessage.newBuilder(field.getMessageType());
                FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
                FieldDescriptor item = field.getMessageType().findFieldByNumber(2);
                entry.setField(key, value(key, chance, depth + 1)).setField(item, value(item, chance, depth + 1));
                entries.put(entry.getField(key), entry.build());
            }
            message.setField(field, new ArrayList<>(entries.values()));
        } else if (field.isRepeated()) {
            for (int left = depth > DEPTH ? 0 : chance.below(ITEMS); left > 0; left--) {
                message.addRepeatedField(field, value(field, chance, depth + 1));
            }
        } else if (field.isRequired() || !field.hasPresence() || (depth <= DEPTH && chance.below(5) < 3)) {
            message.setField(field, value(field, chance, depth + 1));
        }
    }

    private static Object value(FieldDescriptor field, Chance chance, int depth) {
        return switch (field.getType()) {
            case BOOL -> chance.coin();
            case INT32, SINT32, SFIXED32, UINT32, FIXED32 -> chance.anyInt();
            case INT64, SINT64, SFIXED64, UINT64, FIXED64 -> chance.anyLong();
            case FLOAT -> chance.anyFloat();
            case DOUBLE -> chance.anyDouble();
            case STRING -> chance.text();
            case BYTES -> ByteString.copyFrom(chance.bytes());
            case ENUM -> {
                var names = field.getEnumType();
                boolean isKnown = names.isClosed() || names.getFullName().startsWith(GOOGLE) || chance.below(4) > 0;
                yield isKnown
                    ? names.getValues().get(chance.below(names.getValues().size()))
                    : names.findValueByNumberCreatingIfUnknown(chance.anyInt());
            }
            case MESSAGE, GROUP -> random(field.getMessageType(), chance, depth + 1);
        };
    }

    /** What a newer version of a message may have. */
    private static UnknownFieldSet unknown(Chance chance) {
        Field varint = Field.newBuilder().addVarint(chance.anyLong()).addFixed32(chance.anyInt()).build();
        ByteString bytes = ByteString.copyFrom(chance.bytes());
        Field other = Field.newBuilder().addFixed64(chance.anyLong()).addLengthDelimited(bytes).build();
        Field group = Field.newBuilder().addGroup(UnknownFieldSet.newBuilder().addField(1, varint).build()).build();
        return UnknownFieldSet.newBuilder().addField(1_000, varint).addField(2_000, other).addField(536_870_911, group).build();
    }

    /** The cells of a message by column: the fields of messages within it are {@code n__p}. */
    static Map<String, Object> cells(Message message) {
        Map<String, Object> cells = new LinkedHashMap<>();
        fields(message.getDescriptorForType(), message, "", List.of(), false, cells);
        return cells;
    }

    private static void fields(
        Descriptor type, Message message, String path, List<String> outer, boolean isItem, Map<String, Object> cells) {
        List<String> within = new ArrayList<>(outer);
        within.add(type.getFullName());
        for (FieldDescriptor field : type.getFields()) {
            String name = path + field.getName();
            boolean isThere = message != null && (field.isRepeated() || !field.hasPresence() || message.hasField(field));
            Object value = isThere ? message.getField(field) : null;
            boolean isList = field.isRepeated() && !field.isMapField();
            if (field.isMapField() || isText(field, within) || (isList && isItem)) {
                cells.put(name, value == null ? null : Shown.json(json(field, value)));
            } else if (isValue(field)) {
                cells.put(name, value == null ? null : isList ? list(field, (List<?>) value) : cell(field, value));
            } else if (isList) {
                items(field, (List<?>) value, name + "__", within, cells);
            } else {
                fields(field.getMessageType(), (Message) value, name + "__", within, isItem, cells);
            }
        }
    }

    /** A list for each column of a repeated message. */
    private static void items(FieldDescriptor field, List<?> items, String path, List<String> within, Map<String, Object> cells) {
        Map<String, Object> none = new LinkedHashMap<>();
        fields(field.getMessageType(), null, path, within, true, none);
        if (items == null) {
            cells.putAll(none);
            return;
        }
        Map<String, List<Object>> lists = new LinkedHashMap<>();
        none.keySet().forEach(name -> lists.put(name, new ArrayList<>()));
        for (Object item : items) {
            Map<String, Object> row = new LinkedHashMap<>();
            fields(field.getMessageType(), (Message) item, path, within, true, row);
            row.forEach((name, cell) -> lists.get(name).add(cell));
        }
        cells.putAll(lists);
    }

    private static boolean isMessage(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    }

    private static boolean isText(FieldDescriptor field, List<String> within) {
        if (!isMessage(field)) {
            return false;
        }
        String name = field.getMessageType().getFullName();
        return within.contains(name) || List.of(GOOGLE + "Struct", GOOGLE + "Value", GOOGLE + "ListValue").contains(name);
    }

    /** Whether one cell has it. */
    private static boolean isValue(FieldDescriptor field) {
        if (!isMessage(field)) {
            return true;
        }
        Descriptor type = field.getMessageType();
        boolean isTime = List.of(GOOGLE + "Timestamp", GOOGLE + "Duration").contains(type.getFullName());
        return isTime || isWrapper(type) || type.getFields().isEmpty();
    }

    private static boolean isWrapper(Descriptor type) {
        return type.getFile().getName().equals("google/protobuf/wrappers.proto");
    }

    private static List<Object> list(FieldDescriptor field, List<?> values) {
        List<Object> cells = new ArrayList<>();
        values.forEach(value -> cells.add(cell(field, value)));
        return cells;
    }

    private static Object cell(FieldDescriptor field, Object value) {
        return switch (field.getType()) {
            case UINT32, FIXED32 -> Integer.toUnsignedLong((Integer) value);
            case FLOAT, DOUBLE -> Shown.bits((Number) value);
            case BYTES -> Shown.hex(((ByteString) value).toByteArray());
            case ENUM -> symbol((EnumValueDescriptor) value).toString();
            case MESSAGE, GROUP -> {
                Message message = (Message) value;
                Descriptor type = message.getDescriptorForType();
                if (isWrapper(type)) {
                    FieldDescriptor only = type.findFieldByNumber(1);
                    yield cell(only, message.getField(only));
                }
                yield type.getFields().isEmpty() ? true : nanoseconds(message);
            }
            default -> value;
        };
    }

    private static long nanoseconds(Message moment) {
        long seconds = (Long) moment.getField(moment.getDescriptorForType().findFieldByNumber(1));
        int nanos = (Integer) moment.getField(moment.getDescriptorForType().findFieldByNumber(2));
        return BigInteger.valueOf(seconds).multiply(BigInteger.valueOf(1_000_000_000)).add(BigInteger.valueOf(nanos)).longValueExact();
    }

    /** A number without a name is itself. */
    private static Object symbol(EnumValueDescriptor value) {
        return value.getIndex() < 0 ? value.getNumber() : value.getName();
    }

    /** A field, all of it, within JSON. */
    private static Object json(FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            Map<String, Object> entries = new LinkedHashMap<>();
            for (Object each : (List<?>) value) {
                Message entry = (Message) each;
                FieldDescriptor key = entry.getDescriptorForType().findFieldByNumber(1);
                FieldDescriptor item = entry.getDescriptorForType().findFieldByNumber(2);
                entries.put(jsonOf(key, entry.getField(key)).toString(), jsonOf(item, entry.getField(item)));
            }
            return entries;
        }
        if (field.isRepeated()) {
            List<Object> items = new ArrayList<>();
            ((List<?>) value).forEach(item -> items.add(jsonOf(field, item)));
            return items;
        }
        return jsonOf(field, value);
    }

    private static Object jsonOf(FieldDescriptor field, Object value) {
        return switch (field.getType()) {
            case UINT32, FIXED32 -> Integer.toUnsignedLong((Integer) value);
            case UINT64, FIXED64 -> new BigInteger(Long.toUnsignedString((Long) value));
            case FLOAT, DOUBLE -> Shown.inJson((Number) value);
            case BYTES -> Base64.getEncoder().encodeToString(((ByteString) value).toByteArray());
            case ENUM -> symbol((EnumValueDescriptor) value);
            case MESSAGE, GROUP -> jsonOf((Message) value);
            default -> value;
        };
    }

    private static Object jsonOf(Message message) {
        Descriptor type = message.getDescriptorForType();
        FieldDescriptor first = type.findFieldByNumber(1);
        if (isWrapper(type) || List.of(GOOGLE + "Struct", GOOGLE + "ListValue").contains(type.getFullName())) {
            return json(first, message.getField(first));
        }
        switch (type.getFullName()) {
            case GOOGLE + "Timestamp":
                return Shown.dateTime(nanoseconds(message)) + "Z";
            case GOOGLE + "Duration":
                return Shown.seconds(BigDecimal.valueOf(nanoseconds(message), 9)) + "s";
            case GOOGLE + "Value":
                FieldDescriptor kind = message.getOneofFieldDescriptor(type.getOneofs().get(0));
                return kind == null || kind == first ? null : jsonOf(kind, message.getField(kind));
            default:
                Map<String, Object> fields = new LinkedHashMap<>();
                message.getAllFields().forEach((field, value) -> fields.put(field.getName(), json(field, value)));
                return fields;
        }
    }
}
