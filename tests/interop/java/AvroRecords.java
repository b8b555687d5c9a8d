import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** Avro records by Java's own library: random ones of a schema, their bytes, and the cells that a table is to have of them. */
final class AvroRecords {
    private static final int ITEMS = 4;
    private static final int DEPTH = 4;
    /** What nanoseconds of 64 bits can tell lies between. */
    private static final long SECOND_MAX = 9_223_372_036L;

    private AvroRecords() {}

    static byte[] encode(GenericRecord record, int kind) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        // The second writes lists in blocks of a few bytes, each behind its size.
        BinaryEncoder encoder = switch (kind % 3) {
            case 0 -> EncoderFactory.get().binaryEncoder(out, null);
            case 1 -> new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(out, null);
            default -> EncoderFactory.get().directBinaryEncoder(out, null);
        };
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    static GenericRecord decode(Schema writer, Schema reader, byte[] bytes, int start) throws IOException {
        var decoder = DecoderFactory.get().binaryDecoder(bytes, start, bytes.length - start, null);
        GenericRecord record = new GenericDatumReader<GenericRecord>(writer, reader).read(null, decoder);
        if (!decoder.isEnd()) {
            throw new IOException("bytes are left over after the record");
        }
        return record;
    }

    /** A random value, as {@link GenericData} has it without conversions. */
    static Object random(Schema schema, Chance chance, int depth) {
        return switch (schema.getType()) {
            case NULL -> null;
            case BOOLEAN -> chance.coin();
            case INT -> randomInt(schema, chance);
            case LONG -> randomLong(schema, chance);
            case FLOAT -> chance.anyFloat();
            case DOUBLE -> chance.anyDouble();
            case STRING -> schema.getLogicalType() instanceof LogicalTypes.Uuid
                ? UUID.nameUUIDFromBytes(chance.bytes()).toString()
                : chance.text();
            case BYTES -> ByteBuffer.wrap(isDecimal(schema) ? digits(schema, chance).toByteArray() : chance.bytes());
            case FIXED -> new GenericData.Fixed(schema, fixed(schema, chance));
            case ENUM -> new GenericData.EnumSymbol(schema, schema.getEnumSymbols().get(chance.below(schema.getEnumSymbols().size())));
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                for (int left = depth > DEPTH ? 0 : chance.below(ITEMS); left > 0; left--) {
                    items.add(random(schema.getElementType(), chance, depth + 1));
                }
                yield items;
            }
            case MAP -> {
                Map<String, Object> entries = new LinkedHashMap<>();
                for (int left = depth > DEPTH ? 0 : chance.below(ITEMS); left > 0; left--) {
                    entries.put(chance.text(), random(schema.getValueType(), chance, depth + 1));
                }
                yield entries;
            }
            case UNION -> {
                List<Schema> branches = schema.getTypes();
                Schema first = branches.stream().filter(branch -> branch.getType() == Schema.Type.NULL).findFirst().orElse(branches.get(0));
                yield random(depth > DEPTH ? first : branches.get(chance.below(branches.size())), chance, depth + 1);
            }
            case RECORD -> {
                GenericRecord record = new GenericData.Record(schema);
                schema.getFields().forEach(field -> record.put(field.pos(), random(field.schema(), chance, depth + 1)));
                yield record;
            }
        };
    }

    private static int randomInt(Schema schema, Chance chance) {
        return switch (logical(schema)) {
            case "date" -> (int) chance.within(-719_162, 2_932_896);
            case "time-millis" -> (int) chance.within(0, 86_399_999);
            default -> chance.anyInt();
        };
    }

    private static long randomLong(Schema schema, Chance chance) {
        return switch (logical(schema)) {
            case "time-micros" -> chance.within(0, 86_399_999_999L);
            case "timestamp-millis", "local-timestamp-millis" -> chance.within(-SECOND_MAX * 1_000, SECOND_MAX * 1_000);
            case "timestamp-micros", "local-timestamp-micros" -> chance.within(-SECOND_MAX * 1_000_000, SECOND_MAX * 1_000_000);
            default -> chance.anyLong();
        };
    }

    private static byte[] fixed(Schema schema, Chance chance) {
        if (!isDecimal(schema)) {
            return chance.bytes(schema.getFixedSize());
        }
        byte[] given = digits(schema, chance).toByteArray();
        byte[] bytes = new byte[schema.getFixedSize()];
        java.util.Arrays.fill(bytes, (byte) (given[0] < 0 ? -1 : 0));
        System.arraycopy(given, 0, bytes, bytes.length - given.length, given.length);
        return bytes;
    }

    /** Up to as many digits as a decimal may have. */
    private static BigInteger digits(Schema schema, Chance chance) {
        BigInteger end = BigInteger.TEN.pow(chance.coin() ? precision(schema) : 1 + chance.below(precision(schema)));
        BigInteger value = chance.below(4) == 0 ? end.subtract(BigInteger.ONE) : new BigInteger(1, chance.bytes(40)).mod(end);
        return chance.coin() ? value.negate() : value;
    }

    /** The cells of a record by column: the fields of records within it are {@code N__P}. */
    static Map<String, Object> cells(GenericRecord record) {
        Map<String, Object> cells = new LinkedHashMap<>();
        fields(record.getSchema(), record, "", cells);
        return cells;
    }

    private static void fields(Schema schema, GenericRecord record, String path, Map<String, Object> cells) {
        for (Schema.Field field : schema.getFields()) {
            String name = path + field.name();
            Schema inner = withoutNull(field.schema());
            Object value = record == null ? null : record.get(field.pos());
            boolean isRecursive = inner.getFullName().equals(schema.getFullName());
            if (inner.getType() == Schema.Type.RECORD && !isRecursive) {
                fields(inner, (GenericRecord) value, name + "__", cells);
            } else if (value == null) {
                cells.put(name, null);
            } else {
                cells.put(name, hasColumn(inner) ? cell(inner, value) : Shown.json(json(inner, value)));
            }
        }
    }

    /** The only other type than null, if there is just one; of several like types the widest. */
    private static Schema withoutNull(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return schema;
        }
        List<Schema> others = schema.getTypes().stream().filter(branch -> branch.getType() != Schema.Type.NULL).toList();
        if (others.size() == 1) {
            return others.get(0);
        }
        for (Schema.Type[] like : new Schema.Type[][] {
            {Schema.Type.LONG, Schema.Type.INT}, {Schema.Type.DOUBLE, Schema.Type.FLOAT}, {Schema.Type.STRING, Schema.Type.ENUM},
        }) {
            if (others.stream().allMatch(branch -> List.of(like).contains(branch.getType()))) {
                return Schema.create(like[0]);
            }
        }
        return schema;
    }

    private static boolean hasColumn(Schema schema) {
        return switch (schema.getType()) {
            case NULL, MAP, UNION, RECORD -> false;
            case ARRAY -> hasColumn(withoutNull(schema.getElementType()));
            default -> true;
        };
    }

    private static Object cell(Schema schema, Object value) {
        if (value == null) {
            return null;
        }
        return switch (schema.getType()) {
            case BOOLEAN -> value;
            case FLOAT -> Shown.bits((Float) value);
            case DOUBLE -> Shown.bits((Double) ((Number) value).doubleValue());
            case INT -> switch (logical(schema)) {
                case "date" -> Shown.date((Integer) value);
                case "time-millis" -> (Integer) value * 1_000_000L;
                default -> value;
            };
            case LONG -> ((Number) value).longValue() * factor(schema);
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                Schema item = withoutNull(schema.getElementType());
                ((List<?>) value).forEach(each -> items.add(cell(item, each)));
                yield items;
            }
            default -> text(schema, value);
        };
    }


    /** A value within JSON. */
    private static Object json(Schema schema, Object value) {
        return switch (schema.getType()) {
            case NULL, BOOLEAN -> value;
            case FLOAT, DOUBLE -> Shown.inJson((Number) value);
            case INT -> switch (logical(schema)) {
                case "date" -> Shown.date((Integer) value);
                case "time-millis" -> Shown.time((Integer) value * 1_000_000L);
                default -> value;
            };
            case LONG -> {
                String logical = logical(schema);
                long ns = (Long) value * factor(schema);
                yield logical.startsWith("timestamp") ? Shown.dateTime(ns) + "Z"
                    : logical.startsWith("local") ? Shown.dateTime(ns)
                    : logical.startsWith("time") ? Shown.time(ns)
                    : value;
            }
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                ((List<?>) value).forEach(each -> items.add(json(schema.getElementType(), each)));
                yield items;
            }
            case MAP -> {
                Map<String, Object> entries = new LinkedHashMap<>();
                ((Map<?, ?>) value).forEach((key, each) -> entries.put(key.toString(), json(schema.getValueType(), each)));
                yield entries;
            }
            case UNION -> json(schema.getTypes().get(GenericData.get().resolveUnion(schema, value)), value);
            case RECORD -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                GenericRecord record = (GenericRecord) value;
                schema.getFields().forEach(field -> fields.put(field.name(), json(field.schema(), record.get(field.pos()))));
                yield fields;
            }
            default -> isDecimal(schema) ? new BigDecimal(text(schema, value)) : text(schema, value);
        };
    }

    /** Text, bytes in hexadecimal, decimals in digits. */
    private static String text(Schema schema, Object value) {
        if (schema.getType() == Schema.Type.STRING || schema.getType() == Schema.Type.ENUM) {
            return value.toString();
        }
        byte[] bytes;
        if (value instanceof GenericFixed fixed) {
            bytes = fixed.bytes();
        } else {
            bytes = new byte[((ByteBuffer) value).remaining()];
            ((ByteBuffer) value).duplicate().get(bytes);
        }
        return switch (logical(schema)) {
            case "decimal" -> new BigDecimal(new BigInteger(bytes), scale(schema)).toPlainString();
            case "uuid" -> {
                ByteBuffer halves = ByteBuffer.wrap(bytes);
                yield new UUID(halves.getLong(), halves.getLong()).toString();
            }
            case "duration" -> period(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
            default -> Shown.hex(bytes);
        };
    }

    private static String period(ByteBuffer parts) {
        long months = Integer.toUnsignedLong(parts.getInt());
        long days = Integer.toUnsignedLong(parts.getInt());
        long ms = Integer.toUnsignedLong(parts.getInt());
        String time = ms == 0 ? "" : "T" + Shown.seconds(BigDecimal.valueOf(ms, 3)) + "S";
        String text = (months == 0 ? "" : months + "M") + (days == 0 ? "" : days + "D") + time;
        return "P" + (text.isEmpty() ? "0D" : text);
    }

    private static long factor(Schema schema) {
        String logical = logical(schema);
        return logical.endsWith("-millis") ? 1_000_000 : logical.endsWith("-micros") ? 1_000 : 1;
    }

    private static String logical(Schema schema) {
        return schema.getLogicalType() == null ? "" : schema.getLogicalType().getName();
    }

    private static boolean isDecimal(Schema schema) {
        return schema.getLogicalType() instanceof LogicalTypes.Decimal;
    }

    private static int precision(Schema schema) {
        return ((LogicalTypes.Decimal) schema.getLogicalType()).getPrecision();
    }

    private static int scale(Schema schema) {
        return ((LogicalTypes.Decimal) schema.getLogicalType()).getScale();
    }
}
