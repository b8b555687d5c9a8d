import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes random records into a topic, or reads them from it, with Java's own clients of Kafka, Avro and Protobuf, and prints for
 * each a line of JSON: the cells that a table has of it.
 *
 * <pre>
 * avro-write     BOOTSTRAP REGISTRY TOPIC COUNT CODEC SEED WRITER.avsc READER.avsc
 * avro-read      BOOTSTRAP REGISTRY TOPIC COUNT
 * protobuf-write BOOTSTRAP REGISTRY TOPIC COUNT CODEC SEED DESCRIPTOR.txtpb MESSAGE (SCHEMA.proto | alone)
 * protobuf-read  BOOTSTRAP REGISTRY TOPIC COUNT DESCRIPTOR.txtpb MESSAGE (framed | alone)
 * </pre>
 *
 * Values stand behind the id of their schema as Confluent frames them, unless they stand alone. What is printed of a record
 * written is what Java itself reads from its bytes.
 */
public final class Interop {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final String bootstrap;
    private final String registry;
    private final String topic;
    private final int count;
    private final String[] rest;
    private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);

    private Interop(String[] arguments) {
        bootstrap = arguments[1];
        registry = arguments[2];
        topic = arguments[3];
        count = Integer.parseInt(arguments[4]);
        rest = java.util.Arrays.copyOfRange(arguments, 5, arguments.length);
    }

    public static void main(String[] arguments) throws Exception {
        Interop interop = new Interop(arguments);
        switch (arguments[0]) {
            case "avro-write" -> interop.avroWrite();
            case "avro-read" -> interop.avroRead();
            case "protobuf-write" -> interop.protobufWrite();
            case "protobuf-read" -> interop.protobufRead();
            default -> throw new IllegalArgumentException("no command \"" + arguments[0] + "\"");
        }
        interop.out.flush();
    }

    private void avroWrite() throws Exception {
        Chance chance = new Chance(Long.parseLong(rest[1]));
        String text = Files.readString(Path.of(rest[2]));
        Schema writer = new Schema.Parser().parse(text);
        Schema reader = new Schema.Parser().parse(Files.readString(Path.of(rest[3])));
        byte[] frame = frame(register(text, "AVRO"), new int[0]);
        List<byte[]> values = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            byte[] bytes = AvroRecords.encode((GenericRecord) AvroRecords.random(writer, chance, 0), n);
            values.add(joined(frame, bytes));
            print(AvroRecords.cells(AvroRecords.decode(writer, reader, bytes, 0)));
        }
        send(values, rest[0]);
    }

    private void avroRead() throws Exception {
        Map<Integer, Schema> schemas = new HashMap<>();
        for (byte[] value : receive()) {
            ByteBuffer framed = ByteBuffer.wrap(value);
            int id = schemaId(framed);
            Schema schema = schemas.get(id);
            if (schema == null) {
                schema = new Schema.Parser().parse(ask("GET", "/schemas/ids/" + id, null).get("schema").asText());
                schemas.put(id, schema);
            }
            print(AvroRecords.cells(AvroRecords.decode(schema, schema, value, framed.position())));
        }
    }

    private void protobufWrite() throws Exception {
        Chance chance = new Chance(Long.parseLong(rest[1]));
        Descriptor type = ProtobufMessages.descriptor(Path.of(rest[2]), rest[3]);
        Descriptor other = ProtobufMessages.otherPacking(Path.of(rest[2]), rest[3]);
        boolean isAlone = rest[4].equals("alone");
        byte[] frame = isAlone ? new byte[0] : frame(register(Files.readString(Path.of(rest[4])), "PROTOBUF"), new int[] {type.getIndex()});
        List<byte[]> values = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            byte[] bytes = ProtobufMessages.random(type, chance, 0).toByteArray();
            if (n % 3 == 1) {
                bytes = DynamicMessage.parseFrom(other, bytes).toByteArray();
            }
            if (n % 5 == 1) {
                // What is written twice is merged.
                bytes = joined(bytes, ProtobufMessages.random(type, chance, 0).toByteArray());
            }
            values.add(joined(frame, bytes));
            print(ProtobufMessages.cells(DynamicMessage.parseFrom(type, bytes)));
        }
        send(values, rest[0]);
    }

    private void protobufRead() throws Exception {
        Descriptor type = ProtobufMessages.descriptor(Path.of(rest[0]), rest[1]);
        boolean isAlone = rest[2].equals("alone");
        for (byte[] value : receive()) {
            ByteBuffer framed = ByteBuffer.wrap(value);
            if (!isAlone) {
                byte[] expected = frame(schemaId(framed), new int[] {type.getIndex()});
                if (!ByteBuffer.wrap(expected).equals(ByteBuffer.wrap(value, 0, expected.length))) {
                    throw new IOException("the frame is not that of message \"" + type.getFullName() + "\"");
                }
                framed.position(expected.length);
            }
            Message message = DynamicMessage.parseFrom(type, com.google.protobuf.ByteString.copyFrom(framed));
            if (!message.getUnknownFields().asMap().isEmpty()) {
                throw new IOException("there are unknown fields: " + message.getUnknownFields());
            }
            print(ProtobufMessages.cells(message));
        }
    }

    private void print(Map<String, Object> cells) throws IOException {
        out.println(JSON.writeValueAsString(cells));
    }

    /** A zero, the schema's id, and for Protobuf the place of the message in its file. */
    private static byte[] frame(int id, int[] indexes) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0);
        frame.writeBytes(ByteBuffer.allocate(4).putInt(id).array());
        if (indexes.length == 1 && indexes[0] == 0) {
            frame.write(0);
        } else if (indexes.length > 0) {
            // Zigzag varints, each of one byte here.
            frame.write(2 * indexes.length);
            for (int index : indexes) {
                frame.write(2 * index);
            }
        }
        return frame.toByteArray();
    }

    private static int schemaId(ByteBuffer framed) throws IOException {
        if (framed.get() != 0) {
            throw new IOException("no zero stands before the id of the schema");
        }
        return framed.getInt();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    private int register(String schema, String type) throws Exception {
        String body = JSON.writeValueAsString(Map.of("schema", schema, "schemaType", type));
        return ask("POST", "/subjects/" + topic + "-value/versions", body).get("id").asInt();
    }

    private JsonNode ask(String method, String path, String body) throws Exception {
        HttpRequest.BodyPublisher sent = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        HttpRequest request = HttpRequest.newBuilder(URI.create(registry + path)).method(method, sent)
            .header("Content-Type", "application/vnd.schemaregistry.v1+json").timeout(PATIENCE).build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("the registry answers " + answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private void send(List<byte[]> values, String codec) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "compression.type", codec, "linger.ms", 20);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<java.util.concurrent.Future<?>> sent = new ArrayList<>();
            values.forEach(value -> sent.add(producer.send(new ProducerRecord<>(topic, 0, null, value))));
            for (var each : sent) {
                each.get();
            }
        } catch (InterruptedException | java.util.concurrent.ExecutionException error) {
            throw new IllegalStateException(error);
        }
    }

    private List<byte[]> receive() {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap);
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = List.of(new TopicPartition(topic, 0));
            consumer.assign(all);
            consumer.seekToBeginning(all);
            List<byte[]> values = new ArrayList<>();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (values.size() < count && System.nanoTime() < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
            if (values.size() != count) {
                throw new IllegalStateException("there are " + values.size() + " records, not " + count);
            }
            return values;
        }
    }
}
