//! Numbers without loss: a decimal of any length, never rounded on the way.

use std::fmt;

/// A number as Terraform means it: decimal, of any size, never rounded by this crate.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Decimal digits without leading or trailing zeros; empty for zero.
    digits: String,
    /// The value is `digits × 10^exponent`.
    exponent: i64,
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}e{}", if self.negative { "-" } else { "" }, self.digits, self.exponent)
    }
}
