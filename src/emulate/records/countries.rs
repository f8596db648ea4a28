//! Countries and territories, as free text: with accents, commas, brackets and apostrophes.

use crate::emulate::random::Random;

/// Countries with the sums of their weights up to and including each: few have most of the posts.
pub struct Countries {
    weight_sums: Vec<u64>,
    names: Vec<&'static str>,
}

impl Countries {
    /// Shuffles the countries by `random`; the n-th then weighs 1/n.
    pub fn shuffled(random: &mut Random) -> Countries {
        let mut names = NAMES.to_vec();
        for n in (1..names.len()).rev() {
            names.swap(n, random.index(n + 1));
        }
        let weights = (1..).map(|rank| 1_000_000_000 / rank);
        let weight_sums = names.iter().zip(weights).scan(0, |sum, (_, weight)| {
            *sum += weight;
            Some(*sum)
        });
        Countries { weight_sums: weight_sums.collect(), names }
    }

    /// One of the countries, by their weights.
    pub fn draw(&self, random: &mut Random) -> &'static str {
        let all = self.weight_sums.last().copied().unwrap_or(0);
        let drawn = random.below(all);
        self.names[self.weight_sums.partition_point(|&sum| sum <= drawn)]
    }
}

#[rustfmt::skip]
const NAMES: [&str; 214] = [
    "Afghanistan", "Albania", "Algeria", "Andorra", "Angola", "Anguilla", "Antarctica", "Antigua and Barbuda",
    "Argentina", "Armenia", "Aruba", "Australia", "Austria", "Azerbaijan", "Bahamas", "Bahrain", "Bangladesh",
    "Barbados", "Belarus", "Belgium", "Belize", "Benin", "Bermuda", "Bhutan", "Bolivia",
    "Bonaire, Sint Eustatius and Saba", "Bosnia and Herzegovina", "Botswana", "Brazil", "Brunei", "Bulgaria",
    "Burkina Faso", "Burundi", "Cabo Verde", "Cambodia", "Cameroon", "Canada", "Cayman Islands",
    "Central African Republic", "Chad", "Chile", "China", "Christmas Island", "Cocos (Keeling) Islands", "Colombia",
    "Comoros", "Congo", "Cook Islands", "Costa Rica", "Croatia", "Cuba", "Curaçao", "Cyprus", "Czechia",
    "Côte d'Ivoire", "Denmark", "Djibouti", "Dominica", "Dominican Republic", "Ecuador", "Egypt", "El Salvador",
    "Equatorial Guinea", "Eritrea", "Estonia", "Eswatini", "Ethiopia", "Falkland Islands (Malvinas)", "Faroe Islands",
    "Fiji", "Finland", "France", "French Polynesia", "Gabon", "Gambia", "Georgia", "Germany", "Ghana", "Gibraltar",
    "Greece", "Greenland", "Grenada", "Guam", "Guatemala", "Guernsey", "Guinea", "Guinea-Bissau", "Guyana", "Haiti",
    "Honduras", "Hong Kong", "Hungary", "Iceland", "India", "Indonesia", "Iran", "Iraq", "Ireland", "Isle of Man",
    "Israel", "Italy", "Jamaica", "Japan", "Jersey", "Jordan", "Kazakhstan", "Kenya", "Kiribati",
    "Korea, Republic of", "Kosovo", "Kuwait", "Kyrgyzstan", "Laos", "Latvia", "Lebanon", "Lesotho", "Liberia",
    "Libya", "Liechtenstein", "Lithuania", "Luxembourg", "Macao", "Madagascar", "Malawi", "Malaysia", "Maldives",
    "Mali", "Malta", "Marshall Islands", "Mauritania", "Mauritius", "Mexico", "Micronesia (Federated States of)",
    "Moldova", "Monaco", "Mongolia", "Montenegro", "Morocco", "Mozambique", "Myanmar", "Namibia", "Nauru", "Nepal",
    "Netherlands", "New Caledonia", "New Zealand", "Nicaragua", "Niger", "Nigeria", "Niue", "Norfolk Island",
    "North Macedonia", "Norway", "Oman", "Pakistan", "Palau", "Panama", "Papua New Guinea", "Paraguay", "Peru",
    "Philippines", "Poland", "Portugal", "Puerto Rico", "Qatar", "Romania", "Rwanda", "Réunion", "Saint Barthélemy",
    "Saint Lucia", "Samoa", "San Marino", "Saudi Arabia", "Senegal", "Serbia", "Seychelles", "Sierra Leone",
    "Singapore", "Slovakia", "Slovenia", "Solomon Islands", "Somalia", "South Africa", "South Sudan", "Spain",
    "Sri Lanka", "Sudan", "Suriname", "Svalbard & Jan Mayen", "Sweden", "Switzerland", "São Tomé and Príncipe",
    "Taiwan", "Tajikistan", "Tanzania", "Thailand", "Timor-Leste", "Tonga", "Tunisia", "Türkiye", "Uganda",
    "Ukraine", "United Arab Emirates", "United Kingdom", "United States", "Uruguay", "Uzbekistan", "Vanuatu",
    "Venezuela", "Viet Nam", "Yemen", "Zambia", "Zimbabwe", "Åland Islands",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn few_countries_have_most_of_the_posts_and_each_has_some() {
        let countries = Countries::shuffled(&mut Random::keyed(&[1]));
        let mut random = Random::keyed(&[2]);
        let mut posts: HashMap<&str, u64> = HashMap::new();
        for _ in 0..100_000 {
            *posts.entry(countries.draw(&mut random)).or_default() += 1;
        }
        let mut counts: Vec<u64> = posts.into_values().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(counts.len(), NAMES.len());
        assert!(counts[..10].iter().sum::<u64>() > 40_000, "{counts:?}");
        assert!(counts[0] > counts[1] * 3 / 2);
    }
}
