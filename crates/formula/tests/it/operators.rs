//! Operators: types of results, null, NaN, wrapping, precedence.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn sums_and_products() {
    expect![[r#"
        I + 1                    int: 2 3 -6 . -2147483648
        I - 1                    int: 0 1 -8 . 2147483646
        I * 2                    int: 2 4 -14 . -2
        I + L                    long: 11 2 -10 . -9223372034707292162
        I + F                    float: 2.5 2.1 NaN . 2147483600.0
        L + F                    float: 11.5 0.1 NaN . 9.223372e18
        I + D                    double: 2.5 2.0 NaN . inf
        By + By                  int: 2 4 -2 . 254
        Sh * Sh                  int: 90000 4 1 . 49
        C + C                    int: 194 196 130 . 466
        'a' + 'b'                int: 195 195 195 195 195
        L + 1                    long: 11 1 -2 . -9223372036854775808
        By + 1L                  long: 2 3 0 . 128
        F + D                    double: 3.0 0.10000000149011612 NaN . inf
        -I                       int: -1 -2 7 . -2147483647
        -By                      int: -1 -2 1 . -127
        -C                       int: -97 -98 -65 . -233
        -D                       double: -1.5 0.0 NaN . -inf
        -L                       long: -10 0 3 . -9223372036854775807
        2147483647 + 1           int: -2147483648 -2147483648 -2147483648 -2147483648 -2147483648
        9223372036854775807 + 1  long: -9223372036854775808 -9223372036854775808 -9223372036854775808 -9223372036854775808 -9223372036854775808
        I + null                 int: . . . . .
        null + I                 int: . . . . .
    "#]].assert_eq(&shown(
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
    expect![[r#"
        7 / 2            double: 3.5 3.5 3.5 3.5 3.5
        1 / 0            double: inf inf inf inf inf
        0 / 0            double: NaN NaN NaN NaN NaN
        -1 / 0           double: -inf -inf -inf -inf -inf
        I / 2            double: 0.5 1.0 -3.5 . 1073741823.5
        L / L            double: 1.0 NaN 1.0 . 1.0
        I / F            float: 0.6666667 20.0 NaN . -1073741800.0
        L / F            float: 6.6666665 0.0 NaN . -4.611686e18
        F / I            float: 1.5 0.05 NaN . -9.313226e-10
        F / L            double: 0.15 inf NaN . -2.168404344971009e-19
        F / F            float: 1.0 1.0 NaN . 1.0
        D / I            double: 1.5 -0.0 NaN . inf
        By / By          double: 1.0 1.0 1.0 . 1.0
        -7 % 3           int: -1 -1 -1 -1 -1
        7 % -3           int: 1 1 1 1 1
        I % 3            int: 1 2 -1 . 1
        L % 4L           long: 2 0 -3 . 3
        D % 1            double: 0.5 -0.0 NaN . NaN
        I % (I - 1)      Value in row 0: an integer is divided by zero
        I % L            Value in row 1: an integer is divided by zero
        I % 0            Value in row 0: an integer is divided by zero
        5.5 % 2          double: 1.5 1.5 1.5 1.5 1.5
        floorDiv(-7, 2)  int: -4 -4 -4 -4 -4
        floorMod(-7, 3)  int: 2 2 2 2 2
    "#]]
    .assert_eq(&shown(
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
    expect![[r#"
        I & 3      int: 1 2 1 . 3
        I | 8      int: 9 10 -7 . 2147483647
        6 ^ 3      int: 5 5 5 5 5
        L & 1      long: 0 0 1 . 1
        By & Sh    int: 0 2 -1 . 7
        B & K      boolean: true false true . false
        B | K      boolean: true false true . false
        B ^ K      boolean: false false false . false
        !B         boolean: false true false . true
        !K         boolean: false true false true true
        B == null  boolean: false false false true false
        B == true  boolean: true false true false false
        B != K     boolean: false false false true false
        B < K      boolean: false false false true false
        D & 1      Type: "&" does not take a double and an int
    "#]]
    .assert_eq(&shown(
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
    expect![[r#"
        I < 1                        boolean: false false true true false
        I <= 1                       boolean: true false true true false
        I > 1                        boolean: false true false false true
        I >= 1                       boolean: true true false false true
        I == 1                       boolean: true false false false false
        I != 1                       boolean: false true true true true
        I == null                    boolean: false false false true false
        null == I                    boolean: false false false true false
        I != null                    boolean: true true true false true
        I < null                     boolean: false false false false false
        I <= null                    boolean: false false false true false
        I > null                     boolean: true true true false true
        I >= null                    boolean: true true true true true
        D == D                       boolean: true true false true true
        D != D                       boolean: false false true false false
        D < D                        boolean: false false false false false
        D <= 2                       boolean: true true false true false
        D > 0                        boolean: true false false false true
        D == 0.0                     boolean: false true false false false
        I == 1.0                     boolean: true false false false false
        I == L                       boolean: false false false true false
        L > 2.5                      boolean: true false false false true
        F == 0.1                     boolean: false false false false false
        C == 'a'                     boolean: true false false false false
        C > 'a'                      boolean: false true false false true
        C == 97                      boolean: true false false false false
        S == `abc`                   boolean: true false false false false
        S < `b`                      boolean: true true false true true
        S > `b`                      boolean: false false true false false
        S != `abc`                   boolean: false true true true true
        S == null                    boolean: false false false true false
        S == 'abc'                   boolean: true false false false false
        S == 'a'                     boolean: false false false false false
        T == '2024-01-01T00:00:00Z'  boolean: false true false false false
        T > '2024-01-01 ET'          boolean: false false false false true
        Day >= '2024-01-01'          boolean: false true false false true
        Dur < 'PT1S'                 boolean: false true true true false
        'P1D' == 'P1D'               boolean: true true true true true
        1 = 1                        boolean: true true true true true
        null == null                 boolean: true true true true true
    "#]]
    .assert_eq(&shown(
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
    expect![[r#"
        K && I > 0                                         boolean: true false false false false
        K || I > 0                                         boolean: true true true false true
        S != null && S.startsWith(`a`)                     boolean: true false false false true
        S == null || S.length() > 3                        boolean: false false true true true
        S != null && S.length() > 0 && S.charAt(0) == 'a'  boolean: true false false false true
        I != 0 && 10 % I == 1                              boolean: false false false false false
        K && B                                             boolean: true false true false false
        !K && B                                            Value in row 3: column "B" is null, which is neither true nor false
        !K || B                                            boolean: true true true true true
        B && K                                             Value in row 3: column "B" is null, which is neither true nor false
        I == null || 7 % I == 0                            boolean: true false true true false
        true || I % 0 == 1                                 boolean: true true true true true
        false && I % 0 == 1                                boolean: false false false false false
        true && true                                       boolean: true true true true true
    "#]].assert_eq(&shown(
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
    expect![[r#"
        K ? 1 : 2                                              int: 1 2 1 2 2
        K ? I : D                                              double: 1.0 -0.0 -7.0 . inf
        K ? I : L                                              long: 1 0 -7 . 9223372036854775807
        K ? null : I                                           int: . 2 . . 2147483647
        K ? I : null                                           int: 1 . -7 . .
        K ? By : Sh                                            short: 1 2 -1 . 7
        K ? By : C                                             int: 1 98 -1 . 233
        K ? `yes` : `no`                                       String: "yes" "no" "yes" "no" "no"
        K ? S : `none`                                         String: "abc" "none" "Été 😀" "none" "none"
        K ? `a` : 1                                            Type: the branches are String and int, which have no type in common
        K ? B : null                                           boolean: true . true . .
        B ? 1 : 2                                              Value in row 3: column "B" is null, which is neither true nor false
        I == null ? 0 : 100 % I                                int: 0 0 2 0 100
        S == null ? '?' : S.length() == 0 ? '-' : S.charAt(0)  char: 'a' '-' 'É' '?' 'a'
        I > 0 ? `pos` : I < 0 ? `neg` : `none`                 String: "pos" "pos" "neg" "neg" "pos"
        true ? I : L                                           long: 1 2 -7 . 2147483647
        ifelse(K, I, 0)                                        int: 1 0 -7 0 0
        K ? F : L                                              float: 1.5 0.0 NaN . 9.223372e18
        K ? null : null                                        Type: null has no type here
        (K ? null : null) == null                              boolean: true true true true true
    "#]].assert_eq(&shown(
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
    expect![[r#"
        1 + 2 * 3                 int: 7 7 7 7 7
        (1 + 2) * 3               int: 9 9 9 9 9
        1 - 2 - 3                 int: -4 -4 -4 -4 -4
        2 * 3 % 4                 int: 2 2 2 2 2
        -2 * -3                   int: 6 6 6 6 6
        - -3                      int: 3 3 3 3 3
        !true || true             boolean: true true true true true
        1 < 2 == true             boolean: true true true true true
        1 | 2 ^ 3 & 4             int: 3 3 3 3 3
        true || false && false    boolean: true true true true true
        1 + 2 == 3 && 4 > 3       boolean: true true true true true
        true ? 1 : false ? 2 : 3  int: 1 1 1 1 1
        (int)2.5 + 1              int: 3 3 3 3 3
        (int)(2.5 + 1)            int: 3 3 3 3 3
        (int)-2.5                 int: -2 -2 -2 -2 -2
        -(int)2.5                 int: -2 -2 -2 -2 -2
        `a` + 1 + 2               String: "a12" "a12" "a12" "a12" "a12"
        1 + 2 + `a`               String: "3a" "3a" "3a" "3a" "3a"
        `a` + (1 + 2)             String: "a3" "a3" "a3" "a3" "a3"
        10 - 2 * 3 + 4 / 2        double: 6.0 6.0 6.0 6.0 6.0
    "#]]
    .assert_eq(&shown(
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
    expect![[r#"
        (int)D              int: 1 0 0 . 2147483647
        (long)D             long: 1 0 0 . 9223372036854775807
        (byte)300           byte: 44 44 44 44 44
        (byte)300.0         byte: 44 44 44 44 44
        (short)70000        short: 4464 4464 4464 4464 4464
        (char)98            char: 'b' 'b' 'b' 'b' 'b'
        (int)'a'            int: 97 97 97 97 97
        (double)I           double: 1.0 2.0 -7.0 . 2147483647.0
        (float)D            float: 1.5 -0.0 NaN . inf
        (long)I             long: 1 2 -7 . 2147483647
        (int)L              int: 10 0 -3 . -1
        (int)3000000000L    int: -1294967296 -1294967296 -1294967296 -1294967296 -1294967296
        (int)NaN            int: 0 0 0 0 0
        (long)1e30          long: 9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807 9223372036854775807
        (int)-2.9           int: -2 -2 -2 -2 -2
        (double)null        double: . . . . .
        (String)null        String: . . . . .
        (String)S           String: "abc" "" "Été 😀" . "a longer text, of 32 characters!"
        (Integer)L          int: 10 0 -3 . -1
        (Object)I           int: 1 2 -7 . 2147483647
        (java.lang.Long)I   long: 1 2 -7 . 2147483647
        (boolean)B          boolean: true false true . false
        (int)S              Type: a value of type String cannot be cast to int
        (String)I           Type: a value of type int cannot be cast to String
        (int)B              Type: a value of type boolean cannot be cast to int
        (long)T             Type: a value of type Instant cannot be cast to long
        intCast(2.9)        int: 2 2 2 2 2
        longCast(I)         long: 1 2 -7 . 2147483647
        doubleCast(By)      double: 1.0 2.0 -1.0 . 127.0
        castInt(2.0, true)  int: 2 2 2 2 2
        castInt(2.5, true)  Value in row 0: the cast loses digits
        castLong(D, false)  long: 1 0 0 . 9223372036854775807
    "#]].assert_eq(&shown(
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
    expect![[r#"
        S + `!`                                String: "abc!" "!" "Été 😀!" "null!" "a longer text, of 32 characters!!"
        `n=` + I                               String: "n=1" "n=2" "n=-7" "n=null" "n=2147483647"
        `d=` + D                               String: "d=1.5" "d=-0.0" "d=NaN" "d=null" "d=Infinity"
        `f=` + F                               String: "f=1.5" "f=0.1" "f=NaN" "f=null" "f=-2.0"
        S + S                                  String: "abcabc" "" "Été 😀Été 😀" "nullnull" "a longer text, of 32 characters!a longer text, of 32 characters!"
        `b=` + B                               String: "b=true" "b=false" "b=true" "b=null" "b=false"
        `c=` + C                               String: "c=a" "c=b" "c=A" "c=null" "c=é"
        `t=` + T                               String: "t=1970-01-01T00:00:00Z" "t=2024-01-01T00:00:00Z" "t=1969-12-31T23:59:59.999999999Z" "t=null" "t=2024-03-01T12:34:56.789Z"
        `day=` + Day                           String: "day=1970-01-01" "day=2024-01-01" "day=1969-12-31" "day=null" "day=2024-02-29"
        `dur=` + Dur                           String: "dur=PT1S" "dur=PT0S" "dur=PT-1.5S" "dur=null" "dur=PT25H1M1S"
        `x` + null                             String: "xnull" "xnull" "xnull" "xnull" "xnull"
        `x` + 1e10 + ` ` + 1e-5 + ` ` + 100.0  String: "x1.0E10 1.0E-5 100.0" "x1.0E10 1.0E-5 100.0" "x1.0E10 1.0E-5 100.0" "x1.0E10 1.0E-5 100.0" "x1.0E10 1.0E-5 100.0"
        `p` + 'P1Y2M3D'                        String: "pP1Y2M3D" "pP1Y2M3D" "pP1Y2M3D" "pP1Y2M3D" "pP1Y2M3D"
        `g` + G                                String: "g[1, 2, 3]" "g[]" "g[null, 5]" "g[7]" "g[4, -4]"
    "#]].assert_eq(&shown(
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
    expect![[r#"
        i                int: 0 1 2 3 4
        ii               long: 0 1 2 3 4
        k                long: 100 101 102 103 104
        i % 2 == 0       boolean: true false true false true
        I_[i-1]          int: . 1 2 -7 .
        I_[ii+2]         int: -7 . 2147483647 . .
        I_[i]            int: 1 2 -7 . 2147483647
        I - I_[ii-1]     int: . 1 -9 . .
        S_[i+1]          String: "" "Été 😀" . "a longer text, of 32 characters!" .
        I_[1 + i]        int: 2 -7 . 2147483647 .
        I_[-1 + ii]      int: . 1 2 -7 .
        I_[i * 2]        int: 1 -7 2147483647 . .
        I_[0]            int: 1 1 1 1 1
        I_.size()        long: 5 5 5 5 5
        I_[99]           int: . . . . .
        K ? I_[i-1] : 0  int: . 0 2 0 0
    "#]]
    .assert_eq(&shown(
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
