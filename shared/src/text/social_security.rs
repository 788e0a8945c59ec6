//! Social-security numbers (NIR), however they are written.

use unicode_normalization::UnicodeNormalization;

use super::invisible::is_joiner;

/// Whether `text` has what can only be a social-security number (NIR, `domain.md` §5): sex, year, month, département
/// (Corsica's 2A and 2B included), commune, order, and a key that fits when 15 characters are there. Groups may be
/// separated by spaces of any kind, dots, dashes or a slash.
///
/// * 15 digits with a right key are found alone, or among other numbers when written in the usual groups.
/// * 13 digits without a key are found only when they stand alone, start with 1 or 2 and have the right shape: EAN-13
///   codes can collide, which is why the answer is a refusal in clear words and never a silent drop.
///
/// It does not look for numbers spelled out in letters.
pub fn has_social_security_number(text: &str) -> bool {
    let folded: String = text.nfkc().filter(|character| !is_joiner(*character)).collect();
    let mut chain: Vec<Group> = Vec::new();
    for group in groups(&folded) {
        if group.continues_chain {
            chain.push(group);
        } else {
            if chain_has_number(&chain) {
                return true;
            }
            chain = vec![group];
        }
    }
    chain_has_number(&chain)
}

/// A word of digits, perhaps with the letter of a Corsican département.
struct Group {
    /// Upper case.
    text: String,
    /// Only separators, three at most, stand between the word before and this one.
    continues_chain: bool,
    /// A letter touches it.
    touches_letter: bool,
    /// The word before looks like the head of an IBAN (`FR76`).
    after_iban_head: bool,
}

/// The words of digits of `text`, in order.
fn groups(text: &str) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    let mut gap: Option<usize> = None;
    let mut iban_head = false;
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !first.is_alphanumeric() {
            gap = gap.filter(|_| is_separator(first)).map(|length| length + 1);
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = rest.next_if(|(_, next)| next.is_alphanumeric()) {
            end = at + next.len_utf8();
        }
        let word = &text[start..end];
        if is_number(word) {
            let continues_chain = gap.is_some_and(|length| length <= 3);
            found.push(Group {
                text: word.to_ascii_uppercase(),
                continues_chain,
                touches_letter: false,
                after_iban_head: iban_head,
            });
            gap = Some(0);
        } else {
            // `NIR185…`: the digits of a word with letters stand on their own.
            for digits in word
                .split(|character: char| !character.is_ascii_digit())
                .filter(|digits| digits.len() == 15)
            {
                found.push(Group {
                    text: digits.to_owned(),
                    continues_chain: false,
                    touches_letter: true,
                    after_iban_head: false,
                });
            }
            gap = None;
        }
        iban_head = is_iban_head(word);
    }
    found
}

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '.' | '-' | '_' | '/' | '\u{00b7}' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        )
}

