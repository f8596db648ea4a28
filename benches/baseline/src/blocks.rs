//! Cuts objects into blocks of whole lines.

use std::io::{self, ErrorKind, Read};

/// Fits a core's second-level cache, so that a block is still there when its lines are read.
const BLOCK_BYTES: usize = 256 * 1024;

/// Hands the lines of an object to `take`, some at a time; the last may lack its LF. A line that an error cuts off is not
/// among them. `buffer` lends its room, and grows with the longest line.
pub fn read(mut object: impl Read, buffer: &mut Vec<u8>, take: &mut impl FnMut(&[u8])) -> io::Result<()> {
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize((2 * filled).max(BLOCK_BYTES), 0);
        }
        let read = match object.read(&mut buffer[filled..]) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read == 0 {
            if filled > 0 {
                take(&buffer[..filled]);
            }
            return Ok(());
        }
        let last_end = memchr::memrchr(b'\n', &buffer[filled..filled + read]);
        let taken = last_end.map_or(0, |end| filled + end + 1);
        filled += read;
        if taken > 0 {
            take(&buffer[..taken]);
            buffer.copy_within(taken..filled, 0);
            filled -= taken;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time, then fails.
    struct Failing<'a>(&'a [u8]);

    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(ErrorKind::BrokenPipe.into()) } else { self.0.read(&mut buffer[..1]) }
        }
    }

    #[test]
    fn blocks_are_whole_lines() {
        let long = "x".repeat(3 * BLOCK_BYTES);
        for object in ["", "a", "a\n", "\n\nb", &format!("a\n{long}\nb"), &format!("{long}\n{long}")] {
            let (mut buffer, mut all) = (Vec::new(), Vec::new());
            let mut take = |block: &[u8]| {
                assert!(all.is_empty() || all.ends_with(b"\n"));
                all.extend(block);
            };
            read(object.as_bytes(), &mut buffer, &mut take).expect("memory can be read");
            assert!(all == object.as_bytes());
        }
    }

    #[test]
    fn whole_lines_before_an_error_count() {
        let mut all: Vec<u8> = Vec::new();
        let result = read(Failing(b"a\nb\nc"), &mut Vec::new(), &mut |block| all.extend(block));
        assert!(result.is_err());
        assert_eq!(all, b"a\nb\n");
    }
}
