//! Reading JSON (RFC 8259) in one pass, straight into nodes.

use std::{borrow::Cow, iter};

use super::{Ambiguous, MAX_DEPTH, Node, node::Members};

/// The member by which `serde_json` with `arbitrary_precision` knows its numbers: an object that has it could pass for one
/// when a value is read into a type.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// Up to how many members names are compared one by one.
const FEW: usize = 24;

/// Reads one value and nothing after it.
pub(super) fn read(text: &str) -> Result<Node<'_>, Ambiguous> {
    let mut node = Node::Null;
    let reader = Reader { text };
    let at = reader.value(0, &mut node, 0)?;
    reader.end(at)?;
    Ok(node)
}

/// Reads an array of one value or more into the first of these places, and nothing after it; says how many they are.
pub(super) fn read_few<'a>(text: &'a str, places: &mut [Node<'a>]) -> Result<usize, Ambiguous> {
    let reader = Reader { text };
    let mut at = reader.token(0);
    if reader.byte(at) != b'[' {
        return Err(Ambiguous);
    }
    for (before, place) in places.iter_mut().enumerate() {
        at = reader.value(at + 1, place, 1)?;
        at = reader.token(at);
        match reader.byte(at) {
            b',' => {}
            b']' => {
                reader.end(at + 1)?;
                return Ok(before + 1);
            }
            _ => return Err(Ambiguous),
        }
    }
    Err(Ambiguous)
}

