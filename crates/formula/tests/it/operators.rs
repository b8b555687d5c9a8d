//! Operators: types of results, null, NaN, wrapping, precedence.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn sums_and_products() {
    expect![[""]].assert_eq(&shown(
        "
        I + 1
        I - 1
        I * 2
        I + L
        I + F
        L + F
        I + D
        By + By
        Sh * Sh
        C + C
        'a' + 'b'
        L + 1
        By + 1L
        F + D
        -I
        -By
        -C
        -D
        -L
        2147483647 + 1
        9223372036854775807 + 1
        I + null
        null + I
        ",
    ));
}

#[test]
fn quotients_and_remainders() {
    expect![[""]].assert_eq(&shown(
        "
        7 / 2
        1 / 0
        0 / 0
        -1 / 0
        I / 2
        L / L
        I / F
        L / F
        F / I
        F / L
        F / F
        D / I
        By / By
        -7 % 3
        7 % -3
        I % 3
        L % 4L
        D % 1
        I % (I - 1)
        I % L
        I % 0
        5.5 % 2
        floorDiv(-7, 2)
        floorMod(-7, 3)
        ",
    ));
}

#[test]
fn bits_and_booleans() {
    expect![[""]].assert_eq(&shown(
        "
        I & 3
        I | 8
        6 ^ 3
        L & 1
        By & Sh
        B & K
        B | K
        B ^ K
        !B
        !K
        B == null
        B == true
        B != K
        B < K
        D & 1
        ",
    ));
}

#[test]
fn comparisons_place_null_first_and_nan_nowhere() {
    expect![[""]].assert_eq(&shown(
        "
        I < 1
        I <= 1
        I > 1
        I >= 1
        I == 1
        I != 1
        I == null
        null == I
        I != null
        I < null
        I <= null
        I > null
        I >= null
        D == D
        D != D
        D < D
        D <= 2
        D > 0
        D == 0.0
        I == 1.0
        I == L
        L > 2.5
        F == 0.1
        C == 'a'
        C > 'a'
        C == 97
        S == `abc`
        S < `b`
        S > `b`
        S != `abc`
        S == null
        S == 'abc'
        S == 'a'
        T == '2024-01-01T00:00:00Z'
        T > '2024-01-01 ET'
        Day >= '2024-01-01'
        Dur < 'PT1S'
        'P1D' == 'P1D'
        1 = 1
        null == null
        ",
    ));
}

#[test]
fn logic_is_short() {
    expect![[""]].assert_eq(&shown(
        "
        K && I > 0
        K || I > 0
        S != null && S.startsWith(`a`)
        S == null || S.length() > 3
        S != null && S.length() > 0 && S.charAt(0) == 'a'
        I != 0 && 10 % I == 1
        K && B
        !K && B
        !K || B
        B && K
        I == null || 7 % I == 0
        true || I % 0 == 1
        false && I % 0 == 1
        true && true
        ",
    ));
}

#[test]
fn choices() {
    expect![[""]].assert_eq(&shown(
        "
        K ? 1 : 2
        K ? I : D
        K ? I : L
        K ? null : I
        K ? I : null
        K ? By : Sh
        K ? By : C
        K ? `yes` : `no`
        K ? S : `none`
        K ? `a` : 1
        K ? B : null
        B ? 1 : 2
        I == null ? 0 : 100 % I
        S == null ? '?' : S.length() == 0 ? '-' : S.charAt(0)
        I > 0 ? `pos` : I < 0 ? `neg` : `none`
        true ? I : L
        ifelse(K, I, 0)
        K ? F : L
        K ? null : null
        (K ? null : null) == null
        ",
    ));
}

#[test]
fn precedence_is_that_of_java() {
    expect![[""]].assert_eq(&shown(
        "
        1 + 2 * 3
        (1 + 2) * 3
        1 - 2 - 3
        2 * 3 % 4
        -2 * -3
        - -3
        !true || true
        1 < 2 == true
        1 | 2 ^ 3 & 4
        true || false && false
        1 + 2 == 3 && 4 > 3
        true ? 1 : false ? 2 : 3
        (int)2.5 + 1
        (int)(2.5 + 1)
        (int)-2.5
        -(int)2.5
        `a` + 1 + 2
        1 + 2 + `a`
        `a` + (1 + 2)
        10 - 2 * 3 + 4 / 2
        ",
    ));
}

#[test]
fn casts() {
    expect![[""]].assert_eq(&shown(
        "
        (int)D
        (long)D
        (byte)300
        (byte)300.0
        (short)70000
        (char)98
        (int)'a'
        (double)I
        (float)D
        (long)I
        (int)L
        (int)3000000000L
        (int)NaN
        (long)1e30
        (int)-2.9
        (double)null
        (String)null
        (String)S
        (Integer)L
        (Object)I
        (java.lang.Long)I
        (boolean)B
        (int)S
        (String)I
        (int)B
        (long)T
        intCast(2.9)
        longCast(I)
        doubleCast(By)
        castInt(2.0, true)
        castInt(2.5, true)
        castLong(D, false)
        ",
    ));
}

#[test]
fn texts_are_joined() {
    expect![[""]].assert_eq(&shown(
        "
        S + `!`
        `n=` + I
        `d=` + D
        `f=` + F
        S + S
        `b=` + B
        `c=` + C
        `t=` + T
        `day=` + Day
        `dur=` + Dur
        `x` + null
        `x` + 1e10 + ` ` + 1e-5 + ` ` + 100.0
        `p` + 'P1Y2M3D'
        `g` + G
        ",
    ));
}

#[test]
fn positions_and_neighbours() {
    expect![[""]].assert_eq(&shown(
        "
        i
        ii
        k
        i % 2 == 0
        I_[i-1]
        I_[ii+2]
        I_[i]
        I - I_[ii-1]
        S_[i+1]
        I_[1 + i]
        I_[-1 + ii]
        I_[i * 2]
        I_[0]
        I_.size()
        I_[99]
        K ? I_[i-1] : 0
        ",
    ));
}
