import io.deephaven.client.impl.BarrageSession;
import io.deephaven.client.impl.BarrageSessionFactoryConfig;
import io.deephaven.client.impl.ClientConfig;
import io.deephaven.client.impl.FieldInfo;
import io.deephaven.client.impl.ScopeId;
import io.deephaven.client.impl.SessionConfig;
import io.deephaven.client.impl.SharedId;
import io.deephaven.client.impl.TableHandle;
import io.deephaven.client.impl.TableHandle.TableHandleException;
import io.deephaven.client.impl.script.Changes;
import io.deephaven.engine.context.ExecutionContext;
import io.deephaven.engine.table.Table;
import io.deephaven.engine.updategraph.impl.PeriodicUpdateGraph;
import io.deephaven.extensions.barrage.BarrageSnapshotOptions;
import io.deephaven.extensions.barrage.BarrageSubscriptionOptions;
import io.deephaven.qst.column.Column;
import io.deephaven.qst.column.header.ColumnHeader;
import io.deephaven.qst.table.InMemoryKeyBackedInputTable;
import io.deephaven.qst.table.NewTable;
import io.deephaven.qst.table.TableHeader;
import io.deephaven.qst.table.TableSpec;
import io.deephaven.qst.table.TicketTable;
import io.deephaven.uri.DeephavenTarget;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Does with a server what programs do that have Deephaven's Java client: {@code Client PORT TOKEN}. Prints a line for each step. */
public final class Client {
  private static final String PSK = "io.deephaven.authentication.psk.PskAuthenticationHandler ";

  private final BarrageSession session;
  private final BufferAllocator allocator;

  private Client(BarrageSession session, BufferAllocator allocator) {
    this.session = session;
    this.allocator = allocator;
  }

  public static void main(String[] arguments) throws Exception {
    ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(4);
    BufferAllocator allocator = new RootAllocator();
    BarrageSessionFactoryConfig config =
        BarrageSessionFactoryConfig.builder()
            .clientConfig(
                ClientConfig.builder()
                    .target(DeephavenTarget.of(URI.create("dh+plain://127.0.0.1:" + arguments[0])))
                    .build())
            .sessionConfig(
                SessionConfig.builder().authenticationTypeAndValue(PSK + arguments[1]).build())
            .allocator(allocator)
            .scheduler(scheduler)
            .build();
    try (BarrageSession session = config.factory().newBarrageSession()) {
      Client client = new Client(session, allocator);
      client.specifications();
      client.uploads();
      client.batches();
      client.names();
      client.errors();
      client.inputTables();
      ExecutionContext context =
          ExecutionContext.newBuilder()
              .markSystemic()
              .emptyQueryScope()
              .newQueryLibrary()
              .setUpdateGraph(PeriodicUpdateGraph.newBuilder("DEFAULT").existingOrBuild())
              .build();
      try (io.deephaven.util.SafeCloseable opened = context.open()) {
        client.subscriptions();
      }
    }
    System.exit(0);
  }

  /** Tables said as specifications, read by Flight. */
  private void specifications() throws Exception {
    TableSpec source = TableSpec.empty(6).update("X = i", "Y = i % 2", "S = `s` + (i % 3)");
    say("view", source.where("X > 2").view("X", "Twice = 2 * X"));
    say("sums", source.view("Y", "X").sumBy("Y"));
    say("sorted", source.sortDescending("S").head(2));
    say("joined", source.naturalJoin(source.where("X < 3").view("S", "First = X"), "S").tail(2));
    say("ticket", TicketTable.of("s/trades"));
    say("merged", TableSpec.merge(source.head(1), source.tail(1)));
  }

  /** Tables that are sent. */
  private void uploads() throws Exception {
    NewTable rows =
        NewTable.of(
            Column.of("I", 1, null, 3),
            Column.of("L", 1L, 2L, null),
            Column.of("D", 1.5, null, 2.5),
            Column.of("S", "a", null, "c"),
            Column.of("B", true, null, false));
    try (TableHandle sent = session.putExport(rows, allocator)) {
      print("sent", sent);
    }
    session.put(new ScopeId("from_java"), rows, allocator);
    say("put", TicketTable.fromQueryScopeField("from_java"));
  }

  /** Several tables by one call. */
  private void batches() throws Exception {
    TableSpec first = TableSpec.empty(3).view("A = ii");
    TableSpec second = first.view("B = A * A");
    List<TableHandle> handles = session.session().batch().execute(List.of(first, second));
    for (TableHandle handle : handles) {
      print("batch", handle);
      handle.close();
    }
  }

  /** Variables and shared tickets, and the list of variables. */
  private void names() throws Exception {
    try (TableHandle made = session.session().execute(TableSpec.empty(2).view("N = i"))) {
      session.session().publish("named_by_java", made).get(120, TimeUnit.SECONDS);
      SharedId shared = SharedId.newRandom();
      session.session().publish(shared, made).get(120, TimeUnit.SECONDS);
      say("named", TicketTable.fromQueryScopeField("named_by_java"));
      say("shared", shared.ticketId().table());
    }
    var console = session.session().console("python").get(120, TimeUnit.SECONDS);
    Changes changes = console.executeCode("by_java = trades.head(1)\nlimit = 5");
    for (FieldInfo field : changes.changes().created()) {
      line("created", field.name() + " " + field.type().orElse("?"));
    }
    line("raised", console.executeCode("1 / 0").errorMessage().orElse("nothing").split("\n")[0]);
    console.close();
    for (var flight : session.list()) {
      line("flight", String.join("/", flight.getDescriptor().getPath()));
    }
  }

