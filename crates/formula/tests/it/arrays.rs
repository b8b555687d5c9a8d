//! Arrays: items, operators item by item, and functions of them.

use expect_test::expect;

use crate::support::{lines, table};

fn shown(formulas: &str) -> String {
    lines(&table(), formulas)
}

#[test]
fn items_and_operators() {
    expect![[""]].assert_eq(&shown(
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
    expect![[""]].assert_eq(&shown(
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
