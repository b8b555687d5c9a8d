import java.util.Random;

/** Random values of which a good part lies on the edges, the same for the same seed. */
final class Chance {
    private static final String[] LETTERS = {"a", "Z", "0", " ", "\"", "\\", "\n", "\0", "\u00e4", "\u4e2d", "\u2028", "\ud83d\ude80"};

    private final Random random;

    Chance(long seed) {
        random = new Random(seed);
    }

    /** From zero to one less than {@code end}. */
    int below(int end) {
        return random.nextInt(end);
    }

    boolean coin() {
        return random.nextBoolean();
    }

    /** From {@code first} to {@code last}, both as likely as all between them at the least. */
    long within(long first, long last) {
        return switch (below(8)) {
            case 0 -> first;
            case 1 -> last;
            case 2 -> Math.max(first, Math.min(last, below(3) - 1));
            default -> random.longs(1, first, last).findFirst().getAsLong();
        };
    }

    int anyInt() {
        return (int) within(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    long anyLong() {
        return coin() ? within(Long.MIN_VALUE, Long.MAX_VALUE) : anyInt();
    }

    float anyFloat() {
        float[] edges = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE, 0.1f};
        return coin() ? edges[below(edges.length)] : Float.intBitsToFloat(random.nextInt());
    }

    double anyDouble() {
        double[] edges = {0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE, 0.1};
        return coin() ? edges[below(edges.length)] : Double.longBitsToDouble(random.nextLong());
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (int left = coin() ? below(4) : below(40); left > 0; left--) {
            text.append(LETTERS[below(LETTERS.length)]);
        }
        return text.toString();
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    byte[] bytes() {
        return bytes(coin() ? below(3) : below(40));
    }
}