  private void errors() throws Exception {
    for (TableSpec wrong :
        List.of(TableSpec.empty(1).view("A = Nope"), TicketTable.fromQueryScopeField("nothing"))) {
      try (TableHandle handle = session.session().execute(wrong)) {
        line("error", "none");
      } catch (TableHandleException error) {
        line("error", error.getMessage().replace('\n', ' '));
      }
    }
  }

  private void inputTables() throws Exception {
    TableHeader header = TableHeader.of(ColumnHeader.ofString("K"), ColumnHeader.ofLong("V"));
    try (TableHandle input = session.session().execute(InMemoryKeyBackedInputTable.of(header, List.of("K")))) {
      add(input, Column.of("K", "a", "b"), Column.of("V", 1L, 2L));
      add(input, Column.of("K", "b", "c"), Column.of("V", 20L, 3L));
      print("input", input);
      NewTable gone = NewTable.of(Column.of("K", "a"));
      session.deleteFromInputTable(input, gone, allocator).get(120, TimeUnit.SECONDS);
      print("left", input);
    }
  }

  private void add(TableHandle input, Column<?>... columns) throws Exception {
    session.addToInputTable(input, NewTable.of(columns), allocator).get(120, TimeUnit.SECONDS);
  }

  /** A table of the server as a table of this process. */
  private void subscriptions() throws Exception {
    BarrageSubscriptionOptions options =
        BarrageSubscriptionOptions.builder().minUpdateIntervalMs(50).build();
    try (TableHandle orders = session.session().execute(TicketTable.of("s/orders"))) {
      Table live = session.subscribe(orders, options).entireTable().get(120, TimeUnit.SECONDS);
      line("first", await(live, rows -> rows.size() == 3).toString());
      add(orders, Column.of("K", "b", "d"), Column.of("V", 21L, 40L));
      line("changed", await(live, rows -> rows.size() == 4 && rows.get("b") == 21L).toString());
      session.deleteFromInputTable(orders, NewTable.of(Column.of("K", "a")), allocator).get(120, TimeUnit.SECONDS);
      line("deleted", await(live, rows -> rows.size() == 3).toString());
      Table copy =
          session.snapshot(orders, BarrageSnapshotOptions.builder().build()).entireTable().get(120, TimeUnit.SECONDS);
      line("snapshot", rows(copy).toString());
    }
    try (TableHandle ticks = session.session().execute(TicketTable.of("s/ticks"))) {
      Table live = session.subscribe(ticks, options).entireTable().get(120, TimeUnit.SECONDS);
      long before = live.size();
      waitFor(() -> live.size() > before + 5);
      // It goes on meanwhile: rows and their keys are those of one step.
      live.getUpdateGraph().sharedLock().doLocked(() -> checkOrder(live));
      line("ticks", "in order");
    }
  }

  private static void checkOrder(Table live) {
    for (long row = 0; row < live.size(); row++) {
      long key = live.getRowSet().get(row);
      if (live.getColumnSource("X", long.class).getLong(key) != row) {
        throw new IllegalStateException("row " + row);
      }
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void waitFor(Condition condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("what was waited for did not come");
      }
      Thread.sleep(20);
    }
  }

  private static TreeMap<String, Long> await(Table live, Predicate<TreeMap<String, Long>> holds) throws Exception {
    var graph = live.getUpdateGraph();
    var found = new java.util.concurrent.atomic.AtomicReference<TreeMap<String, Long>>();
    waitFor(
        () -> {
          graph.sharedLock().doLocked(() -> found.set(rows(live)));
          return holds.test(found.get());
        });
    return found.get();
  }

  /** The values by their keys. */
  private static TreeMap<String, Long> rows(Table table) {
    TreeMap<String, Long> rows = new TreeMap<>();
    var keys = table.getColumnSource("K", String.class);
    var values = table.getColumnSource("V", long.class);
    table.getRowSet().forAllRowKeys(key -> rows.put(keys.get(key), values.getLong(key)));
    return rows;
  }

  private void say(String step, TableSpec specification) throws Exception {
    try (TableHandle handle = session.session().execute(specification)) {
      print(step, handle);
    }
  }

  /** The rows of a table, by Flight: its columns, then a line for each row. */
  private void print(String step, TableHandle handle) throws Exception {
    try (FlightStream stream = session.stream(handle)) {
      StringBuilder text = new StringBuilder();
      while (stream.next()) {
        VectorSchemaRoot root = stream.getRoot();
        for (int row = 0; row < root.getRowCount(); row++) {
          for (var vector : root.getFieldVectors()) {
            text.append(text.length() == 0 || text.charAt(text.length() - 1) == ';' ? "" : " ").append(vector.getObject(row));
          }
          text.append(';');
        }
      }
      line(step, text.toString());
    }
  }

  private static void line(String step, String text) {
    System.out.println(step + "\t" + text);
  }
}
