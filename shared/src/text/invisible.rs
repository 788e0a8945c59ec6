//! Characters that hide or reorder what a reader sees.
//!
//! What counts as invisible: controls, line and paragraph separators, marks that turn or override the direction of
//! writing, zero-width marks, fillers that draw nothing, language tags. What real names need stays allowed: the no-break
//! spaces of French typography, the joiners of Arabic and Indic scripts **between two letters of those scripts** (a
//! Persian name needs U+200C; between Latin letters it only hides), one variation selector after a character that is
//! not ASCII (Japanese names).

/// Whether `text` has characters that hide or reorder what a reader sees.
pub(super) fn has_invisible(text: &str) -> bool {
    let mut before: Option<char> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let hides = if is_joiner(character) {
            !(before.is_some_and(joins) && characters.peek().copied().is_some_and(joins))
        } else if is_variation_selector(character) {
            before.is_none_or(|base| base.is_ascii() || is_variation_selector(base) || base.is_whitespace())
        } else {
            is_invisible(character)
        };
        if hides {
            return true;
        }
        before = Some(character);
    }
    false
}

fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
            | '\u{e01f0}'..='\u{e0fff}')
}

/// Zero-width non-joiner and joiner.
pub(super) fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

fn is_variation_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Scripts whose spelling uses joiners: Arabic, Syriac, N'Ko, the Indic family, Khmer, Mongolian.
fn joins(character: char) -> bool {
    matches!(character, '\u{0600}'..='\u{0fff}' | '\u{1780}'..='\u{17ff}' | '\u{1800}'..='\u{18af}')
}
