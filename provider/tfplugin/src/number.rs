//! Numbers without loss: a decimal of any length, never rounded on the way.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

#[cfg(test)]
mod tests;

/// Beyond this power of ten nothing is meant seriously, and writing it out would fill the memory.
const EXPONENT_LIMIT: i64 = 100_000_000;

/// Up to so many digits a number is written out in full, beyond with an exponent. It covers every `f64`.
const PLAIN_LIMIT: i64 = 2_000;

/// The smallest `f64` above zero has its last digit here behind the point.
const FLOAT_FRACTION_DIGITS: usize = 1_074;

/// The name by which serde's two sides recognize a [`Number`].
pub(crate) const SERDE_NAME: &str = "$tfplugin::Number";

/// A number as Terraform means it: decimal, of any size, never rounded by this crate.
///
/// Equal numbers are equal however they were written: `1`, `1.0` and `10e-1` are one number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Decimal digits without leading or trailing zeros; empty for zero.
    digits: String,
    /// The value is `digits × 10^exponent`; zero for zero.
    exponent: i64,
}

/// Text that is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseNumberError {
    message: String,
}

impl fmt::Display for ParseNumberError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ParseNumberError {}

fn refuse(text: &str, why: &str) -> ParseNumberError {
    let shown: String = text.chars().take(40).collect();
    ParseNumberError {
        message: format!("{shown:?} is not a number: {why}"),
    }
}

impl Number {
    /// `digits × 10^exponent` in the one form that it has.
    fn normalized(negative: bool, digits: &str, exponent: i64) -> Self {
        let digits = digits.trim_start_matches('0');
        let kept = digits.trim_end_matches('0');
        if kept.is_empty() {
            return Self {
                negative: false,
                digits: String::new(),
                exponent: 0,
            };
        }
        let dropped = i64::try_from(digits.len() - kept.len()).unwrap_or(i64::MAX);
        Self {
            negative,
            digits: kept.to_owned(),
            exponent: exponent.saturating_add(dropped),
        }
    }

    /// The decimal that a person would write for this `f64`, the shortest that reads back as it: `0.1` for `0.1_f64`.
    /// None when it is infinite or not a number.
    pub fn from_f64(float: f64) -> Option<Self> {
        if float.is_finite() {
            format!("{float:e}").parse().ok()
        } else {
            None
        }
    }

    /// Exactly the binary value of this `f64`, which has a finite decimal form.
    pub(crate) fn from_f64_exact(float: f64) -> Option<Self> {
        if !float.is_finite() {
            None
        } else if float.fract() == 0.0 {
            format!("{float:.0}").parse().ok()
        } else {
            format!("{float:.FLOAT_FRACTION_DIGITS$}").parse().ok()
        }
    }

    /// The `f64` nearest to it; infinite when it is too large for one.
    pub fn to_f64(&self) -> f64 {
        self.scientific().parse().unwrap_or(f64::NAN)
    }

    /// The `f64` that is exactly it, if there is one.
    pub(crate) fn as_f64_exact(&self) -> Option<f64> {
        // A binary fraction, written in decimal, always ends in 5.
        if self.digits.len() > FLOAT_FRACTION_DIGITS
            || (self.exponent < 0 && !self.digits.ends_with('5'))
        {
            return None;
        }
        let float = self.to_f64();
        (Self::from_f64_exact(float).as_ref() == Some(self)).then_some(float)
    }

    /// It as an integer, where it is one in that range.
    pub fn as_i128(&self) -> Option<i128> {
        let length = i64::try_from(self.digits.len()).ok()?;
        if self.exponent < 0 || self.exponent.saturating_add(length) > 39 {
            return None;
        }
        self.to_string().parse().ok()
    }

    /// It as an integer, where it is one in that range.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_i128()?.try_into().ok()
    }

    /// It as an integer, where it is one in that range.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_i128()?.try_into().ok()
    }

    /// Whether there is nothing behind the point.
    pub fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// Where its first digit stands: the power of ten just above it.
    fn magnitude(&self) -> i64 {
        self.exponent
            .saturating_add(i64::try_from(self.digits.len()).unwrap_or(i64::MAX))
    }

    fn scientific(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        if self.digits.is_empty() {
            return "0".to_owned();
        }
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{sign}{first}{point}{rest}e{}", self.magnitude() - 1)
    }
}

impl FromStr for Number {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..).unwrap_or_default()),
            Some(b'+') => (false, text.get(1..).unwrap_or_default()),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let exponent = exponent
                    .parse::<i64>()
                    .map_err(|_| refuse(text, "its exponent is no integer"))?;
                (mantissa, exponent)
            }
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse(
                text,
                "it takes decimal digits, with a point and an exponent at most",
            ));
        }
        let behind = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
        let number = Self::normalized(negative, &digits, exponent.saturating_sub(behind));
        if number.exponent.abs() > EXPONENT_LIMIT {
            return Err(refuse(text, "its exponent is beyond any use"));
        }
        Ok(number)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.magnitude();
        if magnitude > PLAIN_LIMIT || self.exponent < -PLAIN_LIMIT {
            return formatter.write_str(&self.scientific());
        }
        if self.digits.is_empty() {
            return formatter.write_str("0");
        }
        if self.negative {
            formatter.write_str("-")?;
        }
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        if self.exponent >= 0 {
            write!(formatter, "{}{}", self.digits, zeros(self.exponent))
        } else if magnitude <= 0 {
            write!(formatter, "0.{}{}", zeros(-magnitude), self.digits)
        } else {
            let (whole, fraction) = self
                .digits
                .split_at(usize::try_from(magnitude).unwrap_or(0));
            write!(formatter, "{whole}.{fraction}")
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        // Without zeros at either end, digits of the same magnitude compare as text.
        let size = || {
            self.magnitude()
                .cmp(&other.magnitude())
                .then_with(|| self.digits.cmp(&other.digits))
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            if self.negative {
                size().reverse()
            } else {
                size()
            }
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(integer: $integer) -> Self {
                let text = integer.to_string();
                let digits = text.trim_start_matches('-');
                Self::normalized(text.len() > digits.len(), digits, 0)
            }
        }
    )*};
}

from_integers!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(SERDE_NAME, &self.to_string())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(SERDE_NAME, NumberVisitor)
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Number, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, integer: i64) -> Result<Number, E> {
        Ok(integer.into())
    }

    fn visit_u64<E: de::Error>(self, integer: u64) -> Result<Number, E> {
        Ok(integer.into())
    }

    fn visit_f64<E: de::Error>(self, float: f64) -> Result<Number, E> {
        Number::from_f64(float).ok_or_else(|| E::custom("the number is not finite"))
    }
}
