//! Arrays: items, operators item by item, and functions of them.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn items_and_operators() {
    expect![[r#"
        G[0]                     int: 1 . . 7 4
        G[I]                     int: 2 . . . .
        G.get(1)                 int: 2 . 5 . -4
        G.size()                 long: 3 0 2 1 2
        G.length                 int: 3 0 2 1 2
        G.isEmpty()              boolean: false true false false false
        G + 1                    int[]: [2 3 4] [] [. 6] [8] [5 -3]
        G * G                    int[]: [1 4 9] [] [. 25] [49] [16 16]
        G > 1                    boolean[]: [false true true] [] [false true] [true] [true false]
        G * D                    double[]: [1.5 3.0 4.5] [] [. NaN] [.] [inf -inf]
        G == null                boolean: false false false false false
        G + N                    Value in row 0: the arrays have 3 and 2 items
        new int[]{1, 2}          int[]: [1 2] [1 2] [1 2] [1 2] [1 2]
        new double[]{I, D}       double[]: [1.0 1.5] [2.0 -0.0] [-7.0 NaN] [. .] [2147483647.0 inf]
        new String[]{`a`, S}[1]  String: "abc" "" "Été 😀" . "a longer text, of 32 characters!"
        G.subVector(0, 2)        int[]: [1 2] [. .] [. 5] [7 .] [4 -4]
    "#]]
    .assert_eq(&shown(
        "
        G[0]
        G[I]
        G.get(1)
        G.size()
        G.length
        G.isEmpty()
        G + 1
        G * G
        G > 1
        G * D
        G == null
        G + N
        new int[]{1, 2}
        new double[]{I, D}
        new String[]{`a`, S}[1]
        G.subVector(0, 2)
        ",
    ));
}

#[test]
fn functions() {
    expect![[r#"
        sum(G)               long: 6 . 5 7 0
        sum(D_)              double: NaN NaN NaN NaN NaN
        sum(I_)              long: 2147483643 2147483643 2147483643 2147483643 2147483643
        avg(G)               double: 2.0 . 5.0 7.0 0.0
        min(G)               int: 1 . 5 7 -4
        max(G)               int: 3 . 5 7 4
        count(G)             long: 3 0 1 1 2
        len(G)               long: 3 0 2 1 2
        std(G)               double: 1.0 . NaN NaN 5.656854249492381
        var(G)               double: 1.0 . NaN NaN 32.0
        ste(G)               double: 0.5773502691896258 . NaN NaN 4.0
        median(G)            double: 2.0 . 5.0 7.0 0.0
        percentile(0.5, G)   int: 2 . 5 7 4
        product(G)           long: 6 . 5 7 -16
        absSum(G)            long: 6 . 5 7 8
        first(G)             int: 1 . . 7 4
        last(G)              int: 3 . 5 7 -4
        nth(1, G)            int: 2 . 5 . -4
        firstObj(N)          String: "a" . "c" "a" "z"
        countDistinct(G)     long: 3 0 1 1 2
        countDistinctObj(N)  long: 2 0 1 1 3
        distinct(G)          int[]: [1 2 3] [] [5] [7] [4 -4]
        distinctObj(N)       String[]: ["a" "b"] [] ["c"] ["a"] ["z" "y" "x"]
        indexOfMax(G)        long: 2 . 1 0 0
        indexOfMin(G)        long: 0 . 1 0 1
        countPos(G)          long: 3 0 1 1 1
        countNeg(G)          long: 0 0 0 0 1
        countZero(G)         long: 0 0 0 0 0
        cumsum(G)            long[]: [1 3 6] [] [. 5] [7] [4 0]
        cumprod(G)           long[]: [1 2 6] [] [. 5] [7] [4 -16]
        cummin(G)            int[]: [1 1 1] [] [. 5] [7] [4 -4]
        cummax(G)            int[]: [1 2 3] [] [. 5] [7] [4 4]
        diff(1, G)           int[]: [1 1 .] [] [. .] [.] [-8 .]
        reverse(G)           int[]: [3 2 1] [] [5 .] [7] [-4 4]
        sort(G)              int[]: [1 2 3] [] [. 5] [7] [-4 4]
        sortDescending(G)    int[]: [3 2 1] [] [5 .] [7] [4 -4]
        concat(G, G)         int[]: [1 2 3 1 2 3] [] [. 5 . 5] [7 7] [4 -4 4 -4]
        repeat(7, 3)         int[]: [7 7 7] [7 7 7] [7 7 7] [7 7 7] [7 7 7]
        enlist(1, 2.5)       double[]: [1.0 2.5] [1.0 2.5] [1.0 2.5] [1.0 2.5] [1.0 2.5]
        forwardFill(G)       int[]: [1 2 3] [] [. 5] [7] [4 -4]
        firstIndexOf(2, G)   long: 1 . . . .
        sequence(1, 5, 2)    int[]: [1 3 5] [1 3 5] [1 3 5] [1 3 5] [1 3 5]
        cor(G, G)            double: 1.0 . NaN NaN 1.0
        wavg(G, G)           double: 2.3333333333333335 . 5.0 7.0 inf
        wsum(G, G)           long: 14 . 25 49 32
        sum(G) / len(G)      double: 2.0 . 2.5 7.0 0.0
    "#]]
    .assert_eq(&shown(
        "
        sum(G)
        sum(D_)
        sum(I_)
        avg(G)
        min(G)
        max(G)
        count(G)
        len(G)
        std(G)
        var(G)
        ste(G)
        median(G)
        percentile(0.5, G)
        product(G)
        absSum(G)
        first(G)
        last(G)
        nth(1, G)
        firstObj(N)
        countDistinct(G)
        countDistinctObj(N)
        distinct(G)
        distinctObj(N)
        indexOfMax(G)
        indexOfMin(G)
        countPos(G)
        countNeg(G)
        countZero(G)
        cumsum(G)
        cumprod(G)
        cummin(G)
        cummax(G)
        diff(1, G)
        reverse(G)
        sort(G)
        sortDescending(G)
        concat(G, G)
        repeat(7, 3)
        enlist(1, 2.5)
        forwardFill(G)
        firstIndexOf(2, G)
        sequence(1, 5, 2)
        cor(G, G)
        wavg(G, G)
        wsum(G, G)
        sum(G) / len(G)
        ",
    ));
}
