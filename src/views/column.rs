//! The columns of views: what they hold, and where it is in a row.

use crate::sort_key::SortKey;
use crate::views::Numbers;
use pinflow_dataflows::view::View;

/// A column of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Where its values are.
    pub place: Place,
}

/// Where a value is in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Named as the fields of keys and numbers are.
pub enum Place {
    Country,
    Year,
    AgeGroup,
    Rank,
    FirstText,
    SecondText,
    FirstNumber,
    SecondNumber,
}

/// What a row has in a column. Values of one column compare as filters and orders want it, null first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value<'a> {
    /// Null.
    Null,
    /// A whole number.
    Number(u64),
    /// The number of an age group, which is shown by its label.
    AgeGroup(u8),
    /// A text; compares by bytes.
    Text(&'a str),
}

impl Column {
    /// The columns of a view, in order.
    pub fn of(view: View) -> Vec<Column> {
        let of_group = view.group_columns();
        let place = |name| match name {
            "country" if of_group.country => Place::Country,
            "post_year" | "join_year" => Place::Year,
            "age_group" => Place::AgeGroup,
            "rank" => Place::Rank,
            "category" | "poster_name" => Place::FirstText,
            "country" => Place::SecondText,
            "posts" | "follower_count" | "users" => Place::FirstNumber,
            "median_follower_count" => Place::SecondNumber,
            _ => unreachable!("every column has its place: {name}"),
        };
        view.columns().iter().map(|name| Column { name, place: place(*name) }).collect()
    }

    /// What kind of values it has, as the API says it.
    pub fn type_name(self) -> &'static str {
        match self.place {
            Place::Country | Place::AgeGroup | Place::FirstText | Place::SecondText => "text",
            Place::Year | Place::Rank | Place::FirstNumber | Place::SecondNumber => "integer",
        }
    }

    /// What a row has in it.
    pub fn value<'a>(self, key: &SortKey<'a>, numbers: &Numbers) -> Value<'a> {
        let text = |text: Option<&'a str>| text.map_or(Value::Null, Value::Text);
        match self.place {
            Place::Country => text(key.country),
            Place::Year => Value::Number(key.year.into()),
            Place::AgeGroup => Value::AgeGroup(key.age_group),
            Place::Rank => Value::Number(key.rank.into()),
            Place::FirstText => text(key.texts[0]),
            Place::SecondText => text(key.texts[1]),
            Place::FirstNumber => Value::Number(numbers.first),
            Place::SecondNumber => Value::Number(numbers.second),
        }
    }
}

/// The view of that name.
pub fn view_named(name: &str) -> Option<View> {
    View::ALL.into_iter().find(|view| view.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_every_view_has_a_place_of_its_own() {
        for view in View::ALL {
            let columns = Column::of(view);
            assert!(columns.iter().map(|column| &column.name).eq(view.columns()));
            for (n, column) in columns.iter().enumerate() {
                assert!(columns[..n].iter().all(|other| other.place != column.place), "{view:?} {column:?}");
            }
        }
    }
}
