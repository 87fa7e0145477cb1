//! Amounts of the generated bill as integers: a tick is 10^-11 of the currency unit.
//!
//! Eleven decimals are what real exports show at most. Everything is added as integers; a tick
//! becomes text, an [`Exact`] or a double only where it leaves the crate.

use money::{Exact, MoneyError};

/// Decimals of a tick.
pub(crate) const TICK_SCALE: u32 = 11;

/// Ticks in one currency unit.
pub(crate) const UNIT: i64 = 100_000_000_000;

/// Ticks in one cent.
pub(crate) const CENT: i64 = UNIT / 100;

/// A decimal of this many significant digits survives a double.
const DOUBLE_SAFE: i64 = 1_000_000_000_000_000;

const POWERS_OF_TEN: [i64; 19] = {
    let mut powers = [1i64; 19];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

pub(crate) fn to_exact(ticks: i128) -> Result<Exact, MoneyError> {
    Exact::parse(&format!("{ticks}E-{TICK_SCALE}"))
}

/// The ticks of an amount that was made of ticks.
pub(crate) fn from_exact(amount: Exact) -> Result<i64, MoneyError> {
    let (mantissa, scale) = amount.to_parts();
    let lift = TICK_SCALE.checked_sub(scale).map(|digits| i128::from(POWERS_OF_TEN[digits as usize]));
    lift.and_then(|power| mantissa.checked_mul(power))
        .and_then(|ticks| i64::try_from(ticks).ok())
        .ok_or_else(|| MoneyError::TooPrecise(amount.to_string()))
}

/// Without trailing zeros: `(mantissa, scale)`.
fn shortest(mut mantissa: i64, mut scale: u32) -> (i64, u32) {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    (mantissa, scale)
}

/// Whether a double gives the amount back.
pub(crate) fn survives_a_double(ticks: i64) -> bool {
    ticks.abs() < DOUBLE_SAFE || shortest(ticks, TICK_SCALE).0.abs() < DOUBLE_SAFE
}

/// The double nearest to `mantissa / 10^scale`, as a Parquet cost column holds it.
///
/// Numerator and denominator are exact, so the one division is rounded correctly.
#[allow(clippy::float_arithmetic)]
pub(crate) fn to_double(mantissa: i64, scale: u32) -> f64 {
    let (mantissa, scale) = if mantissa.abs() < DOUBLE_SAFE { (mantissa, scale) } else { shortest(mantissa, scale) };
    mantissa as f64 / POWERS_OF_TEN[scale as usize] as f64
}

fn push_digits(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    while number > 0 || digits.len() - at < width {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits[at..]);
}

/// With all `scale` decimals, as FOCUS exports write costs: `-2.61370000000`.
pub(crate) fn push_fixed(out: &mut Vec<u8>, mantissa: i64, scale: u32) {
    if mantissa < 0 {
        out.push(b'-');
    }
    let power = POWERS_OF_TEN[scale as usize].unsigned_abs();
    push_digits(out, mantissa.unsigned_abs() / power, 1);
    if scale > 0 {
        out.push(b'.');
        push_digits(out, mantissa.unsigned_abs() % power, scale as usize);
    }
}

/// As the Cost and Usage Report writes doubles: `0.0`, `1.5`, and below a thousandth `-7.0E-10`.
pub(crate) fn push_report(out: &mut Vec<u8>, mantissa: i64, scale: u32) {
    let (mantissa, scale) = shortest(mantissa, scale);
    let magnitude = mantissa.unsigned_abs();
    let power = POWERS_OF_TEN[scale as usize].unsigned_abs();
    if mantissa < 0 {
        out.push(b'-');
    }
    if mantissa == 0 || magnitude >= power / 1000 {
        push_digits(out, magnitude / power, 1);
        out.push(b'.');
        push_digits(out, magnitude % power, (scale as usize).max(1));
        return;
    }
    let digits = magnitude.ilog10();
    let lead = POWERS_OF_TEN[digits as usize].unsigned_abs();
    push_digits(out, magnitude / lead, 1);
    out.push(b'.');
    push_digits(out, magnitude % lead, (digits as usize).max(1));
    out.extend_from_slice(b"E-");
    push_digits(out, u64::from(scale - digits), 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(push: fn(&mut Vec<u8>, i64, u32), mantissa: i64, scale: u32) -> String {
        let mut out = Vec::new();
        push(&mut out, mantissa, scale);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn amounts_are_written_as_each_export_writes_them() {
        for (ticks, report, fixed) in [
            (0, "0.0", "0.00000000000"),
            (UNIT, "1.0", "1.00000000000"),
            (-261_370_000_000, "-2.6137", "-2.61370000000"),
            (-70, "-7.0E-10", "-0.00000000070"),
            (133_330, "1.3333E-6", "0.00000133330"),
            (100_000_000, "0.001", "0.00100000000"),
            (99_999_999, "9.9999999E-4", "0.00099999999"),
        ] {
            assert_eq!(text(push_report, ticks, TICK_SCALE), report);
            assert_eq!(text(push_fixed, ticks, TICK_SCALE), fixed);
            assert_eq!(Exact::parse(report).unwrap(), to_exact(i128::from(ticks)).unwrap());
        }
        assert_eq!(text(push_report, 730, 0), "730.0");
    }

    #[test]
    fn a_double_gives_the_ticks_back() {
        for ticks in [0, 1, -70, 261_370_000_001, 999_999_999_999_999, 123_456_789_012_340_000, -i64::pow(10, 18)] {
            assert!(survives_a_double(ticks));
            let back = Exact::from_double_shortest(to_double(ticks, TICK_SCALE)).unwrap();
            assert_eq!(from_exact(back).unwrap(), ticks);
        }
        assert!(!survives_a_double(1_234_567_890_123_456));
    }
}
