//! The files that a replay writes.

use crate::command::{check_failure, check_success, summary};
use crate::sample::{Folder, object, sample};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// All views, in their order.
pub const VIEWS: [&str; 13] = [
    "category_by_country",
    "category_by_year",
    "category_by_age_group",
    "category_by_country_year",
    "category_by_country_age_group",
    "category_by_year_age_group",
    "category_by_country_year_age_group",
    "top_posters_by_country",
    "top_posters",
    "median_followers_by_age_group",
    "median_followers_by_join_year",
    "median_followers_by_join_year_age_group",
    "users_joined_by_year",
];

/// The names of what is in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("read a folder");
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("names are UTF-8");
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("read a folder"))).collect();
    names.sort();
    names
}

/// What a file of JSON says.
pub fn json_file(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Replays the folder's archive into its folder `out`.
#[track_caller]
pub fn write_views(folder: &Folder, args: &[&str]) {
    let (archive, out) = (folder.at("archive"), folder.at("out"));
    check_success(&[&["replay", &archive, "--out", &out], args].concat());
}

/// A row of a view as a line of CSV has it: null is empty.
fn csv_fields(columns: &[String], row: &Value) -> Vec<String> {
    let field = |column: &String| match &row[column.as_str()] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        number => number.to_string(),
    };
    columns.iter().map(field).collect()
}

/// Names with commas, quotes, line ends and null in all formats; parsed, they must be what the views are.
#[test]
fn every_format_says_the_same() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/ties");
    let archive = golden.to_str().expect("the path is UTF-8");
    let views: BTreeMap<String, Vec<Value>> =
        serde_json::from_value(json_file(&golden.join("views.json"))).expect("rows by view");
    let folder = Folder::new();
    for (format, ending) in
        [(&[][..], "json"), (&["--format", "ndjson"], "ndjson"), (&["--format", "csv"], "csv")]
    {
        let out = folder.at(ending);
        check_success(&[&["replay", archive, "--out", &out], format].concat());
        let mut expected = VIEWS.map(|view| format!("{view}.{ending}")).to_vec();
        expected.sort();
        assert_eq!(names(Path::new(&out)), expected);
    }
    for view in VIEWS {
        assert_eq!(json_file(&folder.path(&format!("json/{view}.json"))), json!(views[view]));

        let ndjson = fs::read_to_string(folder.path(&format!("ndjson/{view}.ndjson"))).expect("a file");
        assert!(ndjson.ends_with('\n'));
        let rows = ndjson.lines().map(|line| serde_json::from_str(line).expect("a row a line"));
        assert_eq!(rows.collect::<Vec<Value>>(), views[view]);

        let mut csv = csv::Reader::from_path(folder.path(&format!("csv/{view}.csv"))).expect("a file");
        let columns: Vec<String> = csv.headers().expect("a header").iter().map(str::to_owned).collect();
        let fields =
            csv.records().map(|record| record.expect("a record").iter().map(str::to_owned).collect());
        let expected: Vec<Vec<String>> = views[view].iter().map(|row| csv_fields(&columns, row)).collect();
        assert_eq!(fields.collect::<Vec<Vec<String>>>(), expected, "{view}");
    }
}

#[test]
fn csv_quotes_what_needs_it_and_leaves_null_empty() {
    let folder = sample();
    write_views(&folder, &["--format", "csv"]);
    let text = fs::read_to_string(folder.path("out/top_posters.csv")).expect("a file");
    let expected = "rank,poster_name,country,follower_count
1,\"Bo, \"\"B\"\"\nJr\",,3000
2,Ann,France,2000
3,Cy,France,7
";
    assert_eq!(text.replace("\r\n", "\n"), expected);
}

#[test]
fn views_without_rows_are_written_too() {
    let folder = Folder::new();
    folder.write(&object("a.pin", 0), "\n\n");
    folder.write(&object("a.geo", 0), "");
    for (format, expected) in [("json", "[]\n"), ("ndjson", ""), ("csv", "join_year,users\n")] {
        write_views(&folder, &["--format", format]);
        let text = fs::read_to_string(folder.path(&format!("out/users_joined_by_year.{format}")));
        assert_eq!(text.expect("a file").replace("\r\n", "\n"), expected);
    }
    let summary = summary(&["replay", &folder.at("archive"), "--json"]);
    assert_eq!((&summary["records"], &summary["bytes"]), (&json!({}), &json!(2)));
    assert!(check_success(&["replay", &folder.at("archive")]).contains("\n0 records (0 pin, 0 geo, 0 user)"));
}

