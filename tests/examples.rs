//! The examples do what they say.

#[allow(dead_code, reason = "the example's main is called by nobody here")]
#[path = "../examples/replay.rs"]
mod replay;

#[test]
fn favourites_are_those_of_the_view() {
    let archive = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/spellings");
    let favourites = replay::favourites(archive).expect("an archive");
    let views = std::fs::read_to_string(format!("{archive}/views.json")).expect("read the views");
    let views: serde_json::Value = serde_json::from_str(&views).expect("JSON");
    let rows = views["category_by_country"].as_array().expect("rows");
    let first = rows.iter().filter(|row| row["rank"] == 1);
    let line = |row: &serde_json::Value| {
        let text = |column: &str| row[column].to_string().replace('"', "");
        format!("{}: {} ({} posts)", text("country"), text("category"), text("posts"))
    };
    assert_eq!(favourites, first.map(line).collect::<Vec<_>>());
    assert!(!favourites.is_empty());

    let error = replay::favourites("no/such/folder").expect_err("there is none").to_string();
    assert!(error.contains("no/such/folder"), "{error}");
}
