//! Lists that texts, names and categories are drawn from, as they stand inside a JSON text.

/// Categories, each with its weight: the first is six times as frequent as the last.
pub const CATEGORIES: [(&str, u64); 13] = [
    ("home-decor", 18),
    ("recipes", 15),
    ("travel", 13),
    ("mens-fashion", 11),
    ("womens-fashion", 9),
    ("gardening", 8),
    ("tattoos", 7),
    ("art", 6),
    ("weddings", 5),
    ("vehicles", 4),
    ("photography", 4),
    ("education", 3),
    ("board-games", 3),
];

/// Media, each with its weight.
pub const MEDIA: [(&str, u64); 3] = [("image", 80), ("video", 10), ("multi-video(story page format)", 10)];

/// Words of titles, descriptions, tags and posters' names.
#[rustfmt::skip]
pub const WORDS: [&str; 96] = [
    "a", "afternoon", "and", "apple", "attic", "balcony", "basket", "before", "berry", "bicycle", "blue",
    "bold", "bread", "bright", "brush", "build", "butter", "calm", "canvas", "ceramic", "cheerful", "clay",
    "cloud", "coat", "copper", "corner", "cotton", "crisp", "daily", "desk", "door", "dusk", "every",
    "fern", "field", "fire", "five-minute", "folk", "forest", "fresh", "gentle", "grow", "harbour", "herb",
    "hidden", "honey", "in", "island", "ivy", "kettle", "lamp", "lantern", "leaf", "lemon", "linen", "long",
    "loom", "maker", "meadow", "mint", "morning", "mountain", "near", "north", "notebook", "oak", "of",
    "old", "orchard", "over", "oven", "pebble", "picnic", "plain", "pocket", "porch", "quiet", "quilt",
    "rain", "river", "road", "sail", "sketch", "slow", "soap", "stone", "sunday", "tea", "thread", "tiny",
    "under", "velvet", "walnut", "window", "with", "woven",
];

/// What some texts end with: beyond ASCII, beyond the basic plane, joined of several code points, escaped.
#[rustfmt::skip]
pub const UNUSUAL_WORDS: [&str; 20] = [
    "crème", "brûlée", "Gemütlichkeit", "año", "ação", "šátek", "żółty", "вечер", "чай", "θάλασσα", "お茶",
    "京都", "한옥", "🌿", "🧵", "👩‍🍳", "„leise“", "…", "\\\"home\\\"", "half\\\\half",
];

/// First names.
#[rustfmt::skip]
pub const FIRST_NAMES: [&str; 56] = [
    "Ada", "Agnes", "Amir", "Anton", "Asha", "Beatriz", "Bella", "Björn", "Bruno", "Carmen", "Chloé",
    "Clara", "Dario", "Delia", "Edith", "Elif", "Emil", "Esther", "Farah", "Felix", "Fiona", "Gustav",
    "Hana", "Harriet", "Hugo", "Ines", "Iris", "Ivan", "Jonas", "Judith", "Kenji", "Lars", "Leila", "Linus",
    "Lucía", "Mabel", "Marta", "Milo", "Mina", "Nadia", "Niko", "Nora", "Omar", "Oskar", "Paula", "Pia",
    "Priya", "Rafael", "Rosa", "Ruben", "Sami", "Selma", "Thomas", "Vera", "Yusuf", "Zofia",
];

/// Last names.
#[rustfmt::skip]
pub const LAST_NAMES: [&str; 64] = [
    "Abbott", "Almeida", "Andersson", "Bakker", "Banerjee", "Barlow", "Becker", "Bianchi", "Blake",
    "Brandt", "Castell", "Cohen", "Costa", "Dahl", "Demir", "Dubois", "Eriksen", "Fabre", "Fischer",
    "Fontaine", "Gallagher", "Grove", "Gupta", "Haddad", "Hale", "Horvat", "Ibrahim", "Ito", "Ivanova",
    "Jansen", "Jovanović", "Kaya", "Keller", "Kowalski", "Larsen", "Lindqvist", "Lund", "Marsh", "Mendes",
    "Moreau", "Müller", "Nakamura", "Novak", "O'Dell", "Okafor", "Olsson", "Park", "Petrov", "Quinn",
    "Rahman", "Ricci", "Rossi", "Sato", "Sharma", "Stein", "Tanaka", "Tremblay", "Turner", "Vargas",
    "Virtanen", "Weber", "Winter", "Yılmaz", "Zhou",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_can_stand_inside_a_json_text() {
        let names = CATEGORIES.iter().chain(&MEDIA).map(|(name, _)| name);
        let lists = WORDS.iter().chain(&UNUSUAL_WORDS).chain(&FIRST_NAMES).chain(&LAST_NAMES);
        for word in names.chain(lists) {
            let text: String = serde_json::from_str(&format!("\"{word}\"")).expect(word);
            assert_eq!(text.trim(), text);
        }
    }
}