#[test]
fn views_are_replaced_and_other_files_kept() {
    let folder = sample();
    folder.write("archive/out/new/folder/top_posters.json", "old".repeat(1000));
    let other = folder.write("archive/out/new/folder/other.json", "other");
    let out = folder.at("archive/out/new/folder");
    for flag in ["--json", "--quality"] {
        check_success(&["replay", &folder.at("archive"), "--out", &out, flag]);
        let mut expected = VIEWS.map(|view| format!("{view}.json")).to_vec();
        expected.push("other.json".to_owned());
        expected.sort();
        assert_eq!(names(Path::new(&out)), expected);
    }
    assert_eq!(fs::read_to_string(&other).expect("a file"), "other");
    let rows = json_file(&folder.path("archive/out/new/folder/top_posters.json"));
    assert_eq!(
        rows[0],
        json!({"rank": 1, "poster_name": "Bo, \"B\"\nJr", "country": null, "follower_count": 3000})
    );
    let mode = |path: &str| fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode(&format!("{out}/top_posters.json")), mode(&other), "others may read it as any file");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = sample();
    let archive = folder.at("archive");
    let file = folder.write("file", "a regular file");
    for (out, problem) in [
        (format!("{file}/below/it"), "Not a directory (os error 20)"),
        (file.clone(), "File exists (os error 17)"),
    ] {
        let error = format!("cannot write {out}: {problem}; give --out a folder that can be written");
        check_failure(&["replay", &archive, "--out", &out], 1, &error);
    }
    assert_eq!(fs::read_to_string(&file).expect("a file"), "a regular file");

    let out = folder.at("out");
    fs::create_dir_all(folder.path("out/top_posters.json/inside")).expect("make a folder");
    let problem = "Is a directory (os error 21); give --out a folder that can be written";
    let error = format!("cannot write {out}/top_posters.json: {problem}");
    check_failure(&["replay", &archive, "--out", &out], 1, &error);
    assert!(names(Path::new(&out)).iter().all(|name| !name.starts_with('.')), "no temporary files are left");
}

#[test]
fn all_that_tie_for_the_last_rank_are_shown() {
    #[track_caller]
    fn check(folder: &Folder, args: &[&str], expected: &[(u64, &str, u64)]) {
        write_views(folder, args);
        let row = |(rank, category, posts): &(u64, &str, u64)| {
            let country = "France";
            json!({"country": country, "rank": rank, "category": category, "posts": posts})
        };
        let expected: Vec<Value> = expected.iter().map(row).collect();
        assert_eq!(json_file(&folder.path("out/category_by_country.json")), json!(expected), "{args:?}");
    }
    let folder = Folder::new();
    let categories = ["b", "b", "a", "a", "d", "c", "e", "e", "f"];
    let pin = |(ind, category)| format!("{{\"index\": {ind}, \"category\": \"{category}\"}}\n");
    let geo = |(ind, _)| format!("{{\"ind\": {ind}, \"country\": \"France\"}}\n");
    folder.write(&object("a.pin", 0), categories.iter().enumerate().map(pin).collect::<String>());
    folder.write(&object("a.geo", 0), categories.iter().enumerate().map(geo).collect::<String>());
    let three_best = [(1, "a", 2), (1, "b", 2), (1, "e", 2)];
    let all = [&three_best[..], &[(4, "c", 1), (4, "d", 1), (4, "f", 1)]].concat();
    check(&folder, &["--k", "1"], &three_best);
    check(&folder, &[], &three_best);
    check(&folder, &["--k", "4"], &all);
    check(&folder, &["--k", "1000"], &all);
    let config = folder.write("four.toml", "views.k = 4");
    check(&folder, &["--config", &config], &all);
    check(&folder, &["--config", &config, "--k", "3"], &three_best);
}
