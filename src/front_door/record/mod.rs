//! What the front door has to know of a record: that it is JSON, its `ind`, and how it becomes a line.

mod array;
mod hash;
mod whole_number;
mod ind;
mod line;
mod text;

pub use array::{ArrayError, elements};
pub use hash::{hash_of_bytes, hash_of_ind};
pub use ind::ind_of;
pub use line::{ManyRecords, one_line, record_of};
pub use text::text_of;
pub use whole_number::whole_number;
