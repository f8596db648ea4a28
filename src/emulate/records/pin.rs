//! The fields of a pin, with the texts that a scraper leaves where it found nothing.

use super::json::{write_hex, write_number, write_quoted};
use super::posters::Posters;
use super::record::Record;
use super::texts::{write_description, write_tags, write_title};
use super::words::{CATEGORIES, MEDIA};
use crate::emulate::random::Random;

/// How many of a hundred pins have nothing in a field, for each field.
const NOTHING_FOUND_PERCENT: u64 = 10;

/// Adds a pin's fields.
pub fn add_fields(record: &mut Record, posters: Posters, random: &mut Random) {
    let id: [u64; 2] = [random.bits(), random.bits()];
    let (category, found) = (random.weighted(&CATEGORIES), Found::draw(random));
    record.add("unique_id", |out| write_uuid(id, out));
    record.add("title", |out| {
        if random.percent(NOTHING_FOUND_PERCENT) {
            write_quoted(out, "No Title Data Available");
        } else {
            write_title(random, out);
        }
    });
    record.add("description", |out| {
        if random.percent(NOTHING_FOUND_PERCENT) {
            let forms = ["No description available", "No description available Story format"];
            write_quoted(out, random.one_of(&forms));
        } else {
            write_description(random, out);
        }
    });
    let poster = posters.draw(random);
    record.add("poster_name", |out| match found.name {
        true => posters.write_name(poster, out),
        false => write_quoted(out, "User Info Error"),
    });
    record.add("follower_count", |out| match found.follower_count {
        true => posters.write_follower_count(poster, random, out),
        false => write_quoted(out, "User Info Error"),
    });
    record.add("tag_list", |out| {
        if random.percent(NOTHING_FOUND_PERCENT) {
            write_quoted(out, "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e");
        } else {
            write_tags(random, out);
        }
    });
    record.add("is_image_or_video", |out| write_quoted(out, random.weighted(&MEDIA)));
    record.add("image_src", |out| {
        if random.percent(NOTHING_FOUND_PERCENT) {
            write_quoted(out, "Image src error.");
        } else {
            write_image_address([random.bits(), random.bits()], out);
        }
    });
    record.add("downloaded", |out| write_number(out, u64::from(random.percent(90))));
    record.add("save_location", |out| {
        out.extend_from_slice(b"\"Local save in /data/");
        out.extend_from_slice(category.as_bytes());
        out.push(b'"');
    });
    let category = if random.percent(1) { "" } else { category };
    record.add("category", |out| write_quoted(out, category));
}

/// What a scraper found of a poster. A page without the one mostly lacks the other too.
struct Found {
    name: bool,
    follower_count: bool,
}

impl Found {
    fn draw(random: &mut Random) -> Found {
        match random.below(100) {
            0..8 => Found { name: false, follower_count: false },
            8..10 => Found { name: false, follower_count: true },
            10..12 => Found { name: true, follower_count: false },
            _ => Found { name: true, follower_count: true },
        }
    }
}

/// Appends a random UUID (version 4, RFC 9562) in quotes.
fn write_uuid([high, low]: [u64; 2], out: &mut Vec<u8>) {
    let high = high & !0xf000 | 0x4000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    out.push(b'"');
    write_hex::<8>(out, high >> 32);
    out.push(b'-');
    write_hex::<4>(out, high >> 16);
    out.push(b'-');
    write_hex::<4>(out, high);
    out.push(b'-');
    write_hex::<4>(out, low >> 48);
    out.push(b'-');
    write_hex::<12>(out, low);
    out.push(b'"');
}

/// Appends an image's address in quotes; the folders are the first digits of its name.
fn write_image_address([high, low]: [u64; 2], out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"https://i.pinimg.com/originals/");
    for shift in [56, 48, 40] {
        write_hex::<2>(out, high >> shift);
        out.push(b'/');
    }
    write_hex::<16>(out, high);
    write_hex::<16>(out, low);
    out.extend_from_slice(b".jpg\"");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_addresses_have_their_forms() {
        let mut out = Vec::new();
        write_uuid([u64::MAX, u64::MAX], &mut out);
        write_uuid([0, 1], &mut out);
        write_image_address([0x0123_4567_89ab_cdef, 0xfe], &mut out);
        assert_eq!(
            String::from_utf8(out).expect("digits"),
            "\"ffffffff-ffff-4fff-bfff-ffffffffffff\"\"00000000-0000-4000-8000-000000000001\"\
             \"https://i.pinimg.com/originals/01/23/45/0123456789abcdef00000000000000fe.jpg\""
        );
    }
}
