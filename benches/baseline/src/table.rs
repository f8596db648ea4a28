//! A view as it is shown, and the files of all views.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// The rows of a view.
#[derive(Debug)]
pub struct Table<'a> {
    /// The view's name.
    pub name: &'static str,
    /// The names of its columns.
    pub columns: &'static [&'static str],
    /// Its rows, in order.
    pub rows: Vec<Vec<Cell<'a>>>,
}

/// The value of a column. Null is before all others, and texts compare by bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // As in JSON.
pub enum Cell<'a> {
    Null,
    Number(u64),
    Text(&'a str),
}

impl<'a> Table<'a> {
    /// A view of rows in any order.
    pub fn new(
        name: &'static str,
        columns: &'static [&'static str],
        mut rows: Vec<Vec<Cell<'a>>>,
    ) -> Table<'a> {
        // In every view the columns stand as they sort: the group's, the rank, then texts.
        rows.sort_unstable();
        Table { name, columns, rows }
    }

    /// Writes an array of row objects.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(b"[")?;
        for (number, row) in self.rows.iter().enumerate() {
            for (place, (column, cell)) in self.columns.iter().zip(row).enumerate() {
                let before = match (number, place) {
                    (0, 0) => "{",
                    (_, 0) => "},{",
                    _ => ",",
                };
                write!(out, "{before}\"{column}\":")?;
                match cell {
                    Cell::Null => out.write_all(b"null")?,
                    Cell::Number(number) => write!(out, "{number}")?,
                    Cell::Text(text) => serde_json::to_writer(&mut *out, text)?,
                }
            }
        }
        out.write_all(if self.rows.is_empty() { b"]\n" } else { b"}]\n" })
    }
}

/// Writes `<view>.json` for every view, as `pinflow replay --out` does.
pub fn write_tables(tables: &[Table<'_>], folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for table in tables {
        let mut file = BufWriter::new(File::create(folder.join(format!("{}.json", table.name)))?);
        table.write_to(&mut file)?;
        file.flush()?;
    }
    Ok(())
}
