//! What is told on standard error stays on its line.

/// Names of files and topics may hold line ends, and what a terminal takes for commands.
pub fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}
