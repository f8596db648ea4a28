//! JSON values, appended to a buffer.

/// Appends a number's decimal digits.
pub fn write_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

/// Appends the last `N` decimal digits of a number, with leading zeros.
pub fn write_digits<const N: usize>(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits);
}

/// Appends a text that needs no escapes, or has them already, in quotes.
pub fn write_quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Appends the last `N` hexadecimal digits of a number.
pub fn write_hex<const N: usize>(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; N];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(number & 0xf) as usize];
        number >>= 4;
    }
    out.extend_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_padded_and_cut() {
        let mut out = Vec::new();
        write_number(&mut out, 0);
        write_number(&mut out, u64::MAX);
        out.push(b' ');
        write_digits::<4>(&mut out, 7);
        write_digits::<2>(&mut out, 123);
        out.push(b' ');
        write_hex::<4>(&mut out, 0xa);
        write_hex::<2>(&mut out, 0xf0e);
        assert_eq!(out, b"018446744073709551615 000723 000a0e");
    }
}
