//! A query over a view: which rows, in which order, how many.

use crate::sort_key::SortKey;
use crate::views::column::Column;
use crate::views::filter::{Filter, Operator};
use crate::views::order::Order;
use crate::views::{Numbers, Rows, Snapshot, ranges};
use pinflow_dataflows::row::AgeGroups;
use pinflow_dataflows::view::View;

/// What a query wants.
#[derive(Clone, Debug)]
pub struct Query {
    view: View,
    columns: Vec<Column>,
    filter: Filter,
    order: Order,
    limit: usize,
}

/// Why something is no query over its view.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // The messages say it.
pub enum QueryError {
    #[error("{name} is no column of the view, with or without an operator, and no other parameter")]
    UnknownParameter { name: String },
    #[error("{column} cannot be {value:?}: wanted {wanted}")]
    BadValue { column: &'static str, value: String, wanted: String },
    #[error("nothing is more or less than null: {column}__gte and {column}__lte need a value")]
    NullBound { column: &'static str },
    #[error("order names {column:?}, which is no column of the view")]
    BadOrder { column: String },
    #[error("order names {column} twice")]
    TwiceInOrder { column: &'static str },
    #[error("limit cannot be {value:?}: wanted a whole number from 1 to {}", Query::MAX_LIMIT)]
    BadLimit { value: String },
    #[error("{name} is given twice")]
    Twice { name: &'static str },
}

/// A row of a snapshot.
pub type FoundRow<'a> = (&'a SortKey<'static>, &'a Numbers);

/// What a query finds.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The rows of the page.
    pub rows: Vec<FoundRow<'a>>,
    /// Rows that the query wants, on this page and others.
    pub total: usize,
}

impl Query {
    /// Rows of a page, unless the query says how many.
    pub const DEFAULT_LIMIT: usize = 1000;
    /// Most rows of a page: some megabytes, which are written in memory first.
    pub const MAX_LIMIT: usize = 100_000;

    /// Reads a query from parameters.
    pub fn parse<'p>(
        view: View,
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
        age_groups: &AgeGroups,
    ) -> Result<Query, QueryError> {
        let columns = Column::of(view);
        let mut filter = Filter::default();
        let mut order = None;
        let mut limit = None;
        for (name, value) in parameters {
            match name {
                "order" => set_once(&mut order, "order", Order::parse(value, &columns)?)?,
                "limit" => set_once(&mut limit, "limit", parse_limit(value)?)?,
                _ => {
                    let (column, operator) = Operator::split(name);
                    let column = columns.iter().find(|known| known.name == column);
                    let unknown = || QueryError::UnknownParameter { name: name.to_owned() };
                    filter.add(*column.ok_or_else(unknown)?, operator, value, age_groups)?;
                }
            }
        }
        let (order, limit) = (order.unwrap_or_default(), limit.unwrap_or(Query::DEFAULT_LIMIT));
        Ok(Query { view, columns, filter, order, limit })
    }

    /// The view.
    pub fn view(&self) -> View {
        self.view
    }

    /// The view's columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows behind the first `skip` ones, as many as a page has.
    pub fn find<'a>(&self, snapshot: &'a Snapshot, skip: usize) -> Found<'a> {
        let rows = snapshot.rows(self.view);
        if !self.order.is_contract() {
            let mut wanted: Vec<FoundRow<'a>> = Vec::new();
            self.each_wanted(rows, |row| wanted.push(row));
            wanted.sort_by(|a, b| self.order.compare(*a, *b));
            let total = wanted.len();
            return Found { rows: wanted.into_iter().skip(skip).take(self.limit).collect(), total };
        }
        if self.filter.is_empty() {
            return Found { rows: rows.iter().skip(skip).take(self.limit).collect(), total: rows.size() };
        }
        let mut found = Found { rows: Vec::new(), total: 0 };
        self.each_wanted(rows, |row| {
            if found.total >= skip && found.rows.len() < self.limit {
                found.rows.push(row);
            }
            found.total += 1;
        });
        found
    }

    fn each_wanted<'a>(&self, rows: &'a Rows, mut take: impl FnMut(FoundRow<'a>)) {
        for range in ranges::of(&self.filter, &self.columns) {
            rows.range(range).filter(|(key, numbers)| self.filter.wants(key, numbers)).for_each(&mut take);
        }
    }
}

fn set_once<T>(place: &mut Option<T>, name: &'static str, value: T) -> Result<(), QueryError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(QueryError::Twice { name }),
    }
}

fn parse_limit(value: &str) -> Result<usize, QueryError> {
    let number = value.parse().ok().filter(|limit| (1..=Query::MAX_LIMIT).contains(limit));
    number.ok_or_else(|| QueryError::BadLimit { value: value.to_owned() })
}
