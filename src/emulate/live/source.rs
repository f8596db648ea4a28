//! Where messages come from.

use super::file_rows::FileRows;
use super::invented::InventedRows;
use super::message::Message;

/// A source that never ends.
pub enum Source {
    /// Invented posts.
    Invented(Box<InventedRows>),
    /// Posts of a file.
    File(FileRows),
}

impl Source {
    /// Appends the messages of the next post.
    pub fn draw(&mut self, messages: &mut Vec<Message>) {
        match self {
            Source::Invented(rows) => rows.draw(messages),
            Source::File(rows) => rows.draw(messages),
        }
    }

    /// Appends what posts that were drawn leave for later, since no more are.
    pub fn finish(&mut self, messages: &mut Vec<Message>) {
        match self {
            Source::Invented(rows) => rows.finish(messages),
            Source::File(_) => {}
        }
    }
}
