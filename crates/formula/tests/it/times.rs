//! Arithmetic and functions of times.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn arithmetic() {
    expect![[r#"
        T + 'PT1h'                              Instant: 1970-01-01T01:00:00Z 2024-01-01T01:00:00Z 1970-01-01T00:59:59.999999999Z . 2024-03-01T13:34:56.789Z
        'PT1h' + T                              Instant: 1970-01-01T01:00:00Z 2024-01-01T01:00:00Z 1970-01-01T00:59:59.999999999Z . 2024-03-01T13:34:56.789Z
        T - 'PT1h'                              Instant: 1969-12-31T23:00:00Z 2023-12-31T23:00:00Z 1969-12-31T22:59:59.999999999Z . 2024-03-01T11:34:56.789Z
        T + SECOND                              Instant: 1970-01-01T00:00:01Z 2024-01-01T00:00:01Z 1970-01-01T00:00:00.999999999Z . 2024-03-01T12:34:57.789Z
        T + 5                                   Instant: 1970-01-01T00:00:00.000000005Z 2024-01-01T00:00:00.000000005Z 1970-01-01T00:00:00.000000004Z . 2024-03-01T12:34:56.789000005Z
        T - T                                   long: 0 0 0 . 0
        T - '2024-01-01T00:00:00Z'              long: -1704067200000000000 0 -1704067200000000001 . 5229296789000000
        '2024-01-31T00:00:00Z' + 'P1M'          Instant: 2024-02-29T00:00:00Z 2024-02-29T00:00:00Z 2024-02-29T00:00:00Z 2024-02-29T00:00:00Z 2024-02-29T00:00:00Z
        T - 'P1D'                               Instant: 1969-12-31T00:00:00Z 2023-12-31T00:00:00Z 1969-12-30T23:59:59.999999999Z . 2024-02-29T12:34:56.789Z
        Day + 'P1M'                             LocalDate: 1970-02-01 2024-02-01 1970-01-31 . 2024-03-29
        Day - 'P1Y1D'                           LocalDate: 1968-12-31 2022-12-31 1968-12-30 . 2023-02-27
        Dur + Dur                               Duration: 2000000000ns 0ns -3000000000ns . 180122000000000ns
        Dur * 2                                 Duration: 2000000000ns 0ns -3000000000ns . 180122000000000ns
        2 * Dur                                 Duration: 2000000000ns 0ns -3000000000ns . 180122000000000ns
        Dur / 2                                 Duration: 500000000ns 0ns -750000000ns . 45030500000000ns
        -Dur                                    Duration: -1000000000ns 0ns 1500000000ns . -90061000000000ns
        Dur / 0                                 Value in row 0: a duration is divided by zero
        'P1D' * 3                               Period: 0m3d 0m3d 0m3d 0m3d 0m3d
        'P1Y' + 'P1D'                           Period: 12m1d 12m1d 12m1d 12m1d 12m1d
        T + T                                   Type: "+" does not take an Instant and an Instant
        Day - Day                               Type: "-" does not take a LocalDate and a LocalDate
        T * 2                                   Type: "*" does not take an Instant and an int
        plus(T, 'PT1s')                         Instant: 1970-01-01T00:00:01Z 2024-01-01T00:00:01Z 1970-01-01T00:00:00.999999999Z . 2024-03-01T12:34:57.789Z
        minus(T, T)                             long: 0 0 0 . 0
        plusDays(Day, 3)                        LocalDate: 1970-01-04 2024-01-04 1970-01-03 . 2024-03-03
        minusDays(T, 1)                         Instant: 1969-12-31T00:00:00Z 2023-12-31T00:00:00Z 1969-12-30T23:59:59.999999999Z . 2024-02-29T12:34:56.789Z
        isBefore(T, '2024-01-01T00:00:00Z')     boolean: true false true false false
        isAfterOrEqual(T, T)                    boolean: true true true false true
        diffSeconds('2024-01-01T00:00:00Z', T)  double: -1704067200.0 0.0 -1704067200.0 . 5229296.789
        diffDays(T, '2024-01-01T00:00:00Z')     double: 19723.0 0.0 19723.0 . -60.524268391203705
        diffNanos(T, T)                         long: 0 0 0 . 0
    "#]].assert_eq(&shown(
        "
        T + 'PT1h'
        'PT1h' + T
        T - 'PT1h'
        T + SECOND
        T + 5
        T - T
        T - '2024-01-01T00:00:00Z'
        '2024-01-31T00:00:00Z' + 'P1M'
        T - 'P1D'
        Day + 'P1M'
        Day - 'P1Y1D'
        Dur + Dur
        Dur * 2
        2 * Dur
        Dur / 2
        -Dur
        Dur / 0
        'P1D' * 3
        'P1Y' + 'P1D'
        T + T
        Day - Day
        T * 2
        plus(T, 'PT1s')
        minus(T, T)
        plusDays(Day, 3)
        minusDays(T, 1)
        isBefore(T, '2024-01-01T00:00:00Z')
        isAfterOrEqual(T, T)
        diffSeconds('2024-01-01T00:00:00Z', T)
        diffDays(T, '2024-01-01T00:00:00Z')
        diffNanos(T, T)
        ",
    ));
}

