//! One file a view, each whole or not at all.

use crate::scratch::Scratch;
use crate::tables::{Cell, Table, Tables};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How a view is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// An array of row objects, in `<view>.json`.
    Json,
    /// A row object a line, in `<view>.ndjson`.
    Ndjson,
    /// A line of column names and a line a row, quoted as RFC 4180 says, in `<view>.csv`; null is empty.
    Csv,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Csv => "csv",
        }
    }
}

/// Why a view could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {error}; give --out a folder that can be written")]
pub struct OutputError {
    path: PathBuf,
    error: io::Error,
}

/// Makes sure, before any work is done, that files can be made in the folder; creates it if need be.
pub fn prepare(folder: &Path) -> Result<(), OutputError> {
    let made = Scratch::in_folder(folder);
    made.map(drop).map_err(|error| OutputError { path: folder.to_owned(), error })
}

/// Writes or replaces the files of all views in a folder, which is created if need be.
pub fn write_views(tables: &Tables, folder: &Path, format: Format) -> Result<(), OutputError> {
    let scratch =
        Scratch::in_folder(folder).map_err(|error| OutputError { path: folder.to_owned(), error })?;
    for table in tables.iter() {
        let name = format!("{}.{}", table.view.name(), format.ending());
        let (whole, path) = (scratch.path().join(&name), folder.join(&name));
        let written = write_view(table, &whole, format).and_then(|()| fs::rename(&whole, &path));
        written.map_err(|error| OutputError { path, error })?;
    }
    Ok(())
}

/// Writes a view's file, all the way to the disk.
fn write_view(table: &Table, path: &Path, format: Format) -> io::Result<()> {
    let mut writer = BufWriter::new(File::create(path)?);
    match format {
        Format::Json => write_json(table, &mut writer)?,
        Format::Ndjson => write_ndjson(table, &mut writer)?,
        Format::Csv => write_csv(table, &mut writer)?,
    }
    writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

fn write_json(table: &Table, writer: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *writer, &Rows(table))?;
    writer.write_all(b"\n")
}

fn write_ndjson(table: &Table, writer: &mut impl Write) -> io::Result<()> {
    for row in &table.rows {
        serde_json::to_writer(&mut *writer, &Row(table, row))?;
        writer.write_all(b"\n")?;
    }
    Ok(())
}

fn write_csv(table: &Table, writer: &mut impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(writer);
    csv.write_record(table.view.columns())?;
    for row in &table.rows {
        csv.write_record(row.iter().map(Cell::to_string))?;
    }
    csv.flush()
}

/// A view as an array of row objects.
struct Rows<'a>(&'a Table);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            rows.serialize_element(&Row(self.0, row))?;
        }
        rows.end()
    }
}

/// A row as an object, its columns in order.
struct Row<'a>(&'a Table, &'a [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_map(Some(self.1.len()))?;
        for (column, cell) in self.0.view.columns().iter().zip(self.1) {
            row.serialize_entry(column, cell)?;
        }
        row.end()
    }
}
