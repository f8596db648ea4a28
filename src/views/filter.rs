//! Which rows a query wants.

use crate::sort_key::SortKey;
use crate::views::column::{Column, Place, Value};
use crate::views::{Numbers, QueryError};
use pinflow_dataflows::row::AgeGroups;
use std::sync::Arc;

/// Conditions, which a row must all fulfil.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    columns: Vec<Conditions>,
}

/// The conditions on a column.
#[derive(Clone, Debug)]
pub struct Conditions {
    column: Column,
    /// It has one of these; anything, if there are none.
    pub any_of: Vec<Operand>,
    /// It has this or more.
    pub at_least: Option<Operand>,
    /// It has this or less.
    pub at_most: Option<Operand>,
}

/// How a column is compared, and what a parameter's name ends with for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Nothing.
    Equal,
    /// `__gte`
    AtLeast,
    /// `__lte`
    AtMost,
}

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operand {
    /// Null.
    Null,
    /// A whole number.
    Number(u64),
    /// The number of an age group.
    AgeGroup(u8),
    /// A text.
    Text(Arc<str>),
}

impl Operator {
    /// All, as the ends of parameters' names.
    pub const ENDS: [&str; 3] = ["", "__gte", "__lte"];

    /// A parameter's name as a column's name and an operator; as it was, if there is no such operator.
    pub fn split(parameter: &str) -> (&str, Operator) {
        if let Some(column) = parameter.strip_suffix("__gte") {
            (column, Operator::AtLeast)
        } else if let Some(column) = parameter.strip_suffix("__lte") {
            (column, Operator::AtMost)
        } else {
            (parameter, Operator::Equal)
        }
    }
}

impl Operand {
    /// Reads what a parameter gives. Empty is null, where a column may be null: texts are never empty.
    fn parse(column: Column, text: &str, age_groups: &AgeGroups) -> Result<Operand, QueryError> {
        let bad = |wanted| QueryError::BadValue { column: column.name, value: text.to_owned(), wanted };
        match column.place {
            Place::Country | Place::FirstText | Place::SecondText if text.is_empty() => Ok(Operand::Null),
            Place::Country | Place::FirstText | Place::SecondText => Ok(Operand::Text(text.into())),
            Place::AgeGroup => {
                let labels = age_groups.labels();
                let group = labels.iter().position(|label| label == text);
                group.map(|group| Operand::AgeGroup(group as u8)).ok_or_else(|| bad(labels.join(", ")))
            }
            Place::Year | Place::Rank | Place::FirstNumber | Place::SecondNumber => {
                let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let number = is_number.then(|| text.parse().ok()).flatten();
                number.map(Operand::Number).ok_or_else(|| bad("a whole number up to 2^64-1".to_owned()))
            }
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Operand::Null => Value::Null,
            Operand::Number(number) => Value::Number(*number),
            Operand::AgeGroup(group) => Value::AgeGroup(*group),
            Operand::Text(text) => Value::Text(text),
        }
    }
}

impl Filter {
    /// Adds a condition.
    pub fn add(
        &mut self,
        column: Column,
        operator: Operator,
        text: &str,
        age_groups: &AgeGroups,
    ) -> Result<(), QueryError> {
        let operand = Operand::parse(column, text, age_groups)?;
        let at = self.columns.iter().position(|conditions| conditions.column == column);
        let at = at.unwrap_or_else(|| {
            self.columns.push(Conditions { column, any_of: Vec::new(), at_least: None, at_most: None });
            self.columns.len() - 1
        });
        let conditions = &mut self.columns[at];
        match operator {
            Operator::Equal => {
                // Sorted, so that ranges of rows come in order and values are found soon.
                if let Err(at) = conditions.any_of.binary_search(&operand) {
                    conditions.any_of.insert(at, operand);
                }
            }
            _ if operand == Operand::Null => return Err(QueryError::NullBound { column: column.name }),
            Operator::AtLeast => conditions.at_least = conditions.at_least.take().max(Some(operand)),
            Operator::AtMost => {
                let stricter = [conditions.at_most.take(), Some(operand)].into_iter().flatten().min();
                conditions.at_most = stricter;
            }
        }
        Ok(())
    }

    /// Whether it wants all rows.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The conditions on a column.
    pub fn on(&self, place: Place) -> Option<&Conditions> {
        self.columns.iter().find(|conditions| conditions.column.place == place)
    }

    /// Whether it wants a row.
    pub fn wants(&self, key: &SortKey<'_>, numbers: &Numbers) -> bool {
        self.columns.iter().all(|conditions| conditions.allow(conditions.column.value(key, numbers)))
    }
}

impl Conditions {
    fn allow(&self, value: Value<'_>) -> bool {
        let bound = self.at_least.is_some() || self.at_most.is_some();
        let is_any = || self.any_of.binary_search_by(|operand| operand.value().cmp(&value)).is_ok();
        (self.any_of.is_empty() || is_any())
            && self.at_least.as_ref().is_none_or(|least| value >= least.value())
            && self.at_most.as_ref().is_none_or(|most| value <= most.value())
            // Null is neither more nor less than anything.
            && !(bound && value == Value::Null)
    }
}