#[test]
fn epochs() {
    expect![[r#"
        epochNanos(T)                      long: 0 1704067200000000000 -1 . 1709296496789000000
        epochMicros(T)                     long: 0 1704067200000000 -1 . 1709296496789000
        epochMillis(T)                     long: 0 1704067200000 -1 . 1709296496789
        epochSeconds(T)                    long: 0 1704067200 -1 . 1709296496
        epochMillisToInstant(L)            Instant: 1970-01-01T00:00:00.01Z 1970-01-01T00:00:00Z 1969-12-31T23:59:59.997Z . 1969-12-31T23:59:59.999Z
        epochSecondsToInstant(1700000000)  Instant: 2023-11-14T22:13:20Z 2023-11-14T22:13:20Z 2023-11-14T22:13:20Z 2023-11-14T22:13:20Z 2023-11-14T22:13:20Z
        epochNanosToInstant(5L)            Instant: 1970-01-01T00:00:00.000000005Z 1970-01-01T00:00:00.000000005Z 1970-01-01T00:00:00.000000005Z 1970-01-01T00:00:00.000000005Z 1970-01-01T00:00:00.000000005Z
        epochAutoToInstant(1700000000000)  Instant: 2023-11-14T22:13:20Z 2023-11-14T22:13:20Z 2023-11-14T22:13:20Z 2023-11-14T22:13:20Z 2023-11-14T22:13:20Z
        epochDays(Day)                     long: 0 19723 -1 . 19782
        epochDaysToLocalDate(19723)        LocalDate: 2024-01-01 2024-01-01 2024-01-01 2024-01-01 2024-01-01
        now()                              Instant: 2024-03-01T12:34:56.789Z 2024-03-01T12:34:56.789Z 2024-03-01T12:34:56.789Z 2024-03-01T12:34:56.789Z 2024-03-01T12:34:56.789Z
        nowMillisResolution()              Instant: 2024-03-01T12:34:56.789Z 2024-03-01T12:34:56.789Z 2024-03-01T12:34:56.789Z 2024-03-01T12:34:56.789Z 2024-03-01T12:34:56.789Z
        today('ET')                        String: "2024-03-01" "2024-03-01" "2024-03-01" "2024-03-01" "2024-03-01"
        todayLocalDate()                   LocalDate: 2024-03-01 2024-03-01 2024-03-01 2024-03-01 2024-03-01
        millisToNanos(5)                   long: 5000000 5000000 5000000 5000000 5000000
        nanosToMillis(1234567)             long: 1 1 1 1 1
        millisOfDayToLocalTime(1000)       LocalTime: 1000000000ns 1000000000ns 1000000000ns 1000000000ns 1000000000ns
        Instant.ofEpochMilli(L)            Instant: 1970-01-01T00:00:00.01Z 1970-01-01T00:00:00Z 1969-12-31T23:59:59.997Z . 1969-12-31T23:59:59.999Z
        Duration.ofSeconds(90)             Duration: 90000000000ns 90000000000ns 90000000000ns 90000000000ns 90000000000ns
        LocalDate.of(2024, 2, 29)          LocalDate: 2024-02-29 2024-02-29 2024-02-29 2024-02-29 2024-02-29
        LocalDate.of(2023, 2, 29)          Value in row 0: there is no day 29 of month 2 in the year 2023
    "#]].assert_eq(&shown(
        "
        epochNanos(T)
        epochMicros(T)
        epochMillis(T)
        epochSeconds(T)
        epochMillisToInstant(L)
        epochSecondsToInstant(1700000000)
        epochNanosToInstant(5L)
        epochAutoToInstant(1700000000000)
        epochDays(Day)
        epochDaysToLocalDate(19723)
        now()
        nowMillisResolution()
        today('ET')
        todayLocalDate()
        millisToNanos(5)
        nanosToMillis(1234567)
        millisOfDayToLocalTime(1000)
        Instant.ofEpochMilli(L)
        Duration.ofSeconds(90)
        LocalDate.of(2024, 2, 29)
        LocalDate.of(2023, 2, 29)
        ",
    ));
}

