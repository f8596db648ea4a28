//! Queries find what a scan of the naive views finds.

use crate::history::{History, TEXTS, ticks};
use pinflow::tables::Cell;
use pinflow::views::json::push_rows;
use pinflow::views::{Column, Query, ViewStore};
use pinflow_dataflows::row::{AgeGroups, Settings};
use pinflow_dataflows::view::View;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// Parameters as they come to be: a column, an operator, and one of the column's values.
type Condition = (Index, Index, Index);

/// What a value is compared by; null has nothing.
fn comparable(column: &str, value: &str) -> Option<(usize, String)> {
    match column {
        "age_group" => {
            AgeGroups::default().labels().iter().position(|label| label == value).map(|n| (n, String::new()))
        }
        "country" | "category" | "poster_name" => (!value.is_empty()).then(|| (0, value.to_owned())),
        _ => Some((value.parse().expect("a number"), String::new())),
    }
}

fn values(column: &str) -> Vec<String> {
    match column {
        "age_group" => AgeGroups::default().labels(),
        "country" | "category" | "poster_name" => [""].into_iter().chain(TEXTS).map(str::to_owned).collect(),
        "post_year" | "join_year" => ["0", "2018", "2019", "2020", "70000"].map(str::to_owned).to_vec(),
        _ => ["0", "1", "2", "4294967295", "4294967296", "18446744073709551615"].map(str::to_owned).to_vec(),
    }
}

/// Whether a cell fulfils all parameters that name its column.
fn allows(column: &str, cell: &Cell, parameters: &[(String, String)]) -> bool {
    let cell = comparable_cell(column, cell);
    let wanted = |end: &str| {
        let name = format!("{column}{end}");
        parameters.iter().filter(move |(found, _)| *found == name).map(|(_, value)| comparable(column, value))
    };
    let equal: Vec<_> = wanted("").collect();
    (equal.is_empty() || equal.contains(&cell))
        && wanted("__gte").all(|least| cell.is_some() && cell >= least)
        && wanted("__lte").all(|most| cell.is_some() && cell <= most)
}

fn comparable_cell(column: &str, cell: &Cell) -> Option<(usize, String)> {
    (*cell != Cell::Null).then(|| comparable(column, &cell.to_string())).flatten()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_query_finds_what_a_scan_finds(
        ticks in ticks(),
        view in prop::sample::select(View::ALL.to_vec()),
        conditions in prop::collection::vec(any::<Condition>(), 0..6),
        order in prop::collection::vec(any::<(Index, bool)>(), 0..3),
        limit in 1..8_usize,
        skip in 0..6_usize,
    ) {
        let mut history = History::new();
        let store = ViewStore::new(&history.names, &Settings::default(), 1, 1);
        for (tick, steps) in (1..).zip(&ticks) {
            // All of one view, so that it has rows enough.
            let steps: Vec<_> = steps.iter().map(|(key, number)| (key.of(view), *number)).collect();
            store.deliver(0, tick + 1, history.changes(tick, &steps));
        }
        let columns = view.columns();
        let mut parameters = Vec::new();
        for (column, operator, value) in conditions {
            let column = *column.get(columns);
            let operator = operator.get(&["", "", "__gte", "__lte"]);
            let value = value.get(&values(column)).clone();
            if !(value.is_empty() && operator.len() > 1) {
                parameters.push((format!("{column}{operator}"), value));
            }
        }
        let mut order: Vec<(usize, bool)> =
            order.into_iter().map(|(column, descends)| (column.index(columns.len()), descends)).collect();
        order.dedup_by_key(|(column, _)| *column);
        let limit_text = limit.to_string();
        let order_text: Vec<String> =
            order.iter().map(|(n, descends)| format!("{}{}", if *descends { "-" } else { "" }, columns[*n])).collect();
        let order_text = order_text.join(",");
        let mut given: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        given.push(("limit", &limit_text));
        if !order.is_empty() {
            given.push(("order", &order_text));
        }

        let query = Query::parse(view, given.iter().copied(), store.age_groups()).expect("all is right");
        let snapshot = store.snapshot();
        let found = query.find(&snapshot, skip);
        let mut json = Vec::new();
        push_rows(&mut json, &found.rows, &Column::of(view), store.age_groups());
        let rows: Value = serde_json::from_slice(&json).expect("rows are JSON");

        let tables = history.tables();
        let wanted = |row: &&Vec<Cell>| {
            columns.iter().zip(*row).all(|(column, cell)| allows(column, cell, &parameters))
        };
        let mut naive: Vec<&Vec<Cell>> = tables[view].rows.iter().filter(wanted).collect();
        naive.sort_by(|a, b| {
            order.iter().fold(Ordering::Equal, |so_far, (n, descends)| {
                let compare = comparable_cell(columns[*n], &a[*n]).cmp(&comparable_cell(columns[*n], &b[*n]));
                so_far.then(if *descends { compare.reverse() } else { compare })
            })
        });
        let as_json = |row: &&Vec<Cell>| -> Value {
            columns.iter().zip(*row).map(|(column, cell)| (column.to_string(), json!(cell))).collect::<Map<_, _>>().into()
        };
        prop_assert_eq!(found.total, naive.len(), "{:?}", given);
        let naive: Vec<Value> = naive.iter().skip(skip).take(limit).map(as_json).collect();
        prop_assert_eq!(rows, Value::from(naive), "{:?}", given);
    }
}