/// Digits only, or digits with one `2A` or `2B`.
fn is_number(word: &str) -> bool {
    match word.find(|character: char| !character.is_ascii_digit()) {
        None => true,
        Some(at) => {
            let (before, from) = word.split_at(at);
            before.ends_with('2')
                && from.starts_with(['A', 'B', 'a', 'b'])
                && from[1..].bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}

fn is_iban_head(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() == 4 && bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes[2..].iter().all(u8::is_ascii_digit)
}

/// Where the parts of a number end: sex, year, month, département, commune, order, key.
const PART_ENDS: [usize; 7] = [1, 3, 5, 7, 10, 13, 15];

/// Whether words of digits, written one after the other, hold a number.
fn chain_has_number(chain: &[Group]) -> bool {
    let whole: String = chain.iter().map(|group| group.text.as_str()).collect();
    let touches_letter = chain.iter().any(|group| group.touches_letter);
    let after_iban_head = chain.first().is_some_and(|group| group.after_iban_head);
    // Alone, however it is cut.
    if whole.len() == 15 && !after_iban_head && is_number_with_key(&whole) {
        return true;
    }
    // Alone, without its key, in the usual groups.
    if whole.len() == 13
        && !touches_letter
        && is_in_usual_groups(chain)
        && whole.starts_with(['1', '2'])
        && has_shape(&whole)
    {
        return true;
    }
    // Among other numbers, with its key, in the usual groups.
    (0..chain.len()).any(|start| {
        let mut number = String::new();
        for group in &chain[start..] {
            number.push_str(&group.text);
            if number.len() == 15 && is_number_with_key(&number) {
                return true;
            }
            if !PART_ENDS.contains(&number.len()) {
                return false;
            }
        }
        false
    })
}

fn is_in_usual_groups(chain: &[Group]) -> bool {
    let mut length = 0;
    chain.iter().all(|group| {
        length += group.text.len();
        PART_ENDS.contains(&length)
    })
}

/// 15 characters of the right shape, whose key is 97 − (number mod 97), 2A counting as 19 and 2B as 18.
fn is_number_with_key(number: &str) -> bool {
    let (body, key) = number.split_at(13);
    let digits = match &body[5..7] {
        "2A" => format!("{}19{}", &body[..5], &body[7..]),
        "2B" => format!("{}18{}", &body[..5], &body[7..]),
        _ => body.to_owned(),
    };
    has_shape(body)
        && digits
            .parse::<u64>()
            .is_ok_and(|digits| key.parse::<u64>().is_ok_and(|key| key == 97 - digits % 97))
}

/// The shape of the 13 first characters.
fn has_shape(body: &str) -> bool {
    let number = |part: &str| part.parse::<u16>().ok();
    body.starts_with(['1', '2', '3', '4', '7', '8'])
        && number(&body[1..3]).is_some()
        && number(&body[3..5]).is_some_and(|month| matches!(month, 1..=12 | 20..=99))
        && (matches!(&body[5..7], "2A" | "2B") || number(&body[5..7]).is_some_and(|department| department >= 1))
        && number(&body[7..10]).is_some_and(|commune| commune >= 1)
        && number(&body[10..13]).is_some_and(|order| order >= 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{Text, TextError};

    fn with_key(body: &str) -> String {
        let digits = body.replace("2A", "19").replace("2B", "18");
        format!("{body}{:02}", 97 - digits.parse::<u64>().unwrap() % 97)
    }

    fn grouped(number: &str, separator: &str) -> String {
        let mut start = 0;
        let mut parts = Vec::new();
        for end in PART_ENDS.into_iter().filter(|end| *end <= number.len()) {
            parts.push(&number[start..end]);
            start = end;
        }
        parts.join(separator)
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        let known = "255081416802538";
        assert_eq!(with_key(&known[..13]), known);
        for text in [
            known.to_owned(),
            known[..13].to_owned(),
            grouped(known, " "),
            grouped(known, "\u{a0}"),
            grouped(known, "\u{202f}"),
            grouped(known, "."),
            grouped(known, "-"),
            grouped(&known[..13], " "),
            format!("{} / {}", &known[..13], &known[13..]),
            format!("NIR{known}"),
            format!("n° {}, tél. 06 12 34 56 78", grouped(known, " ")),
            format!("06 12 34 56 78 {}", grouped(known, " ")),
            "2550 8141 6802 538".to_owned(),
            "２５５０８１４１６８０２５３８".to_owned(),
            with_key("185022A004123"),
            grouped(&with_key("185022B004123"), " ").to_lowercase(),
        ] {
            assert!(has_social_security_number(&text), "{text}");
        }
        assert!(
            has_social_security_number(&with_key("7850225004123")),
            "provisional numbers have a key too"
        );
        assert!(
            !has_social_security_number("7850225004123"),
            "a provisional number is only sure with its key"
        );
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "35600000009075",
            "990 000 010 00012",
            "W691999901",
            "06 12 34 56 78",
            "+33 6 12 34 56 78 / 07 98 76 54 32",
            "01/02/2025 - 28/02/2025",
            "2025-01-02 14:30, 2025-01-03 16:45",
            "FR76 3000 6000 0112 3456 7890 189",
            "FR7630006000011234567890189",
            "SI56 2633 0001 2039 086",
            "130 h + 75 h + 2 h 30 = 207 h 30",
            "2 30 1 45 3 15",
            "255081416802539",
        ] {
            assert!(!has_social_security_number(text), "{text}");
        }
    }

    prop_compose! {
        fn body()(sex in 1..=2u8, year in 0..=99u8, month in 1..=12u8, department in prop_oneof![
            (1..=95u8).prop_map(|number| format!("{number:02}")), Just("2A".to_owned()), Just("2B".to_owned()), Just("99".to_owned())
        ], commune in 1..=999u16, order in 1..=999u16) -> String {
            format!("{sex}{year:02}{month:02}{department}{commune:03}{order:03}")
        }
    }

    proptest! {
        #[test]
        fn every_number_is_found_in_any_sentence(
            body in body(), separator in "[ .\u{a0}\u{202f}-]", before in "[a-zé,:;] ", after in "[ ,;:!]"
        ) {
            let number = with_key(&body);
            for written in [&number, &body, &grouped(&number, &separator), &grouped(&body, &separator)] {
                let text = format!("{before}{written}{after}");
                prop_assert!(has_social_security_number(&text), "{text}");
                prop_assert_eq!(text.parse::<Text<60>>(), Err(TextError::SocialSecurityNumber));
            }
        }

        #[test]
        fn a_wrong_key_is_no_number(body in body(), shift in 1..=96u64) {
            let right = with_key(&body)[13..].parse::<u64>().unwrap();
            let wrong = (right - 1 + shift) % 97 + 1;
            let text = format!("{body}{wrong:02}");
            prop_assert!(!has_social_security_number(&text), "{text}");
        }

        #[test]
        fn fourteen_digits_or_fewer_than_thirteen_are_no_number(text in "[0-9]{14}|[0-9]{1,12}") {
            prop_assert!(!has_social_security_number(&text));
        }
    }
}