#[test]
fn parts() {
    expect![[r#"
        year(T, 'UTC')                                      int: 1970 2024 1969 . 2024
        year(T, 'ET')                                       int: 1969 2023 1969 . 2024
        monthOfYear(Day)                                    int: 1 1 12 . 2
        dayOfMonth(T, 'JP')                                 int: 1 1 1 . 1
        dayOfYear(Day)                                      int: 1 1 365 . 60
        dayOfWeekValue(Day)                                 int: 4 1 3 . 4
        dayOfWeekValue(T, 'ET')                             int: 3 7 3 . 5
        dayOfWeek(Day)                                      String: "THURSDAY" "MONDAY" "WEDNESDAY" . "THURSDAY"
        hourOfDay(T, 'ET', true)                            int: 19 19 18 . 7
        hourOfDay('2024-03-10T12:00:00 ET', 'ET', true)     int: 12 12 12 12 12
        hourOfDay('2024-03-10T12:00:00 ET', 'ET', false)    int: 11 11 11 11 11
        secondOfDay(T, 'UTC', true)                         int: 0 0 86399 . 45296
        secondOfDay('2024-03-10T12:00:00 ET', 'ET', false)  int: 39600 39600 39600 39600 39600
        minuteOfHour(T, 'UTC')                              int: 0 0 59 . 34
        secondOfMinute(T, 'UTC')                            int: 0 0 59 . 56
        millisOfSecond(T, 'UTC')                            int: 0 0 999 . 789
        nanosOfSecond(T, 'UTC')                             long: 0 0 999999999 . 789000000
        nanosOfDay(T, 'UTC', true)                          long: 0 0 86399999999999 . 45296789000000
        hourOfDay('10:30')                                  int: 10 10 10 10 10
        toLocalDate(T, 'ET')                                LocalDate: 1969-12-31 2023-12-31 1969-12-31 . 2024-03-01
        toLocalTime(T, 'UTC')                               LocalTime: 0ns 0ns 86399999999999ns . 45296789000000ns
        toLocalDateTime(T, 'HK')                            LocalDateTime: 1970-01-01T08:00:00Z 2024-01-01T08:00:00Z 1970-01-01T07:59:59.999999999Z . 2024-03-01T20:34:56.789Z
        toInstant('2024-01-01', '10:30', 'ET')              Instant: 2024-01-01T15:30:00Z 2024-01-01T15:30:00Z 2024-01-01T15:30:00Z 2024-01-01T15:30:00Z 2024-01-01T15:30:00Z
        atMidnight(T, 'ET')                                 Instant: 1969-12-31T05:00:00Z 2023-12-31T05:00:00Z 1969-12-31T05:00:00Z . 2024-03-01T05:00:00Z
        atMidnight(Day, 'UTC')                              Instant: 1970-01-01T00:00:00Z 2024-01-01T00:00:00Z 1969-12-31T00:00:00Z . 2024-02-29T00:00:00Z
        formatDate(T, 'ET')                                 String: "1969-12-31" "2023-12-31" "1969-12-31" . "2024-03-01"
        formatDateTime(T, 'ET')                             String: "1969-12-31T19:00:00.000000000 ET" "2023-12-31T19:00:00.000000000 ET" "1969-12-31T18:59:59.999999999 ET" . "2024-03-01T07:34:56.789000000 ET"
        formatDurationNanos(3723000000001)                  String: "PT1:02:03.000000001" "PT1:02:03.000000001" "PT1:02:03.000000001" "PT1:02:03.000000001" "PT1:02:03.000000001"
        year(T, 'Mars')                                     Syntax: 'Mars' is neither a character nor a time
        year(T, S)                                          Type: this argument must be the same for all rows
        year(T)                                             Type: "year" does not take (Instant)
    "#]].assert_eq(&shown(
        "
        year(T, 'UTC')
        year(T, 'ET')
        monthOfYear(Day)
        dayOfMonth(T, 'JP')
        dayOfYear(Day)
        dayOfWeekValue(Day)
        dayOfWeekValue(T, 'ET')
        dayOfWeek(Day)
        hourOfDay(T, 'ET', true)
        hourOfDay('2024-03-10T12:00:00 ET', 'ET', true)
        hourOfDay('2024-03-10T12:00:00 ET', 'ET', false)
        secondOfDay(T, 'UTC', true)
        secondOfDay('2024-03-10T12:00:00 ET', 'ET', false)
        minuteOfHour(T, 'UTC')
        secondOfMinute(T, 'UTC')
        millisOfSecond(T, 'UTC')
        nanosOfSecond(T, 'UTC')
        nanosOfDay(T, 'UTC', true)
        hourOfDay('10:30')
        toLocalDate(T, 'ET')
        toLocalTime(T, 'UTC')
        toLocalDateTime(T, 'HK')
        toInstant('2024-01-01', '10:30', 'ET')
        atMidnight(T, 'ET')
        atMidnight(Day, 'UTC')
        formatDate(T, 'ET')
        formatDateTime(T, 'ET')
        formatDurationNanos(3723000000001)
        year(T, 'Mars')
        year(T, S)
        year(T)
        ",
    ));
}