/// A text that is read. Where the next byte is, never within a character, is handed from one step to the next and back: kept
/// here it would be written and waited for at every step.
#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    /// The byte at a place. There is no other use for a zero than to say that the text has ended: JSON has none.
    fn byte(self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// Where the next byte is that is no white space.
    fn token(self, mut at: usize) -> usize {
        while let b' ' | b'\n' | b'\r' | b'\t' = self.byte(at) {
            at += 1;
        }
        at
    }

    /// Nothing but white space may be left.
    fn end(self, at: usize) -> Result<(), Ambiguous> {
        if self.token(at) == self.text.len() {
            Ok(())
        } else {
            Err(Ambiguous)
        }
    }

    /// A value within `depth` arrays and objects, into the place where it stays: handing it back and moving it there takes
    /// longer than reading it. Says where it ends, as the others do.
    fn value(self, at: usize, into: &mut Node<'a>, depth: usize) -> Result<usize, Ambiguous> {
        let at = self.token(at);
        match self.byte(at) {
            b'"' => {
                let (text, end) = self.string(at)?;
                *into = Node::Text(text);
                Ok(end)
            }
            b'{' => self.object(at, into, deeper(depth)?),
            b'[' => self.array(at, into, deeper(depth)?),
            b'-' | b'0'..=b'9' => {
                let end = self.number(at)?;
                *into = Node::Number(Cow::Borrowed(&self.text[at..end]));
                Ok(end)
            }
            b't' => self.word(at, "true", into, Node::Boolean(true)),
            b'f' => self.word(at, "false", into, Node::Boolean(false)),
            _ => self.word(at, "null", into, Node::Null),
        }
    }

    fn word(self, at: usize, word: &str, into: &mut Node<'a>, node: Node<'a>) -> Result<usize, Ambiguous> {
        if !self.text.as_bytes()[at..].starts_with(word.as_bytes()) {
            return Err(Ambiguous);
        }
        *into = node;
        Ok(at + word.len())
    }

    fn array(self, at: usize, into: &mut Node<'a>, depth: usize) -> Result<usize, Ambiguous> {
        let mut nodes = Vec::new();
        let first = self.token(at + 1);
        if self.byte(first) == b']' {
            *into = Node::Array(nodes);
            return Ok(first + 1);
        }
        let mut at = first;
        loop {
            at = self.token(at);
            if self.byte(at) == b'"' {
                let (text, end) = self.string(at)?;
                nodes.extend(iter::once_with(|| Node::Text(text)));
                at = end;
            } else {
                nodes.extend(iter::once_with(|| Node::Null));
                if let Some(node) = nodes.last_mut() {
                    at = self.value(at, node, depth)?;
                }
            }
            at = self.token(at);
            match self.byte(at) {
                b',' => at += 1,
                b']' => {
                    *into = Node::Array(nodes);
                    return Ok(at + 1);
                }
                _ => return Err(Ambiguous),
            }
        }
    }

    fn object(self, at: usize, into: &mut Node<'a>, depth: usize) -> Result<usize, Ambiguous> {
        let mut members = Vec::new();
        let first = self.token(at + 1);
        if self.byte(first) == b'}' {
            *into = Node::Object(members);
            return Ok(first + 1);
        }
        members.reserve(8);
        let mut at = first;
        loop {
            if self.byte(at) != b'"' {
                return Err(Ambiguous);
            }
            let (name, end) = self.string(at)?;
            at = self.token(end);
            if self.byte(at) != b':' {
                return Err(Ambiguous);
            }
            at = self.token(at + 1);
            if self.byte(at) == b'"' {
                let (text, end) = self.string(at)?;
                members.extend(iter::once_with(|| (name, Node::Text(text))));
                at = end;
            } else {
                members.extend(iter::once_with(|| (name, Node::Null)));
                if let Some((_, node)) = members.last_mut() {
                    at = self.value(at, node, depth)?;
                }
            }
            at = self.token(at);
            match self.byte(at) {
                b',' => at = self.token(at + 1),
                b'}' => break,
                _ => return Err(Ambiguous),
            }
        }
        if !are_clear(&members) {
            return Err(Ambiguous);
        }
        *into = Node::Object(members);
        Ok(at + 1)
    }

    /// §6: as it is written, if a double can hold its magnitude.
    fn number(self, start: usize) -> Result<usize, Ambiguous> {
        let mut at = start;
        if self.byte(at) == b'-' {
            at += 1;
        }
        at = if self.byte(at) == b'0' {
            at + 1
        } else {
            self.digits(at)?
        };
        if self.byte(at) == b'.' {
            at = self.digits(at + 1)?;
        }
        let has_exponent = matches!(self.byte(at), b'e' | b'E');
        if has_exponent {
            at += 1;
            if let b'+' | b'-' = self.byte(at) {
                at += 1;
            }
            at = self.digits(at)?;
        }
        // Fewer digits than the largest double has, and no exponent.
        if !has_exponent && at - start < 300 {
            return Ok(at);
        }
        let value: f64 = self.text[start..at].parse().map_err(|_| Ambiguous)?;
        if value.is_finite() { Ok(at) } else { Err(Ambiguous) }
    }

    /// At least one.
    fn digits(self, start: usize) -> Result<usize, Ambiguous> {
        let mut at = start;
        while self.byte(at).is_ascii_digit() {
            at += 1;
        }
        if at > start { Ok(at) } else { Err(Ambiguous) }
    }

    /// §7: borrowed when it is written without escapes. Begins at its quote.
    #[expect(
        clippy::inline_always,
        reason = "handed back in memory, its text takes longer to move than to read: measured"
    )]
    #[inline(always)]
    fn string(self, at: usize) -> Result<(Cow<'a, str>, usize), Ambiguous> {
        let start = at + 1;
        let end = self.plain(start);
        let plain = &self.text[start..end];
        if self.byte(end) == b'"' {
            return Ok((Cow::Borrowed(plain), end + 1));
        }
        let (text, end) = self.escaped(end, plain)?;
        Ok((Cow::Owned(text), end))
    }

    /// A string that began without escapes.
    #[cold]
    fn escaped(self, mut at: usize, plain: &str) -> Result<(String, usize), Ambiguous> {
        let mut text = String::from(plain);
        loop {
            match self.byte(at) {
                b'"' => return Ok((text, at + 1)),
                b'\\' => {
                    let (letter, end) = self.escape(at + 1)?;
                    text.push(letter);
                    at = end;
                }
                _ => return Err(Ambiguous),
            }
            let end = self.plain(at);
            text.push_str(&self.text[at..end]);
            at = end;
        }
    }

    /// Where what stands for itself ends: at a quote, an escape or what may not be there.
    fn plain(self, at: usize) -> usize {
        at + plain_length(&self.text.as_bytes()[at..])
    }

    /// After the backslash.
    fn escape(self, at: usize) -> Result<(char, usize), Ambiguous> {
        let letter = match self.byte(at) {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(at + 1),
            _ => return Err(Ambiguous),
        };
        Ok((letter, at + 1))
    }

    /// After `\u`: one code unit, or the two of a character beyond the basic plane. Half a pair is no character.
    fn unicode(self, at: usize) -> Result<(char, usize), Ambiguous> {
        let first = self.code_unit(at)?;
        if let Some(letter) = char::from_u32(first.into()) {
            return Ok((letter, at + 4));
        }
        if self.byte(at + 4) != b'\\' || self.byte(at + 5) != b'u' {
            return Err(Ambiguous);
        }
        let mut pair = char::decode_utf16([first, self.code_unit(at + 6)?]);
        let letter = pair.next().and_then(Result::ok).ok_or(Ambiguous)?;
        Ok((letter, at + 10))
    }

    /// Four hexadecimal digits.
    fn code_unit(self, at: usize) -> Result<u16, Ambiguous> {
        (at..at + 4).try_fold(0, |unit, at| {
            let digit = char::from(self.byte(at)).to_digit(16);
            let digit = digit.and_then(|digit| u16::try_from(digit).ok());
            Ok(unit << 4 | digit.ok_or(Ambiguous)?)
        })
    }
}

fn deeper(depth: usize) -> Result<usize, Ambiguous> {
    if depth < MAX_DEPTH {
        Ok(depth + 1)
    } else {
        Err(Ambiguous)
    }
}

/// How many bytes come before a special one; by eights, as nearly all of a text is plain.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The highest bit of each byte below `limit`. Above the first of them a bit may be wrong.
        let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
        let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        let special = (below(word, b' ') | is(b'"') | is(b'\\')) & (ONES << 7);
        if special != 0 {
            return 8 * index + special.trailing_zeros() as usize / 8;
        }
    }
    let last = rest.iter().position(|byte| is_special(*byte));
    8 * words.len() + last.unwrap_or(rest.len())
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Whether no name is there twice, and none is reserved.
fn are_clear(members: &Members<'_>) -> bool {
    let repeats = if members.len() <= FEW {
        let mut before = 0..members.len();
        before.any(|index| members[..index].iter().any(|(name, _)| *name == members[index].0))
    } else {
        let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    !repeats && members.iter().all(|(name, _)| name != NUMBER_TOKEN)
}

#[cfg(test)]
mod tests;
