//! The thirteen views: their names, their groups, and their rows as the graph computes them.

use crate::names::NameId;
use crate::row::{Count, Year};
use serde::{Deserialize, Serialize};

/// A view, in the order in which views are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // The names say what they are; `name` gives them as users know them.
pub enum View {
    CategoryByCountry,
    CategoryByYear,
    CategoryByAgeGroup,
    CategoryByCountryYear,
    CategoryByCountryAgeGroup,
    CategoryByYearAgeGroup,
    CategoryByCountryYearAgeGroup,
    TopPostersByCountry,
    TopPosters,
    MedianFollowersByAgeGroup,
    MedianFollowersByJoinYear,
    MedianFollowersByJoinYearAgeGroup,
    UsersJoinedByYear,
}

/// Which columns a view groups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupColumns {
    /// By country.
    pub country: bool,
    /// By the year of the post, or of joining.
    pub year: bool,
    /// By age group.
    pub age_group: bool,
}

impl View {
    /// All views, in order.
    pub const ALL: [View; 13] = [
        View::CategoryByCountry,
        View::CategoryByYear,
        View::CategoryByAgeGroup,
        View::CategoryByCountryYear,
        View::CategoryByCountryAgeGroup,
        View::CategoryByYearAgeGroup,
        View::CategoryByCountryYearAgeGroup,
        View::TopPostersByCountry,
        View::TopPosters,
        View::MedianFollowersByAgeGroup,
        View::MedianFollowersByJoinYear,
        View::MedianFollowersByJoinYearAgeGroup,
        View::UsersJoinedByYear,
    ];

    /// The seven views of the most popular categories.
    pub const CATEGORIES: [View; 7] = [
        View::CategoryByCountry,
        View::CategoryByYear,
        View::CategoryByAgeGroup,
        View::CategoryByCountryYear,
        View::CategoryByCountryAgeGroup,
        View::CategoryByYearAgeGroup,
        View::CategoryByCountryYearAgeGroup,
    ];

    /// The three views of median follower counts.
    pub const MEDIANS: [View; 3] = [
        View::MedianFollowersByAgeGroup,
        View::MedianFollowersByJoinYear,
        View::MedianFollowersByJoinYearAgeGroup,
    ];

    /// The name that files, URLs and metrics use.
    pub fn name(self) -> &'static str {
        match self {
            View::CategoryByCountry => "category_by_country",
            View::CategoryByYear => "category_by_year",
            View::CategoryByAgeGroup => "category_by_age_group",
            View::CategoryByCountryYear => "category_by_country_year",
            View::CategoryByCountryAgeGroup => "category_by_country_age_group",
            View::CategoryByYearAgeGroup => "category_by_year_age_group",
            View::CategoryByCountryYearAgeGroup => "category_by_country_year_age_group",
            View::TopPostersByCountry => "top_posters_by_country",
            View::TopPosters => "top_posters",
            View::MedianFollowersByAgeGroup => "median_followers_by_age_group",
            View::MedianFollowersByJoinYear => "median_followers_by_join_year",
            View::MedianFollowersByJoinYearAgeGroup => "median_followers_by_join_year_age_group",
            View::UsersJoinedByYear => "users_joined_by_year",
        }
    }

    /// The names of its columns, the group's first.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            View::CategoryByCountry => &["country", "rank", "category", "posts"],
            View::CategoryByYear => &["post_year", "rank", "category", "posts"],
            View::CategoryByAgeGroup => &["age_group", "rank", "category", "posts"],
            View::CategoryByCountryYear => &["country", "post_year", "rank", "category", "posts"],
            View::CategoryByCountryAgeGroup => &["country", "age_group", "rank", "category", "posts"],
            View::CategoryByYearAgeGroup => &["post_year", "age_group", "rank", "category", "posts"],
            View::CategoryByCountryYearAgeGroup => {
                &["country", "post_year", "age_group", "rank", "category", "posts"]
            }
            View::TopPostersByCountry => &["country", "rank", "poster_name", "follower_count"],
            View::TopPosters => &["rank", "poster_name", "country", "follower_count"],
            View::MedianFollowersByAgeGroup => &["age_group", "posts", "median_follower_count"],
            View::MedianFollowersByJoinYear => &["join_year", "posts", "median_follower_count"],
            View::MedianFollowersByJoinYearAgeGroup => {
                &["join_year", "age_group", "posts", "median_follower_count"]
            }
            View::UsersJoinedByYear => &["join_year", "users"],
        }
    }

    /// The columns that its rows are grouped by.
    pub const fn group_columns(self) -> GroupColumns {
        let (country, year, age_group) = match self {
            View::CategoryByCountry | View::TopPostersByCountry => (true, false, false),
            View::CategoryByYear | View::MedianFollowersByJoinYear | View::UsersJoinedByYear => {
                (false, true, false)
            }
            View::CategoryByAgeGroup | View::MedianFollowersByAgeGroup => (false, false, true),
            View::CategoryByCountryYear => (true, true, false),
            View::CategoryByCountryAgeGroup => (true, false, true),
            View::CategoryByYearAgeGroup | View::MedianFollowersByJoinYearAgeGroup => (false, true, true),
            View::CategoryByCountryYearAgeGroup => (true, true, true),
            View::TopPosters => (false, false, false),
        };
        GroupColumns { country, year, age_group }
    }
}

/// One group of one view. Columns that the view does not group by are `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Group {
    /// The view.
    pub view: View,
    /// The country.
    pub country: Option<NameId>,
    /// The year of the post, or of joining.
    pub year: Option<Year>,
    /// The number of the age group.
    pub age_group: Option<u8>,
}

/// One row of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ViewRow {
    /// The group that it belongs to.
    pub group: Group,
    /// The columns after the group's.
    pub columns: Columns,
}

/// The columns of a row after those of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // Named as the columns are.
pub enum Columns {
    /// Of the seven category views.
    Category { rank: u32, category: NameId, posts: u64 },
    /// Of `top_posters_by_country`.
    PosterOfCountry { rank: u32, poster: NameId, follower_count: Count },
    /// Of `top_posters`; a null country is a country.
    Poster { rank: u32, poster: NameId, country: Option<NameId>, follower_count: Count },
    /// Of the three median views.
    Median { posts: u64, follower_count: Count },
    /// Of `users_joined_by_year`.
    Users { users: u64 },
}
