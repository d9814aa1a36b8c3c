use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn one_number_has_one_form() {
    for (written, read) in [
        ("0", "0"),
        ("-0.0", "0"),
        ("0.10", "0.1"),
        ("1.0", "1"),
        ("10e-1", "1"),
        ("-12.50", "-12.5"),
        ("1e3", "1000"),
        ("+1E+3", "1000"),
        ("0.00012", "0.00012"),
        (".5", "0.5"),
        ("5.", "5"),
        (
            "123456789012345678901234567890.000000000000000000001",
            "123456789012345678901234567890.000000000000000000001",
        ),
    ] {
        assert_eq!(number(written).to_string(), read, "{written}");
        assert_eq!(number(written), number(read));
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "",
        "-",
        ".",
        "e5",
        "1e",
        "1_000",
        "0x10",
        "Inf",
        "NaN",
        "1e99999999999999999999",
        "1e100000001",
        "１",
        "1.2.3",
        "--1",
    ] {
        assert!(text.parse::<Number>().is_err(), "{text:?}");
    }
}

#[test]
fn an_astronomic_number_is_not_written_out() {
    assert_eq!(number("12e90000000").to_string(), "1.2e90000001");
    assert_eq!(number("-12e-90000000").to_string(), "-1.2e-89999999");
    assert_eq!(number("12e90000000").as_i64(), None);
    assert!(number("1e90000000").to_f64().is_infinite());
}

#[test]
fn floats_are_exact_or_nothing() {
    assert_eq!(number("0.1").as_f64_exact(), None);
    assert_eq!(number("0.25").as_f64_exact(), Some(0.25));
    assert_eq!(number("1e400").as_f64_exact(), None);
    assert_eq!(number("9007199254740993").as_f64_exact(), None);
    assert_eq!(Number::from_f64(0.1), Some(number("0.1")));
    assert_eq!(Number::from_f64(f64::NAN), None);
    assert_eq!(Number::from_f64_exact(f64::INFINITY), None);
}

#[test]
fn integers_keep_to_their_range() {
    assert_eq!(number("9223372036854775807").as_i64(), Some(i64::MAX));
    assert_eq!(number("9223372036854775808").as_i64(), None);
    assert_eq!(number("18446744073709551615").as_u64(), Some(u64::MAX));
    assert_eq!(number("-1").as_u64(), None);
    assert_eq!(number("1.5").as_i64(), None);
}

proptest! {
    #[test]
    fn every_float_survives(bits in any::<u64>()) {
        let float = f64::from_bits(bits);
        prop_assume!(float.is_finite());
        let exact = Number::from_f64_exact(float).unwrap();
        prop_assert_eq!(exact.as_f64_exact(), Some(float));
        prop_assert_eq!(exact.to_string().parse::<Number>().unwrap(), exact);
        let short = Number::from_f64(float).unwrap();
        prop_assert_eq!(short.to_f64().total_cmp(&(float + 0.0)), Ordering::Equal);
    }

    #[test]
    fn integers_survive_and_compare_as_integers(left in any::<i64>(), right in any::<i64>()) {
        prop_assert_eq!(Number::from(left).as_i64(), Some(left));
        prop_assert_eq!(Number::from(left).cmp(&Number::from(right)), left.cmp(&right));
    }

    #[test]
    fn floats_compare_as_floats(left in -1e9..1e9, right in -1e-9..1e-9) {
        let (left, right): (f64, f64) = (left, right);
        prop_assert_eq!(
            Number::from_f64(left).unwrap().cmp(&Number::from_f64(right).unwrap()),
            left.total_cmp(&right)
        );
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9.eE]{0,12}") {
        if let Ok(read) = text.parse::<Number>() {
            prop_assert_eq!(read.to_string().parse::<Number>().unwrap(), read);
        }
    }
}
