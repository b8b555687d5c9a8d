//! Arithmetic and functions of times.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn arithmetic() {
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
