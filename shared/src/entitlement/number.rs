//! Exact arithmetic: fractions of whole numbers, and named roundings. No floating point.

/// A fraction; its denominator is not 0. Both parts fit in 32 bits, so that a product of two with a 64-bit measure fits
/// in 128.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) numerator: u32,
    pub(super) denominator: u32,
}

impl Fraction {
    /// `1/2`, or `3` alone.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| part.parse().ok())
                .flatten()
        };
        let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
        let fraction = Self {
            numerator: digits(numerator)?,
            denominator: digits(denominator)?,
        };
        (fraction.denominator != 0).then_some(fraction)
    }
}

/// What happens to what does not divide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    /// Down.
    Floor,
    /// Up.
    Ceil,
    /// To the nearest, a half up.
    HalfUp,
}

impl Rounding {
    /// `numerator ÷ denominator`; the denominator is not 0.
    pub(super) fn divide(self, numerator: u128, denominator: u128) -> u128 {
        let (quotient, remainder) = (numerator / denominator, numerator % denominator);
        let up = match self {
            Self::Floor => false,
            Self::Ceil => remainder > 0,
            // remainder ≥ denominator / 2, without doubling what may not fit twice
            Self::HalfUp => remainder >= denominator - remainder,
        };
        quotient + u128::from(up)
    }
}

/// A result as it is told: what would not fit is the largest there is.
pub(super) fn clamp(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fractions_are_digits() {
        assert_eq!(
            Fraction::parse("62/1000"),
            Some(Fraction {
                numerator: 62,
                denominator: 1000
            })
        );
        assert_eq!(
            Fraction::parse("2"),
            Some(Fraction {
                numerator: 2,
                denominator: 1
            })
        );
        for wrong in ["", "1/0", "1/", "/2", "-1/2", "+1/2", "1.5", "1/2/3", "99999999999/1"] {
            assert_eq!(Fraction::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn roundings_agree_with_each_other(numerator in any::<u64>(), denominator in 1..=u64::MAX) {
            let (numerator, denominator) = (u128::from(numerator), u128::from(denominator));
            let [floor, ceil, half_up] = [Rounding::Floor, Rounding::Ceil, Rounding::HalfUp].map(|rounding| rounding.divide(numerator, denominator));
            prop_assert!(floor * denominator <= numerator && numerator <= ceil * denominator);
            prop_assert!(ceil - floor <= 1 && (half_up == floor || half_up == ceil));
            prop_assert_eq!(half_up, (2 * numerator + denominator) / (2 * denominator));
        }
    }
}
