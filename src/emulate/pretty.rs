//! Pretty-prints JSON without reading it: names stay in their order, also those given twice, and values as they are spelled.

/// Spaces of a level.
const INDENT: usize = 2;

/// Appends `json`, which is a whole value, with a line for each field and item.
pub fn write_pretty(json: &[u8], out: &mut Vec<u8>) {
    let (mut depth, mut is_empty, mut in_text, mut is_escaped) = (0_usize, false, false, false);
    for &byte in json {
        if in_text {
            in_text = is_escaped || byte != b'"';
            is_escaped = byte == b'\\' && !is_escaped;
            out.push(byte);
            continue;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if !is_empty {
                    begin_line(depth, out);
                }
            }
            _ if is_empty => begin_line(depth, out),
            _ => {}
        }
        is_empty = matches!(byte, b'{' | b'[');
        depth += usize::from(is_empty);
        in_text = byte == b'"';
        out.push(byte);
        match byte {
            b',' => begin_line(depth, out),
            b':' => out.push(b' '),
            _ => {}
        }
    }
}

fn begin_line(depth: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    out.resize(out.len() + depth * INDENT, b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pretty(json: &str) -> String {
        let mut out = Vec::new();
        write_pretty(json.as_bytes(), &mut out);
        String::from_utf8(out).expect("texts")
    }

    #[test]
    fn fields_and_items_stand_on_lines_of_their_own() {
        let json = r#" {"a":[1, {"b":null} ,[]],"c": {},"d":"x"}"#;
        let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
        assert_eq!(pretty(json), serde_json::to_string_pretty(&value).expect("text"));
    }

    #[test]
    fn spellings_stay_as_they_are() {
        assert_eq!(
            pretty(r#"{"a":1e0,"a":"\" \\","b": 1.50}"#),
            "{\n  \"a\": 1e0,\n  \"a\": \"\\\" \\\\\",\n  \"b\": 1.50\n}"
        );
        assert_eq!(pretty("\t7 "), "7");
        assert_eq!(pretty("{ \r}"), "{}");
    }
}
