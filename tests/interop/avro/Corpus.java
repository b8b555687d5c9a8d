// Writes Avro records with Java's own library: one a line, its schema and its bytes in hexadecimal, parted by a tab.
// The first of each pair is bare, the second a single object. Run with avro and its dependencies on the class path:
//   java -cp 'lib/*' Corpus.java > java.tsv
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.*;
import java.util.*;
import org.apache.avro.*;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.*;
import org.apache.avro.io.*;
import org.apache.avro.message.BinaryMessageEncoder;

public class Corpus {
    static final GenericData DATA = new GenericData();

    static void emit(Schema schema, GenericRecord record) throws Exception {
        ByteArrayOutputStream bare = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bare, null);
        DATA.createDatumWriter(schema).write(record, encoder);
        encoder.flush();
        ByteBuffer single = new BinaryMessageEncoder<GenericRecord>(DATA, schema).encode(record);
        byte[] bytes = new byte[single.remaining()];
        single.get(bytes);
        for (byte[] each : List.of(bare.toByteArray(), bytes)) {
            System.out.println(schema + "\t" + HexFormat.of().formatHex(each));
        }
    }


    public static void main(String[] args) throws Exception {
        DATA.addLogicalTypeConversion(new TimeConversions.DateConversion());
        DATA.addLogicalTypeConversion(new TimeConversions.TimeMillisConversion());
        DATA.addLogicalTypeConversion(new TimeConversions.TimeMicrosConversion());
        DATA.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
        DATA.addLogicalTypeConversion(new TimeConversions.TimestampMicrosConversion());
        DATA.addLogicalTypeConversion(new TimeConversions.LocalTimestampMicrosConversion());
        DATA.addLogicalTypeConversion(new Conversions.DecimalConversion());
        DATA.addLogicalTypeConversion(new Conversions.UUIDConversion());
        Schema decimal = LogicalTypes.decimal(9, 2).addToSchema(Schema.create(Schema.Type.BYTES));
        Schema wide = LogicalTypes.decimal(50, 1).addToSchema(Schema.createFixed("Wide", null, null, 22));
        Schema kind = Schema.createEnum("Kind", "which way", "shop", List.of("BUY", "SELL"));
        Schema inner = SchemaBuilder.record("Inner").namespace("shop").fields().requiredInt("P").optionalString("Q").endRecord();
        Schema schema = SchemaBuilder.record("Order").namespace("shop").doc("An order.").fields()
            .requiredBoolean("flag").requiredInt("i").requiredLong("l").requiredFloat("f").requiredDouble("d")
            .requiredString("s").requiredBytes("raw").name("kind").type(kind).noDefault()
            .name("date").type(LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT))).noDefault()
            .name("ms").type(LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT))).noDefault()
            .name("us").type(LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG))).noDefault()
            .name("at").type(LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG))).noDefault()
            .name("atUs").type(LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG))).noDefault()
            .name("local").type(LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG))).noDefault()
            .name("price").type(decimal).noDefault().name("wide").type(wide).noDefault()
            .name("id").type(LogicalTypes.uuid().addToSchema(Schema.create(Schema.Type.STRING))).noDefault()
            .name("list").type(Schema.createArray(Schema.create(Schema.Type.DOUBLE))).noDefault()
            .name("map").type(Schema.createMap(Schema.create(Schema.Type.INT))).noDefault()
            .optionalLong("maybe").name("N").type(inner).noDefault().endRecord();
        for (int n = 0; n < 2; n++) {
            GenericRecord record = new GenericData.Record(schema);
            record.put("flag", n == 0);
            record.put("i", n == 0 ? -1 : Integer.MAX_VALUE);
            record.put("l", n == 0 ? 1L << 40 : Long.MIN_VALUE);
            record.put("f", 0.5f);
            record.put("d", n == 0 ? 0.1 : Double.NEGATIVE_INFINITY);
            record.put("s", n == 0 ? "grün" : "");
            record.put("raw", ByteBuffer.wrap(new byte[] {0, (byte) 255}));
            record.put("kind", new GenericData.EnumSymbol(kind, n == 0 ? "SELL" : "BUY"));
            record.put("date", LocalDate.of(2024, 2, 29));
            record.put("ms", LocalTime.of(12, 34, 56, 789_000_000));
            record.put("us", LocalTime.of(0, 0, 0, 1_000));
            record.put("at", Instant.parse("2026-01-02T03:04:05.678Z"));
            record.put("atUs", Instant.parse("1969-12-31T23:59:59.999999Z"));
            record.put("local", LocalDateTime.parse("2026-01-02T03:04:05.678901"));
            record.put("price", new BigDecimal(n == 0 ? "-123.45" : "0.00"));
            record.put("wide", new BigDecimal("-1234567890123456789012345678901234567890123.4"));
            record.put("id", UUID.fromString("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
            record.put("list", n == 0 ? List.of(0.5, 1.0) : List.of());
            record.put("map", n == 0 ? Map.of("k", 1) : Map.of());
            record.put("maybe", n == 0 ? null : 7L);
            GenericRecord nested = new GenericData.Record(inner);
            nested.put("P", n);
            nested.put("Q", n == 0 ? "q" : null);
            record.put("N", nested);
            emit(schema, record);
        }
    }
}
