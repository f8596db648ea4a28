//! The head of each view as a table to read.

use crate::tables::{Cell, Table, Tables};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Rows of a view that are shown.
const HEAD_ROWS: usize = 6;
/// Columns of the terminal that a cell takes at the most.
const CELL_WIDTH: usize = 40;

/// Prints the first rows of every view.
pub fn print_heads(tables: &Tables, out: &mut impl Write) -> io::Result<()> {
    tables.iter().try_for_each(|table| print_head(table, out))
}

fn print_head(table: &Table, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} ({} rows)", table.view.name(), table.rows.len())?;
    let names = table.view.columns().iter().map(|name| (*name).to_owned()).collect();
    let mut lines: Vec<Vec<String>> = vec![names];
    lines.extend(table.rows.iter().take(HEAD_ROWS).map(|row| row.iter().map(shown).collect()));
    let width = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table.view.columns().len()).map(width).collect();
    let is_number = |column: usize| table.rows.iter().all(|row| matches!(row[column], Cell::Number(_)));
    for line in &lines {
        write!(out, " ")?;
        for (column, text) in line.iter().enumerate() {
            let padding = " ".repeat(widths[column] - text.width());
            match is_number(column) {
                true => write!(out, " {padding}{text}")?,
                false => write!(out, " {text}{padding}")?,
            }
        }
        writeln!(out)?;
    }
    if table.rows.len() > HEAD_ROWS {
        writeln!(out, "  …")?;
    }
    writeln!(out)
}

/// A cell on one line and not too wide.
fn shown(cell: &Cell) -> String {
    let text = match cell {
        Cell::Null => return "null".to_owned(),
        cell => cell.to_string(),
    };
    let text: String = text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if text.width() <= CELL_WIDTH {
        return text;
    }
    let mut short = String::new();
    for c in text.chars() {
        if short.width() + 2 >= CELL_WIDTH {
            break;
        }
        short.push(c);
    }
    short + "…"
}
