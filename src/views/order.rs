//! The order in which a query wants its rows.

use crate::sort_key::SortKey;
use crate::views::column::Column;
use crate::views::{Numbers, QueryError};
use std::cmp::Ordering;

/// Columns to sort by; where they tie, the contract's order stays.
#[derive(Clone, Debug, Default)]
pub struct Order {
    columns: Vec<(Column, Direction)>,
}

#[derive(Clone, Copy, Debug)]
enum Direction {
    Ascending,
    Descending,
}

impl Order {
    /// Reads `-posts,country`.
    pub fn parse(text: &str, columns: &[Column]) -> Result<Order, QueryError> {
        let mut order = Order::default();
        for written in text.split(',') {
            let (name, direction) = match written.strip_prefix('-') {
                Some(name) => (name, Direction::Descending),
                None => (written, Direction::Ascending),
            };
            let column = columns.iter().find(|column| column.name == name);
            let column = column.ok_or_else(|| QueryError::BadOrder { column: name.to_owned() })?;
            if order.columns.iter().any(|(other, _)| other == column) {
                return Err(QueryError::TwiceInOrder { column: column.name });
            }
            order.columns.push((*column, direction));
        }
        Ok(order)
    }

    /// Whether it is the contract's.
    pub fn is_contract(&self) -> bool {
        self.columns.is_empty()
    }

    /// Which of two rows comes first.
    pub fn compare(&self, a: (&SortKey<'_>, &Numbers), b: (&SortKey<'_>, &Numbers)) -> Ordering {
        let compared = self.columns.iter().map(|(column, direction)| {
            let ascending = column.value(a.0, a.1).cmp(&column.value(b.0, b.1));
            match direction {
                Direction::Ascending => ascending,
                Direction::Descending => ascending.reverse(),
            }
        });
        compared.fold(Ordering::Equal, Ordering::then)
    }
}