#[test]
fn texts() {
    expect![[r#"
        parseInstant(`2024-01-01T00:00:00Z`)    Instant: 2024-01-01T00:00:00Z 2024-01-01T00:00:00Z 2024-01-01T00:00:00Z 2024-01-01T00:00:00Z 2024-01-01T00:00:00Z
        parseInstant(`nonsense`)                Value in row 0: "nonsense" is not an instant, such as 2024-01-01T00:00:00Z
        parseInstantQuiet(`nonsense`)           Instant: . . . . .
        parseInstant(S)                         Value in row 0: "abc" is not an instant, such as 2024-01-01T00:00:00Z
        parseInstantQuiet(S)                    Instant: . . . . .
        parseLocalDate(`2024-01-31`)            LocalDate: 2024-01-31 2024-01-31 2024-01-31 2024-01-31 2024-01-31
        parseLocalTime(`10:30`)                 LocalTime: 37800000000000ns 37800000000000ns 37800000000000ns 37800000000000ns 37800000000000ns
        parseDuration(`PT1h`)                   Duration: 3600000000000ns 3600000000000ns 3600000000000ns 3600000000000ns 3600000000000ns
        parseDurationNanos(`PT1s`)              long: 1000000000 1000000000 1000000000 1000000000 1000000000
        parsePeriod(`P1Y2M`)                    Period: 14m0d 14m0d 14m0d 14m0d 14m0d
        parseLocalDateTime(`2024-01-31T10:30`)  LocalDateTime: 2024-01-31T10:30:00Z 2024-01-31T10:30:00Z 2024-01-31T10:30:00Z 2024-01-31T10:30:00Z 2024-01-31T10:30:00Z
    "#]].assert_eq(&shown(
        "
        parseInstant(`2024-01-01T00:00:00Z`)
        parseInstant(`nonsense`)
        parseInstantQuiet(`nonsense`)
        parseInstant(S)
        parseInstantQuiet(S)
        parseLocalDate(`2024-01-31`)
        parseLocalTime(`10:30`)
        parseDuration(`PT1h`)
        parseDurationNanos(`PT1s`)
        parsePeriod(`P1Y2M`)
        parseLocalDateTime(`2024-01-31T10:30`)
        ",
    ));
}

