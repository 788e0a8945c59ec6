//! Base 58 ([draft-msporny-base58](https://datatracker.ietf.org/doc/html/draft-msporny-base58-03)): five digits at a time,
//! where reading or writing a signature digit by digit costs as much as half of making it.
//!
//! The time is quadratic in the length: callers bound the length.

use zeroize::Zeroizing;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The value of each ASCII character; [`NO_DIGIT`] for those that are no digit.
const VALUES: [u8; 128] = {
    let mut values = [NO_DIGIT; 128];
    let mut value = 0;
    while value < 58 {
        values[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    values
};

const NO_DIGIT: u8 = u8::MAX;

/// Digits taken together: 58⁵ fits in 32 bits.
const TOGETHER: usize = 5;

/// The digits of `bytes`; a leading zero byte is a `1`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const BASE: u64 = 58_u64.pow(5);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    // The number in base 58⁵, its least digit first.
    let mut limbs: Vec<u64> = Vec::with_capacity(bytes.len() * 7 / 25 + 1);
    let (first, words) = bytes[zeros..].as_rchunks::<4>();
    let first = first.iter().fold(0, |word, byte| (word << 8) | u64::from(*byte));
    for word in std::iter::once(first).chain(words.iter().map(|word| u64::from(u32::from_be_bytes(*word)))) {
        let mut carry = word;
        for limb in &mut limbs {
            let number = (*limb << 32) | carry;
            *limb = number % BASE;
            carry = number / BASE;
        }
        while carry > 0 {
            limbs.push(carry % BASE);
            carry /= BASE;
        }
    }
    let mut digits = String::with_capacity(zeros + TOGETHER * limbs.len());
    digits.extend(std::iter::repeat_n('1', zeros));
    for (index, limb) in limbs.iter().rev().enumerate() {
        let mut five = [0; TOGETHER];
        let mut rest = *limb;
        for digit in five.iter_mut().rev() {
            *digit = ALPHABET[(rest % 58) as usize];
            rest /= 58;
        }
        let written = if index > 0 {
            0
        } else {
            five.iter().take_while(|digit| **digit == b'1').count()
        };
        digits.extend(five[written..].iter().copied().map(char::from));
    }
    digits
}

/// The bytes that `text` stands for; none when a character is no digit.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let zeros = text.bytes().take_while(|digit| *digit == b'1').count();
    // The number in base 2³², its least digit first; it may be a secret.
    let mut limbs = Zeroizing::new(Vec::<u32>::with_capacity(text.len() / TOGETHER + 1));
    let (first, fives) = text.as_bytes()[zeros..].as_rchunks::<TOGETHER>();
    for digits in std::iter::once(first).chain(fives.iter().map(<[u8; TOGETHER]>::as_slice)) {
        let (mut base, mut carry) = (1, 0);
        for digit in digits {
            let value = VALUES.get(usize::from(*digit)).filter(|value| **value != NO_DIGIT)?;
            carry = carry * 58 + u64::from(*value);
            base *= 58;
        }
        for limb in limbs.iter_mut() {
            let number = u64::from(*limb) * base + carry;
            [*limb, _] = halves(number);
            carry = number >> 32;
        }
        if carry > 0 {
            limbs.push(halves(carry)[0]);
        }
    }
    let mut bytes = vec![0; zeros];
    bytes.reserve(4 * limbs.len());
    let number = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes());
    bytes.extend(number.skip_while(|byte| *byte == 0));
    Some(bytes)
}

/// The low and the high half.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the half that is cut off is the other one"
)]
fn halves(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_vectors_of_the_draft() {
        for (bytes, text) in [
            (&b"Hello World!"[..], "2NEpo7TZRRrLZSi2U"),
            (
                b"The quick brown fox jumps over the lazy dog.",
                "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
            ),
            (&[0, 0, 0x28, 0x7f, 0xb4, 0xcd], "11233QC4"),
            (b"", ""),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn what_is_no_digit_is_refused() {
        for wrong in ["0", "O", "I", "l", "11233QC4 ", "é", "a\u{7f}", "+"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn it_is_what_another_implementation_says(bytes in prop::collection::vec(any::<u8>(), 0..100), zeros in 0..9_usize) {
            let bytes = [vec![0; zeros], bytes].concat();
            let text = encode(&bytes);
            prop_assert_eq!(&text, &bs58::encode(&bytes).into_string());
            prop_assert_eq!(decode(&text), Some(bytes));
        }

        #[test]
        fn it_reads_what_another_implementation_reads(text in "[0-9A-Za-z]{0,24}|[1-9]{0,140}") {
            prop_assert_eq!(decode(&text), bs58::decode(&text).into_vec().ok());
        }
    }
}
