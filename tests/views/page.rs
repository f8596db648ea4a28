//! The page comes whole from pinflow, and a text in a view stays a text.

use crate::sample::Sample;
use crate::served::Served;

fn check(served: &Served, path: &str, media_type: &str) -> String {
    let answer = served.get(path);
    assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{path}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    answer.body
}

#[test]
fn all_that_the_page_needs_is_served() {
    let served = Served::new(Sample::empty());
    let html = check(&served, "/", "text/html; charset=utf-8");
    let style = check(&served, "/page.css", "text/css; charset=utf-8");
    let script = check(&served, "/page.js", "text/javascript; charset=utf-8");
    check(&served, "/page.svg", "image/svg+xml");
    for name in ["href=\"/page.css\"", "src=\"/page.js\"", "href=\"/page.svg\""] {
        assert!(html.contains(name), "{name}");
    }
    for (name, text) in [("html", &html), ("css", &style), ("js", &script)] {
        assert!(!text.contains("://"), "the page's {name} refers to another server");
    }
    // The policy would stop inline code; the script must not make elements from texts either.
    assert!(!html.contains("style=") && !html.contains(" on"), "no code in the page itself");
    for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
        assert!(!script.contains(way), "{way}");
    }
}

#[test]
fn the_page_asks_for_views_that_there_are() {
    let served = Served::new(Sample::new());
    let script = served.get("/page.js").body;
    let mut asked = 0;
    for call in script.split("rows(\"").skip(1) {
        let view = call.split('"').next().expect("a text has an end");
        assert_eq!(served.get(&format!("/v1/views/{view}")).status, 200, "{view}");
        asked += 1;
    }
    assert_eq!(asked, 9);
}
