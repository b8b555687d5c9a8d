import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.Map;

/** How values are shown in the lines that two languages compare. */
final class Shown {
    private static final long DAY_NS = 86_400_000_000_000L;

    private Shown() {}

    /** The bits of a number, as all NaNs are one and zeros are two. */
    static Object bits(Number number) {
        if (Double.isNaN(number.doubleValue())) {
            return "NaN";
        }
        return number instanceof Float
            ? "f32:" + Float.floatToIntBits((Float) number)
            : "f64:" + Double.doubleToLongBits((Double) number);
    }

    /** A number in JSON, which has no NaN and no infinity: they are text. Its digits are as few as tell it, which Java 17's own are not. */
    static Object inJson(Number number) {
        double value = number.doubleValue();
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return number.toString();
        }
        for (int digits = 1; value != 0; digits++) {
            BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (number instanceof Float ? rounded.floatValue() == number.floatValue() : rounded.doubleValue() == value) {
                return rounded;
            }
        }
        return number;
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** A cell that holds JSON. */
    static Map<String, Object> json(Object value) {
        return java.util.Collections.singletonMap("json", value);
    }

    static String date(long days) {
        return LocalDate.ofEpochDay(days).toString();
    }

    /** ISO 8601 with seconds, and no, three, six or nine digits after the point. */
    static String time(long ns) {
        long second = ns / 1_000_000_000;
        long fraction = ns % 1_000_000_000;
        String text = String.format("%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
        if (fraction == 0) {
            return text;
        }
        if (fraction % 1_000_000 == 0) {
            return text + String.format(".%03d", fraction / 1_000_000);
        }
        return text + (fraction % 1_000 == 0 ? String.format(".%06d", fraction / 1_000) : String.format(".%09d", fraction));
    }

    static String dateTime(long ns) {
        return date(Math.floorDiv(ns, DAY_NS)) + "T" + time(Math.floorMod(ns, DAY_NS));
    }

    /** Seconds with as many digits after the point as are needed. */
    static String seconds(BigDecimal seconds) {
        return seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString();
    }
}