#[test]
fn methods() {
    expect![[r#"
        T.getEpochSecond()                  long: 0 1704067200 -1 . 1709296496
        T.getNano()                         int: 0 0 999999999 . 789000000
        T.toEpochMilli()                    long: 0 1704067200000 -1 . 1709296496789
        T.plusSeconds(1)                    Instant: 1970-01-01T00:00:01Z 2024-01-01T00:00:01Z 1970-01-01T00:00:00.999999999Z . 2024-03-01T12:34:57.789Z
        T.minusMillis(I)                    Instant: 1969-12-31T23:59:59.999Z 2023-12-31T23:59:59.998Z 1970-01-01T00:00:00.006999999Z . 2024-02-05T16:03:33.142Z
        T.isBefore('2000-01-01T00:00:00Z')  boolean: true false true false false
        T.plus('PT1m')                      Instant: 1970-01-01T00:01:00Z 2024-01-01T00:01:00Z 1970-01-01T00:00:59.999999999Z . 2024-03-01T12:35:56.789Z
        T.toString()                        String: "1970-01-01T00:00:00Z" "2024-01-01T00:00:00Z" "1969-12-31T23:59:59.999999999Z" . "2024-03-01T12:34:56.789Z"
        Day.getYear()                       int: 1970 2024 1969 . 2024
        Day.getMonthValue()                 int: 1 1 12 . 2
        Day.getDayOfMonth()                 int: 1 1 31 . 29
        Day.getDayOfWeek()                  String: "THURSDAY" "MONDAY" "WEDNESDAY" . "THURSDAY"
        Day.getDayOfWeek().getValue()       int: 4 1 3 . 4
        Day.getDayOfYear()                  int: 1 1 365 . 60
        Day.plusDays(1)                     LocalDate: 1970-01-02 2024-01-02 1970-01-01 . 2024-03-01
        Day.plusMonths(1)                   LocalDate: 1970-02-01 2024-02-01 1970-01-31 . 2024-03-29
        Day.minusYears(1)                   LocalDate: 1969-01-01 2023-01-01 1968-12-31 . 2023-02-28
        Day.isAfter('2000-01-01')           boolean: false true false false true
        Day.isLeapYear()                    boolean: false true false . true
        Day.lengthOfMonth()                 int: 31 31 31 . 29
        Dur.toNanos()                       long: 1000000000 0 -1500000000 . 90061000000000
        Dur.toMillis()                      long: 1000 0 -1500 . 90061000
        Dur.getSeconds()                    long: 1 0 -2 . 90061
        Dur.toMinutes()                     long: 0 0 0 . 1501
        Dur.isNegative()                    boolean: false false true . false
        Dur.multipliedBy(2)                 Duration: 2000000000ns 0ns -3000000000ns . 180122000000000ns
        Dur.toString()                      String: "PT1S" "PT0S" "PT-1.5S" . "PT25H1M1S"
        toLocalTime(T, 'UTC').getHour()     int: 0 0 23 . 12
    "#]].assert_eq(&shown(
        "
        T.getEpochSecond()
        T.getNano()
        T.toEpochMilli()
        T.plusSeconds(1)
        T.minusMillis(I)
        T.isBefore('2000-01-01T00:00:00Z')
        T.plus('PT1m')
        T.toString()
        Day.getYear()
        Day.getMonthValue()
        Day.getDayOfMonth()
        Day.getDayOfWeek()
        Day.getDayOfWeek().getValue()
        Day.getDayOfYear()
        Day.plusDays(1)
        Day.plusMonths(1)
        Day.minusYears(1)
        Day.isAfter('2000-01-01')
        Day.isLeapYear()
        Day.lengthOfMonth()
        Dur.toNanos()
        Dur.toMillis()
        Dur.getSeconds()
        Dur.toMinutes()
        Dur.isNegative()
        Dur.multipliedBy(2)
        Dur.toString()
        toLocalTime(T, 'UTC').getHour()
        ",
    ));
}
