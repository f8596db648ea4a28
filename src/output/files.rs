//! One file a view, each whole or not at all.

use crate::tables::{Cell, Table, Tables};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
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
    let failed = |error| OutputError { path: folder.to_owned(), error };
    fs::create_dir_all(folder).map_err(failed)?;
    tempfile::Builder::new().prefix(".pinflow-").tempfile_in(folder).map_err(failed)?;
    Ok(())
}

/// Writes or replaces the files of all views in a folder, which is created if need be.
pub fn write_views(tables: &Tables, folder: &Path, format: Format) -> Result<(), OutputError> {
    fs::create_dir_all(folder).map_err(|error| OutputError { path: folder.to_owned(), error })?;
    for table in tables.iter() {
        let path = folder.join(format!("{}.{}", table.view.name(), format.ending()));
        write_view(table, folder, &path, format).map_err(|error| OutputError { path, error })?;
    }
    Ok(())
}

/// Writes beside the file and puts it in its place when it is whole and on the disk.
fn write_view(table: &Table, folder: &Path, path: &Path, format: Format) -> io::Result<()> {
    let mut file =
        tempfile::Builder::new().prefix(".pinflow-").permissions(usual_permissions()).tempfile_in(folder)?;
    let mut writer = BufWriter::new(file.as_file_mut());
    match format {
        Format::Json => write_json(table, &mut writer)?,
        Format::Ndjson => write_ndjson(table, &mut writer)?,
        Format::Csv => write_csv(table, &mut writer)?,
    }
    writer.flush()?;
    drop(writer);
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// What a new file has before the umask; a temporary one would be its owner's alone.
fn usual_permissions() -> fs::Permissions {
    fs::Permissions::from_mode(0o666)
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
