//! A catalogue of invented posts: a post's number in, its raw pin, geo and user records out.
//!
//! It knows nothing of archives, topics or the order in which records are sent. Any record can be made at any time and
//! in any order, and is always the same.

pub mod json;
pub mod record;
mod words;
mod texts;
mod stamps;
mod posters;
mod countries;
mod pin;
mod geo;
mod user;

use super::random::{Chance, Random};
use countries::Countries;
use pinflow_dataflows::kind::Kind;
use posters::Posters;
use record::Record;

/// What decides the content of a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueOptions {
    /// Another seed makes other posts.
    pub seed: u64,
    /// Number of posts.
    pub posts: u64,
    /// Chance that a post has no geo record.
    pub missing_geo: Chance,
    /// Chance that a post has no user record.
    pub missing_user: Chance,
}

/// Invented posts, numbered from 0.
pub struct Catalogue {
    options: CatalogueOptions,
    ind_step: u64,
    posters: Posters,
    countries: Countries,
}

/// One version of a post: 0 is what was first said about it, a higher one a correction with other values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// The post's number in the catalogue.
    pub number: u64,
    /// Which of its versions.
    pub version: u64,
}

/// Keep the generators of one seed apart.
const COUNTRIES_KEY: u64 = 1;
const MISSING_KEY: u64 = 2;
const RECORD_KEY: u64 = 3;

impl Catalogue {
    /// The catalogue with these options.
    pub fn new(options: CatalogueOptions) -> Catalogue {
        Catalogue {
            options,
            ind_step: ind_step(options.posts),
            posters: Posters::new(options.seed, options.posts),
            countries: Countries::shuffled(&mut Random::keyed(&[options.seed, COUNTRIES_KEY])),
        }
    }

    /// Number of posts.
    pub fn posts(&self) -> u64 {
        self.options.posts
    }

    /// The `ind` of a post. Those of all posts are 0 to their number less one, in scattered order.
    pub fn ind(&self, number: u64) -> u64 {
        (u128::from(number) * u128::from(self.ind_step) % u128::from(self.options.posts.max(1))) as u64
    }

    /// Whether a post has a record of that kind. Each has a pin.
    pub fn has(&self, kind: Kind, number: u64) -> bool {
        let missing = match kind {
            Kind::Pin => return true,
            Kind::Geo => self.options.missing_geo,
            Kind::User => self.options.missing_user,
        };
        !Random::keyed(&[self.options.seed, MISSING_KEY, kind as u64, number]).happens(missing)
    }

    /// Makes `record` the post's record of that kind.
    pub fn fill(&self, kind: Kind, post: Post, record: &mut Record) {
        let key = [self.options.seed, RECORD_KEY, kind as u64, post.number, post.version];
        let random = &mut Random::keyed(&key);
        record.start(kind, self.ind(post.number));
        match kind {
            Kind::Pin => pin::add_fields(record, self.posters, random),
            Kind::Geo => geo::add_fields(record, &self.countries, random),
            Kind::User => user::add_fields(record, random),
        }
    }
}

/// A number without a common divisor with `posts`, near the golden section of it, so that its multiples modulo `posts`
/// visit every `ind` once and far from the one before.
fn ind_step(posts: u64) -> u64 {
    let section = u128::from(posts) * 618_033_989 / 1_000_000_000;
    let mut step = (section as u64).max(1);
    while common_divisor(step, posts) > 1 {
        step += 1;
    }
    step
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::Spelling;

    fn catalogue(seed: u64, posts: u64) -> Catalogue {
        let chance = Chance::from_rate(0.05).expect("a rate");
        Catalogue::new(CatalogueOptions { seed, posts, missing_geo: chance, missing_user: chance })
    }

    fn line(catalogue: &Catalogue, kind: Kind, post: Post) -> String {
        let (mut record, mut out) = (Record::default(), Vec::new());
        catalogue.fill(kind, post, &mut record);
        record.write_to(&mut out, Spelling::PLAIN);
        String::from_utf8(out).expect("texts")
    }

    #[test]
    fn every_ind_has_one_post() {
        for posts in [1, 2, 3, 4, 6, 10, 97, 100, 1_024, 10_000] {
            let catalogue = catalogue(1, posts);
            let mut inds: Vec<u64> = (0..posts).map(|number| catalogue.ind(number)).collect();
            inds.sort_unstable();
            assert!(inds.into_iter().eq(0..posts), "{posts} posts");
        }
    }

    #[test]
    fn records_depend_on_seed_kind_post_and_version_only() {
        let (first, again, other) = (catalogue(1, 100), catalogue(1, 100), catalogue(2, 100));
        let post = Post { number: 5, version: 0 };
        for kind in Kind::ALL {
            let text = line(&first, kind, post);
            assert_eq!(line(&again, kind, post), text);
            assert_ne!(line(&other, kind, post), text);
            assert_ne!(line(&first, kind, Post { version: 1, ..post }), text);
        }
    }

    #[test]
    fn records_have_the_fields_of_their_kind_in_the_order_of_the_contract() {
        let catalogue = catalogue(1, 100);
        let names = |kind| {
            let mut text = line(&catalogue, kind, Post { number: 3, version: 0 });
            text = text.replace("{\"", "\0").replace(", \"", "\0");
            let names: Vec<String> =
                text.split('\0').skip(1).filter_map(|f| f.split_once("\": ")).map(|f| f.0.into()).collect();
            names.join(" ")
        };
        assert_eq!(
            names(Kind::Pin),
            "index unique_id title description poster_name follower_count tag_list is_image_or_video image_src \
             downloaded save_location category"
        );
        assert_eq!(names(Kind::Geo), "ind latitude longitude country timestamp");
        assert_eq!(names(Kind::User), "ind first_name last_name age date_joined");
    }

    #[test]
    fn one_field_in_ten_has_nothing_and_one_partner_in_twenty_is_missing() {
        let catalogue = catalogue(1, 10_000);
        let pins: Vec<String> =
            (0..10_000).map(|number| line(&catalogue, Kind::Pin, Post { number, version: 0 })).collect();
        for sentinel in [
            r#""title": "No Title Data Available""#,
            r#""description": "No description available"#,
            r#""poster_name": "User Info Error""#,
            r#""follower_count": "User Info Error""#,
            r#""tag_list": "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e""#,
            r#""image_src": "Image src error.""#,
        ] {
            let found = pins.iter().filter(|pin| pin.contains(sentinel)).count();
            assert!((900..1_100).contains(&found), "{sentinel}: {found}");
        }
        let bytes = pins.iter().map(String::len).sum::<usize>() / pins.len();
        assert!((500..600).contains(&bytes), "a pin has {bytes} bytes");
        for (kind, range) in [(Kind::Pin, 0..1), (Kind::Geo, 430..570), (Kind::User, 430..570)] {
            let missing = (0..10_000).filter(|&number| !catalogue.has(kind, number)).count();
            assert!(range.contains(&missing), "{kind:?}: {missing}");
        }
    }
}
